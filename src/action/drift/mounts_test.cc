// SPDX-License-Identifier: Apache-2.0
#include "action/drift/mounts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::action {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(MountsTest, ALineOfMountinfo) {
  const auto mounts = parse_mounts(
      "36 35 98:7 /mnt1 /mnt\\0402 rw,noatime,noexec master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"
      "nonsense\n"
      "37 35 4096:0 / / rw - ext4 /dev/x rw\n"
      "38 35 0:41 / / rw - overlay overlay rw,lowerdir=/a:/b\n");
  ASSERT_THAT(mounts, SizeIs(2));
  EXPECT_EQ(mounts[0].id, 36U);
  EXPECT_EQ(mounts[0].device, 98U << 20U | 7U);
  EXPECT_EQ(mounts[0].root, "/mnt1");
  EXPECT_EQ(mounts[0].point, "/mnt 2");
  EXPECT_EQ(mounts[0].type, "ext3");
  EXPECT_TRUE(mounts[0].has_option("noexec"));
  EXPECT_FALSE(mounts[0].has_option("exec"));
  EXPECT_EQ(find_mount(mounts, 38), &mounts[1]);
  EXPECT_EQ(find_mount(mounts, 37), nullptr);
  EXPECT_FALSE(parse_overlay(mounts[0]));
}

OverlayFolders folders_of(const std::string& options) {
  return parse_overlay({.type = "overlay", .super = options}).value();
}

TEST(MountsTest, TheFoldersOfAnOverlay) {
  const OverlayFolders plain = folders_of("rw,lowerdir=/l/A:/l/B,upperdir=/u/diff,workdir=/u/work,uuid=on");
  EXPECT_EQ(plain.upper, "/u/diff");
  EXPECT_THAT(plain.lower, ElementsAre("/l/A", "/l/B"));
  EXPECT_THAT(folders_of("lowerdir+=/l/A,lowerdir+=/l/B").lower, ElementsAre("/l/A", "/l/B"));
  EXPECT_THAT(folders_of("lowerdir=/odd\\134:name\\134\\134x:/b").lower, ElementsAre("/odd:name\\x", "/b"));
  EXPECT_THAT(folders_of("lowerdir=/a:/b::/data").lower, ElementsAre("/a", "/b")) << "data alone has no names";
}

TEST(MountsTest, RelativeFoldersAreLookedForAboveTheUpperOne) {
  EXPECT_THAT(folders_of("lowerdir=12/fs,upperdir=/var/snapshots/15/fs").lower,
              ElementsAre("/var/snapshots/15/12/fs", "/var/snapshots/12/fs", "/var/12/fs"));
  EXPECT_THAT(folders_of("lowerdir=12/fs").lower, IsEmpty());
  EXPECT_THAT(folders_of("lowerdir=12/fs:/l,upperdir=4e/15/fs").lower, ElementsAre("/l"))
      << "not below our own folder";
}

TEST(MountsTest, Limits) {
  std::string many = "lowerdir=/x";
  for (std::size_t count = 0; count < 2 * max_lower_folders; ++count) many += ":/y";
  EXPECT_THAT(folders_of(many).lower, SizeIs(max_lower_folders));
  EXPECT_THAT(folders_of("upperdir=/a/b/c,lowerdir=r:" + many.substr(9)).lower, SizeIs(max_lower_folders));
  std::string lines;
  for (std::size_t count = 0; count <= max_mounts; ++count) lines += "1 1 0:1 / / rw - tmpfs tmpfs rw\n";
  EXPECT_THAT(parse_mounts(lines), SizeIs(max_mounts));
}

TEST(MountsTest, OnlyTheMountItselfIsOpened) {
  auto mounts = read_mounts("self");
  ASSERT_TRUE(mounts.ok());
  Mount proc{};
  for (const Mount& mount : *mounts) {
    if (mount.point == "/proc") proc = mount;  // the last one is on top
  }
  ASSERT_EQ(proc.type, "proc");
  EXPECT_TRUE(open_mount(proc, "/proc").ok());
  // What is left of a mount when it is gone: the folder below it, of another file system.
  EXPECT_EQ(open_mount(proc, "/").error().code(), base::ErrorCode::not_found);
  ++proc.id;
  EXPECT_EQ(open_mount(proc, "/proc").error().code(), base::ErrorCode::not_found);
}

TEST(MountsTest, WhereAFileStandsInItsFileSystem) {
  const Mount root{.root = "/", .point = "/"};
  EXPECT_EQ(path_in_file_system(root, "/usr/bin/ls"), "usr/bin/ls");
  EXPECT_EQ(path_in_file_system(root, "/"), std::nullopt);
  const Mount below{.root = "/opt", .point = "/mnt"};
  EXPECT_EQ(path_in_file_system(below, "/mnt/x"), "opt/x");
  EXPECT_EQ(path_in_file_system(below, "/mntx"), std::nullopt);
  EXPECT_EQ(path_in_file_system(below, "/mnt"), "opt");
}

}  // namespace
}  // namespace doorman::action
