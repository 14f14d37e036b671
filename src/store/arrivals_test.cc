// SPDX-License-Identifier: Apache-2.0
#include "store/arrivals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "base/fd.h"
#include "scratch.h"

namespace doorman::store {
namespace {

using model::Resident;
using testing::ElementsAre;
using testing::IsEmpty;

Resident resident(std::string id) {
  Resident made;
  made.id = std::move(id);
  made.name = "na\"me\n";
  made.image = "registry.example/app";
  made.pod = "pod";
  made.trust = 75;
  made.host_paths = {"/srv", "/srv/data"};
  made.writable_paths = {"/srv"};
  return made;
}

/// A process that has noted itself, and lives until this ends.
class Other {
 public:
  Other(const std::string& folder, const std::string& id) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      const char done = Arrivals(folder).enter(resident(id)).ok() ? 'y' : 'n';
      if (::write(ends[1], &done, 1) != 1) ::_exit(1);
      ::pause();
      ::_exit(0);
    }
    ::close(ends[1]);
    char done = 'n';
    entered = ::read(ends[0], &done, 1) == 1 && done == 'y';
    ::close(ends[0]);
  }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;
  ~Other() { end(); }

  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  bool entered = false;

 private:
  pid_t pid_ = 0;
};

class ArrivalsTest : public testing::Test {
 protected:
  [[nodiscard]] std::string folder() const { return scratch_.path().string(); }
  [[nodiscard]] std::vector<Resident> enter() const {
    auto earlier = Arrivals(folder()).enter(resident("self"));
    EXPECT_TRUE(earlier.ok()) << earlier.error().message();
    return earlier.ok() ? *earlier : std::vector<Resident>();
  }

 private:
  tests::ScratchFolder scratch_;
};

TEST_F(ArrivalsTest, WhoComesLaterKnowsTheEarlierAsLongAsItIsMade) {
  EXPECT_THAT(enter(), IsEmpty());
  EXPECT_THAT(enter(), IsEmpty()) << "nobody comes after himself";
  Other other(folder(), "other");
  ASSERT_TRUE(other.entered);
  EXPECT_THAT(enter(), ElementsAre(resident("other")));
  other.end();
  EXPECT_THAT(enter(), IsEmpty());
}

TEST_F(ArrivalsTest, WhatIsNoNoteIsNobody) {
  std::ofstream(folder() + "/arrivals")
      << "{\"pid\":1}\nx\n{\"pid\":-3,\"start\":0}\n{\"pid\":1,\"start\":1,\"id\":";
  EXPECT_THAT(enter(), IsEmpty());
}

TEST_F(ArrivalsTest, ALinkAFolderAndALockedFileAreErrors) {
  const std::string path = folder() + "/arrivals";
  std::filesystem::create_symlink("elsewhere", path);
  EXPECT_FALSE(Arrivals(folder()).enter(resident("self")).ok());
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  EXPECT_FALSE(Arrivals(folder()).enter(resident("self")).ok());
  std::filesystem::remove(path);
  ASSERT_THAT(enter(), IsEmpty());
  const auto file = base::open_read(path);
  ASSERT_TRUE(file.ok());
  ASSERT_EQ(::flock(file->get(), LOCK_EX), 0);
  EXPECT_FALSE(Arrivals(folder()).enter(resident("self")).ok());
}

}  // namespace
}  // namespace doorman::store
