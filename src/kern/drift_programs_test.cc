// SPDX-License-Identifier: Apache-2.0
#include "kern/drift_programs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>

#include <optional>

#include "base/fd.h"
#include "kern/shared_maps.h"
#include "kernel_test.h"
#include "small_container.h"

namespace doorman::kern {
namespace {

class DriftProgramsTest : public tests::KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped()) return;
    auto programs = DriftPrograms::load(pins());
    ASSERT_TRUE(programs.ok()) << programs.error().message();
    programs_.emplace(std::move(programs).value());
    container_.emplace();
    auto maps = SharedMaps::open(pins());
    ASSERT_TRUE(maps.ok()) << maps.error().message();
    const std::uint64_t group = container_->cgroup();
    ASSERT_TRUE(maps->put(group, {.root = group, .drift = DriftMode::deny}).ok());
    ASSERT_EQ(::pipe2(ends_, O_CLOEXEC), 0);
    pid_ = container_->start("echo; exec sleep 100", ends_[1]);
    char ready = 0;
    ASSERT_EQ(::read(ends_[0], &ready, 1), 1);
    process_ = base::Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  }
  void TearDown() override {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      tests::SmallContainer::wait_for(pid_);
    }
    container_.reset();
    programs_.reset();
    KernelTest::TearDown();
  }

  ExecLook look(const std::string& path) {
    auto file = base::open_read(container_->root() + path);
    if (!file.ok()) return {};
    auto found = programs_->look(file->get(), process_.get());
    EXPECT_TRUE(found.ok()) << found.error().message();
    return found.ok() ? *found : ExecLook{};
  }

  std::optional<DriftPrograms> programs_;
  std::optional<tests::SmallContainer> container_;
  base::Fd process_;
  int ends_[2] = {-1, -1};  // NOLINT(*-avoid-c-arrays)
  pid_t pid_ = 0;
};

TEST_F(DriftProgramsTest, TheKernelTellsWhoseAFileIs) {
  const ExecLook image = look("/bin/true");
  EXPECT_EQ(image.reason, 0);
  EXPECT_EQ(image.mode, static_cast<std::uint8_t>(DriftMode::deny));
  EXPECT_TRUE(image.in_container);
  EXPECT_EQ(image.cgroup, container_->cgroup());
  EXPECT_EQ(image.pid, static_cast<std::uint32_t>(pid_));
  std::ofstream(container_->root() + "/new") << "x";
  const ExecLook written = look("/new");
  EXPECT_EQ(written.reason, DOORMAN_DRIFT_WRITTEN);
  EXPECT_FALSE(written.approved);
  ASSERT_TRUE(programs_->approve(written.file).ok());
  EXPECT_TRUE(look("/new").approved);
  ::usleep(20'000);
  std::ofstream(container_->root() + "/new") << "y";
  EXPECT_FALSE(look("/new").approved) << "another content is another state";
}

}  // namespace
}  // namespace doorman::kern
