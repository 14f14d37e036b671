// SPDX-License-Identifier: Apache-2.0
#include "source/container/bundle_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "scratch.h"

namespace doorman::source::container {
namespace {

using base::ErrorCode;
using parse::container::Bundle;

class BundleFileTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(scratch_.path() / name, std::ios::trunc) << text;
  }
  [[nodiscard]] std::string folder() const { return scratch_.path().string(); }
  [[nodiscard]] ErrorCode code(const std::string& config = {}) const {
    return BundleFile::open(folder(), config).error().code();
  }

  tests::ScratchFolder scratch_;
  std::string text_ = R"({"ociVersion": "1", "root": {"path": "r"}})";
};

TEST_F(BundleFileTest, IsReadThroughLinks) {
  write("real.json", text_);
  std::filesystem::create_symlink("real.json", scratch_.path() / "config.json");
  const auto file = BundleFile::open(folder() + "/./");
  ASSERT_TRUE(file.ok()) << file.error().message();
  EXPECT_EQ(file->bundle().rootfs, "r");
  EXPECT_EQ(file->folder(), std::filesystem::canonical(folder()).string());
  EXPECT_TRUE(file->check_unchanged().ok());
  EXPECT_TRUE(BundleFile::open(folder(), "real.json").ok());
}

TEST_F(BundleFileTest, AnotherFileOfThatNameIsSeen) {
  write("config.json", text_);
  const auto file = BundleFile::open(folder());
  ASSERT_TRUE(file.ok());
  write("new.json", text_);
  std::filesystem::rename(scratch_.path() / "new.json", scratch_.path() / "config.json");
  EXPECT_EQ(file->check_unchanged().error().code(), ErrorCode::mismatch);
}

TEST_F(BundleFileTest, WhatIsWrittenLaterIsSeen) {
  write("config.json", text_);
  const auto file = BundleFile::open(folder());
  ASSERT_TRUE(file.ok());
  write("config.json", text_ + " ");
  EXPECT_FALSE(file->check_unchanged().ok());
}

TEST_F(BundleFileTest, OnlyARegularFileIsRead) {
  EXPECT_EQ(code(), ErrorCode::not_found);
  ASSERT_EQ(::mkfifo((folder() + "/config.json").c_str(), 0600), 0);
  EXPECT_EQ(code(), ErrorCode::invalid);
  EXPECT_EQ(code("/dev/zero"), ErrorCode::invalid);
  EXPECT_EQ(code("/"), ErrorCode::invalid);
}

TEST_F(BundleFileTest, HasLimits) {
  write("config.json", std::string(Bundle::max_bytes + 1, ' '));
  EXPECT_EQ(code(), ErrorCode::limit);
  write("config.json", std::string(10'000, '[') + std::string(10'000, ']'));
  EXPECT_EQ(code(), ErrorCode::limit);
}

}  // namespace
}  // namespace doorman::source::container
