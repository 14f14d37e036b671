// SPDX-License-Identifier: Apache-2.0
#include "store/state_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "scratch.h"

namespace doorman::store {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

TEST(DefaultStatePath, FollowsTheUserAndTheEnvironment) {
  EXPECT_EQ(*default_state_path({.root = true, .xdg_cache_home = "/x", .home = "/root"}), "/var/lib/doorman");
  EXPECT_EQ(*default_state_path({.root = false, .xdg_cache_home = "/x", .home = "/home/a"}), "/x/doorman");
  EXPECT_EQ(*default_state_path({.root = false, .xdg_cache_home = "relative", .home = "/home/a"}),
            "/home/a/.cache/doorman");
  EXPECT_EQ(default_state_path({}).error().code(), ErrorCode::usage);
}

TEST(StateDir, IsMadePrivate) {
  const tests::ScratchFolder scratch;
  const auto state = StateDir::open(scratch.path() / "a" / "b/");
  ASSERT_TRUE(state.ok()) << state.error().message();
  EXPECT_EQ(state->path(), (scratch.path() / "a" / "b").string());
  struct stat status{};
  ASSERT_EQ(::stat(state->path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0700U);
}

TEST(StateDir, RefusesWhatEverybodyMayWriteTo) {
  const tests::ScratchFolder scratch;
  fs::permissions(scratch.path(), fs::perms::all);
  EXPECT_EQ(StateDir::open(scratch.path()).error().code(), ErrorCode::denied);
}

TEST(StateDir, RefusesAFileAndAnEmptyPath) {
  const tests::ScratchFolder scratch;
  std::ofstream(scratch.path() / "file") << "x";
  EXPECT_FALSE(StateDir::open(scratch.path() / "file").ok());
  EXPECT_FALSE(StateDir::open(scratch.path() / "file" / "below").ok());
  EXPECT_EQ(StateDir::open("").error().code(), ErrorCode::usage);
}

TEST(StateDir, AScratchFileHasNoNameAndHoldsBytes) {
  const tests::ScratchFolder scratch;
  const auto state = StateDir::open(scratch.path());
  const auto file = state->scratch_file();
  ASSERT_TRUE(file.ok()) << file.error().message();
  EXPECT_TRUE(fs::is_empty(scratch.path()));
  ASSERT_TRUE(base::write_all(*file, "spilled").ok());
  EXPECT_EQ(*base::file_size(*file), 7U);
  const auto mapped = base::MappedFile::map(*file, 7);
  ASSERT_TRUE(mapped.ok());
  EXPECT_EQ(mapped->bytes(), "spilled");
}

TEST(StateDir, AScratchFileNeedsItsFolder) {
  const tests::ScratchFolder scratch;
  const auto state = StateDir::open(scratch.path() / "gone");
  fs::remove(scratch.path() / "gone");
  EXPECT_EQ(state->scratch_file().error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace doorman::store
