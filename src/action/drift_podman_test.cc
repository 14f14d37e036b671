// SPDX-License-Identifier: Apache-2.0
// Containers as an engine makes them, held to their image from their first instruction.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "drift_test.h"
#include "scratch.h"
#include "small_container.h"

namespace doorman::action {
namespace {

using ::testing::HasSubstr;

constexpr const char* image = "localhost/doorman-test-drift";

struct Outcome {
  int status = 0;
  std::string output;
};

Outcome run(const std::string& command) {
  Outcome outcome;
  FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");  // NOLINT(cert-env33-c)
  if (pipe == nullptr) return {.status = -1, .output = {}};
  std::array<char, 4096> part{};
  for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
    outcome.output.append(part.data(), got);
  }
  const int status = ::pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

class PodmanDriftTest : public tests::DriftTest {
 protected:
  void SetUp() override {
    DriftTest::SetUp();
    if (IsSkipped()) return;
    for (const char* needed : {"podman", "runc", "busybox"}) {
      if (run(std::string("command -v ") + needed).status != 0) GTEST_SKIP() << "no " << needed << " here";
    }
    const std::string root = scratch_.path().string();
    const auto made = run(fmt::format(
        "mkdir {0}/bin {0}/tmp && cp $(command -v busybox) {0}/bin && for a in $({0}/bin/busybox --list); do "
        "[ $a = busybox ] || ln -s busybox {0}/bin/$a; done && cp {0}/bin/busybox {0}/bin/busybox-tool && "
        "tar -C {0} -c bin tmp | podman import -q - {1}",
        root, image));
    if (made.status != 0) GTEST_SKIP() << "no image can be made here: " << made.output;
    parent_ = fmt::format("/doorman-test-podman-{}", ::getpid());
    group_ = tests::unified_root() + parent_;
    ASSERT_EQ(::mkdir(group_.c_str(), 0755), 0) << group_;
    ASSERT_NO_FATAL_FAILURE(start());
    enforce();
    ASSERT_TRUE(maps_->set({}).ok());
  }
  void TearDown() override {
    const bool has_image = guard_.has_value();
    DriftTest::TearDown();
    if (has_image) {
      EXPECT_EQ(run(fmt::format("podman rmi -f {}", image)).status, 0);
    }
    if (!group_.empty()) run(fmt::format("find {} -depth -type d -exec rmdir {{}} +", group_));
  }

  /// Groups below one that is known for a container's get its modes when they are made: so no other container of
  /// this machine is touched. Each container has such a group of its own.
  Outcome podman(const std::string& options, const std::string& script) {
    const std::string parent = fmt::format("{}/{}", parent_, ++containers_), group = tests::unified_root() + parent;
    struct stat status{};
    if (::mkdir(group.c_str(), 0755) != 0 || ::stat(group.c_str(), &status) != 0)
      return {.status = -1, .output = group};
    const auto put =
        maps_->put(status.st_ino, {.root = status.st_ino, .drift = kern::DriftMode::deny, .confirmed = true});
    if (!put.ok()) return {.status = -1, .output = put.error().message()};
    return run(
        fmt::format("podman --runtime runc run --rm --network none --ulimit nofile=20000:20000 "
                    "--ulimit nproc=4096:4096 --cgroup-parent {} {} {} sh -c '{}'",
                    parent, options, image, script));
  }

  tests::ScratchFolder scratch_;
  std::string parent_, group_;
  int containers_ = 0;
};

TEST_F(PodmanDriftTest, FromTheFirstInstructionOn) {
  const auto image_program = podman("", "ls / && busybox-tool true");
  EXPECT_EQ(image_program.status, 0) << image_program.output;
  const auto dropped = podman("", "cp /bin/busybox-tool /tmp/evil; exec /tmp/evil true");
  EXPECT_EQ(dropped.status, 126) << dropped.output;
  EXPECT_THAT(dropped.output, HasSubstr("Operation not permitted"));
  EXPECT_EQ(podman("", "chmod 700 /bin/busybox-tool; /bin/busybox-tool true && exec /bin/busybox-tool true").status,
            0);
  EXPECT_EQ(podman("", "printf \"#!/bin/sh\\nexit 7\\n\" > /s; chmod +x /s; exec /s").status, 126);
  EXPECT_EQ(podman("", "cp /bin/busybox-tool /e; exec 3</e; rm /e; exec /proc/self/fd/3 true").status, 126);
  EXPECT_EQ(podman("--read-only", "busybox-tool true").status, 0);
}

TEST_F(PodmanDriftTest, VolumesAndTheEnginesOwnInit) {
  const auto with_init = podman("--init", "busybox-tool true");
  EXPECT_EQ(with_init.status, 0) << with_init.output;
  const std::string volume = scratch_.path().string() + "/volume";
  std::filesystem::create_directory(volume);
  std::filesystem::copy("/usr/bin/busybox", volume + "/busybox");
  const auto of_volume = podman(fmt::format("-v {}:/v", volume), "exec /v/busybox true");
  EXPECT_THAT(of_volume.status, ::testing::AnyOf(126, 137)) << of_volume.output;
  const auto of_tmpfs = podman("--tmpfs /t:exec", "cp /bin/busybox-tool /t/; exec /t/busybox-tool true");
  EXPECT_THAT(of_tmpfs.status, ::testing::AnyOf(126, 137)) << of_tmpfs.output;
}

}  // namespace
}  // namespace doorman::action
