// SPDX-License-Identifier: Apache-2.0
#include "app/packs.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "files.h"
#include "scratch.h"

namespace doorman::app {
namespace {

void write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::filesystem::path policies() { return std::filesystem::path(DOORMAN_TEST_DATA) / "../../policies"; }

TEST(Packs, BuiltInOnesAreTheFolders) {
  for (const std::string_view name : pack_names()) {
    const auto pack = find_pack(name);
    ASSERT_TRUE(pack) << name;
    EXPECT_EQ(pack->name, std::string(name) + " (built in)");
    const auto folder = open_pack((policies() / name).string());
    ASSERT_TRUE(folder.ok()) << folder.error().message();
    ASSERT_EQ(pack->rules.size(), folder->rules.size());
    for (std::size_t i = 0; i < pack->rules.size(); ++i) EXPECT_EQ(pack->rules[i].text, folder->rules[i].text);
    ASSERT_EQ(pack->cases.size(), folder->cases.size());
    for (std::size_t i = 0; i < pack->cases.size(); ++i) EXPECT_EQ(pack->cases[i].text, folder->cases[i].text);
  }
  EXPECT_FALSE(find_pack("no-such-pack"));
  EXPECT_FALSE(find_pack(""));
  EXPECT_TRUE(built_in_files("no/such").empty());
}

TEST(Packs, FilesOfOtherKindsAreThereByFolder) {
  for (const BuiltInFile& file : built_in_files("secrets/rules")) {
    EXPECT_EQ(file.text, tests::slurp(policies() / file.path)) << file.path;
  }
}

TEST(Packs, FolderHoldsRulesAndCasesByName) {
  const tests::ScratchFolder folder;
  write(folder.path() / "b.yaml", "2");
  write(folder.path() / "a.yml", "1");
  write(folder.path() / "notes.txt", "no");
  write(folder.path() / "tests/c.yaml", "3");
  const auto pack = open_pack(folder.path().string());
  ASSERT_TRUE(pack.ok()) << pack.error().message();
  ASSERT_EQ(pack->rules.size(), 2U);
  EXPECT_EQ(pack->rules[0].text, "1");
  EXPECT_EQ(pack->rules[1].text, "2");
  ASSERT_EQ(pack->cases.size(), 1U);
  EXPECT_EQ(pack->cases[0].text, "3");
  const auto file = open_pack((folder.path() / "b.yaml").string());
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->rules[0].text, "2");
  EXPECT_TRUE(file->cases.empty());
}

TEST(Packs, WhatIsNotThereIsAnError) {
  const tests::ScratchFolder folder;
  const auto missing = open_pack((folder.path() / "nothing").string());
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code(), base::ErrorCode::not_found);
  const auto empty = open_pack(folder.path().string());
  ASSERT_FALSE(empty.ok());
  EXPECT_NE(empty.error().message().find("no rule file"), std::string::npos);
}

}  // namespace
}  // namespace doorman::app
