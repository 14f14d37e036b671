// SPDX-License-Identifier: Apache-2.0
#include "source/containers_storage_conf.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace doorman::source {
namespace {

StorageUser root() { return {0, "/root", "", "", "", ""}; }
StorageUser me() { return {1000, "/home/me", "", "", "", ""}; }

constexpr const char* conf = R"(
[storage]
driver = "overlay"
graphroot = "/data/images"
rootless_storage_path = "$HOME/own-$UID"
[storage.options]
additionalimagestores = [ "/usr/lib/images", "/opt/images", ]
[storage.options.overlay]
mountopt = "nodev"
)";

TEST(StorageConf, TellsDriverAndFolders) {
  const auto config = parse_storage_conf(conf, root(), true);
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(*config, (StorageConfig{"overlay", {"/data/images", "/usr/lib/images", "/opt/images"}}));
}

TEST(StorageConf, TheSystemsGraphrootIsNotForOtherUsers) {
  EXPECT_EQ(parse_storage_conf(conf, me(), true)->folders.front(), "/home/me/own-1000");
  EXPECT_EQ(parse_storage_conf(conf, me(), false)->folders.front(), "/data/images");
  EXPECT_EQ(parse_storage_conf("[storage]\ngraphroot='/x'", me(), true)->folders.front(),
            "/home/me/.local/share/containers/storage");
}

TEST(StorageConf, TheEnvironmentChoosesTheDriver) {
  StorageUser user = root();
  user.driver = "vfs";
  EXPECT_EQ(parse_storage_conf(conf, user, true)->driver, "vfs");
}

TEST(StorageConf, AnEmptyFileMeansTheDefaults) {
  EXPECT_EQ(parse_storage_conf("", root(), true).value(), (StorageConfig{"", {"/var/lib/containers/storage"}}));
  StorageUser user = me();
  user.data_home = "/data";
  EXPECT_EQ(parse_storage_conf("", user, true).value(), (StorageConfig{"", {"/data/containers/storage"}}));
}

TEST(StorageConf, ANamedFileMustBeThere) {
  StorageUser user = root();
  user.conf = testing::TempDir() + "doorman-storage-" + std::to_string(getpid()) + ".conf";
  EXPECT_FALSE(read_storage_config(user).ok());
  std::ofstream(user.conf) << "[storage]\ngraphroot = \"/named\"\n";
  EXPECT_EQ(read_storage_config(user).value().folders.front(), "/named");
  std::ofstream(user.conf) << "[storage";
  const auto broken = read_storage_config(user);
  ASSERT_FALSE(broken.ok());
  EXPECT_TRUE(broken.error().message().starts_with(user.conf)) << broken.error().message();
  std::filesystem::remove(user.conf);
}

}  // namespace
}  // namespace doorman::source
