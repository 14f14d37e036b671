// SPDX-License-Identifier: Apache-2.0
#include "action/drift/image_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "scratch.h"

namespace doorman::action {
namespace {

/// Two lower folders, and a file that is compared with what they have.
class ImageFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string folder(const std::string& name) const { return scratch_.path().string() + "/" + name; }
  std::string write(const std::string& path, const std::string& content) {
    std::filesystem::create_directories(std::filesystem::path(folder(path)).parent_path());
    std::ofstream(folder(path)) << content;
    return folder(path);
  }
  Content compare(const std::string& content, const std::string& path) {
    const base::Fd file = base::open_read(write("changed", content)).value();
    return compare_with_image(file, {.upper = "", .lower = {folder("top"), folder("bottom")}}, path,
                              [this] { ++steps_; });
  }

  tests::ScratchFolder scratch_;
  int steps_ = 0;
};

TEST_F(ImageFileTest, TheContentDecides) {
  write("bottom/bin/tool", "program");
  EXPECT_EQ(compare("program", "bin/tool"), Content::same);
  EXPECT_EQ(compare("prograM", "bin/tool"), Content::different);
  EXPECT_EQ(compare("program and more", "bin/tool"), Content::different);
  EXPECT_EQ(compare("program", "bin/other"), Content::absent);
  write("top/bin/tool", "newer");
  EXPECT_EQ(compare("newer", "bin/tool"), Content::same);
  EXPECT_EQ(compare("program", "bin/tool"), Content::different) << "the topmost folder's is the image's";
}

TEST_F(ImageFileTest, LargeFilesAreComparedToTheirEnd) {
  std::string large(5U << 20U, 'x');
  write("top/large", large);
  EXPECT_EQ(compare(large, "large"), Content::same);
  EXPECT_GE(steps_, 5);
  large.back() = 'y';
  EXPECT_EQ(compare(large, "large"), Content::different);
}

TEST_F(ImageFileTest, NoLinkIsFollowedAndNoPathLeavesTheFolder) {
  write("elsewhere/tool", "program");
  std::filesystem::create_directories(folder("top"));
  std::filesystem::create_symlink(folder("elsewhere"), folder("top/bin"));
  EXPECT_EQ(compare("program", "bin/tool"), Content::absent);
  EXPECT_EQ(compare("program", "../elsewhere/tool"), Content::absent);
  std::filesystem::create_symlink(folder("elsewhere/tool"), folder("top/link"));
  EXPECT_EQ(compare("program", "link"), Content::absent);
  ASSERT_EQ(::mkfifo(folder("top/pipe").c_str(), 0600), 0);
  EXPECT_EQ(compare("program", "pipe"), Content::different);
}

TEST_F(ImageFileTest, WhatAnUpperLayerHidesIsNotTheImages) {
  if (::geteuid() != 0) GTEST_SKIP() << "whiteouts need root";
  write("bottom/bin/tool", "program");
  std::filesystem::create_directories(folder("top/bin"));
  ASSERT_EQ(compare("program", "bin/tool"), Content::same);
  ASSERT_EQ(::mknod(folder("top/bin/tool").c_str(), S_IFCHR, ::makedev(0, 0)), 0);
  EXPECT_NE(compare("program", "bin/tool"), Content::same) << "a whiteout";
  std::filesystem::remove(folder("top/bin/tool"));
  ASSERT_EQ(compare("program", "bin/tool"), Content::same);
  if (::setxattr(folder("top/bin").c_str(), "trusted.overlay.opaque", "y", 1, 0) != 0) {
    GTEST_SKIP() << "no trusted attributes here";
  }
  EXPECT_EQ(compare("program", "bin/tool"), Content::absent) << "an opaque folder";
}

TEST_F(ImageFileTest, WhatLiesOnAnotherMountThanTheRootIsNotTheImages) {
  EXPECT_EQ(ImageRoot::of("0").error().code(), base::ErrorCode::not_found);
  const auto root = ImageRoot::of("self");
  if (!root.ok()) GTEST_SKIP() << root.error().message();
  EXPECT_FALSE(root->holds(base::open_read("/proc/self/status").value()));
  EXPECT_FALSE(root->holds(base::Fd()));
}

TEST_F(ImageFileTest, TooLargeIsUnknown) {
  write("top/huge", "");
  std::filesystem::resize_file(folder("top/huge"), max_compared + 1);
  const std::string changed = write("sparse", "");
  std::filesystem::resize_file(changed, max_compared + 1);
  const base::Fd file = base::open_read(changed).value();
  EXPECT_EQ(compare_with_image(file, {.upper = "", .lower = {folder("top")}}, "huge", [] {}), Content::unknown);
}

}  // namespace
}  // namespace doorman::action
