// SPDX-License-Identifier: Apache-2.0
#include "source/root_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "model/codec.h"
#include "scratch.h"

namespace doorman::source {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class RootFolder : public testing::Test {
 protected:
  void put(const std::string& path, const std::string& content, mode_t mode = 0644) const {
    const fs::path file = folder_.path() / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << content;
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
  }

  /// Something of everything that is told, spread over many folders.
  void make_tree() const {
    for (int i = 0; i < 40; ++i) {
      const std::string number = std::to_string(i);
      put("usr/bin/folder" + number + "/run" + number, "#!/bin/sh\n", i % 7 == 0 ? 04755 : 0755);
      put("srv/app/node_modules/p" + number + "/package.json",
          R"({"name": "p)" + number + R"(", "version": "1.)" + number + R"("})");
      put("srv/app/.git/objects/" + number + "/object", "x");
      put("srv/app/node_modules/broken" + number + "/package.json", "{");
    }
    fs::create_directories(folder_.path() / "open/below/further");
    ASSERT_EQ(::chmod((folder_.path() / "open").c_str(), 0777), 0);
    put("open/below/further/as-root", "#!/bin/sh\n", 04755);
    put("home/a/.ssh/id_rsa", "key");
    fs::create_symlink("..", folder_.path() / "usr/bin/up");
  }

  [[nodiscard]] base::Result<model::LayerFacts> read(std::size_t jobs) const {
    LayerOptions options;
    options.scratch = [] { return base::Result<base::Fd>(base::Error(base::ErrorCode::io, "no scratch")); };
    options.limits = limits_;
    return read_root_folder(folder_.path(), {}, options, jobs);
  }

  tests::ScratchFolder folder_;
  LayerLimits limits_;
};

TEST_F(RootFolder, ThreadsMakeNoDifference) {
  make_tree();
  const auto alone = read(1);
  ASSERT_TRUE(alone.ok()) << alone.error().message();
  EXPECT_EQ(alone->programs.size(), 41U);
  EXPECT_EQ(alone->files.size(), 80U);
  EXPECT_EQ(alone->entries, alone->covers.size());
  for (const std::size_t jobs : {2U, 3U, 8U}) {
    const auto together = read(jobs);
    ASSERT_TRUE(together.ok()) << together.error().message();
    EXPECT_EQ(model::encode(*together), model::encode(*alone)) << jobs;
  }
}

TEST_F(RootFolder, WhatIsNotableSpansFoldersOfSeveralThreads) {
  make_tree();
  const auto facts = read(4);
  ASSERT_TRUE(facts.ok());
  std::vector<std::string> told;
  for (const model::NotableFile& file : facts->notable)
    told.push_back(file.path + " " + std::to_string(file.files));
  EXPECT_THAT(told, ElementsAre("home/a/.ssh/id_rsa 1", "open/below/further/as-root 1", "srv/app/.git 40"));
}

TEST_F(RootFolder, NeitherDoThreadsAtALimit) {
  make_tree();
  const auto expect_the_same = [this] {
    const auto alone = read(1), together = read(4);
    ASSERT_TRUE(alone.ok() && together.ok());
    EXPECT_EQ(model::encode(*together), model::encode(*alone));
  };
  limits_.max_programs = 5;
  expect_the_same();
  limits_ = {};
  limits_.max_fact_files = 7;
  expect_the_same();
  limits_ = {};
  limits_.max_notable = 2;
  expect_the_same();
}

TEST_F(RootFolder, TooManyEntriesEndTheReading) {
  make_tree();
  limits_.max_entries = 100;
  for (const std::size_t jobs : {1U, 4U}) {
    const auto facts = read(jobs);
    ASSERT_FALSE(facts.ok());
    EXPECT_EQ(facts.error().code(), base::ErrorCode::limit);
    EXPECT_THAT(facts.error().message(), HasSubstr("more than the limit of 100 entries"));
  }
}

TEST_F(RootFolder, LinksAreNotFollowed) {
  put("inside/file", "x");
  fs::create_symlink("/", folder_.path() / "whole");
  fs::create_symlink("loop", folder_.path() / "loop");
  fs::create_symlink("inside", folder_.path() / "other");
  const auto facts = read(2);
  ASSERT_TRUE(facts.ok());
  EXPECT_EQ(facts->entries, 4U);
  EXPECT_TRUE(facts->notes.empty());
}

TEST_F(RootFolder, WhatIsMissingOrNoFolderIsAnError) {
  put("file", "x");
  const LayerOptions options;
  EXPECT_EQ(read_root_folder(folder_.path() / "missing", {}, options).error().code(), base::ErrorCode::not_found);
  EXPECT_FALSE(read_root_folder(folder_.path() / "file", {}, options, 3).ok());
}

TEST_F(RootFolder, WhatIsSkippedIsNotRead) {
  put("proc/self/x", "x");
  put("srv/proc/y", "y");
  const LayerOptions options;
  RootOptions root;
  root.skip = {"proc"};
  const auto facts = read_root_folder(folder_.path(), root, options, 2);
  ASSERT_TRUE(facts.ok());
  EXPECT_THAT(facts->covers, ElementsAre(base::path_id("srv/proc/y")));
}

}  // namespace
}  // namespace doorman::source
