// SPDX-License-Identifier: Apache-2.0
#include "source/host_packages.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "scratch.h"

namespace doorman::source {
namespace {

TEST(HostPackagesTest, WhatDpkgHasInstalled) {
  const tests::ScratchFolder scratch;
  const std::string root = scratch.path().string(), info = root + "/var/lib/dpkg/info";
  std::size_t files = 0;
  const auto count = [&](const model::HostPackage& package) {
    EXPECT_GT(package.installed, 0U);
    files += package.files.size();
  };
  EXPECT_EQ(read_host_packages(root, count).error().code(), base::ErrorCode::not_found);
  EXPECT_EQ(host_packages_version(root), 0U);
  std::filesystem::create_directories(info);
  std::ofstream(info + "/one.list") << "/usr\n/usr/bin/one\n";
  std::ofstream(info + "/one.md5sums") << "d41d8cd98f00b204e9800998ecf8427e  usr/bin/one\n";
  std::ofstream(info + "/two:amd64.list") << "/usr/bin/two\n";
  EXPECT_EQ(read_host_packages(root, count).value(), 2U);
  EXPECT_EQ(files, 3U);
  EXPECT_GT(host_packages_version(root), 0U);
}

TEST(HostPackagesTest, TheSumOfAFile) {
  const tests::ScratchFolder scratch;
  const std::string path = scratch.path().string() + "/x";
  EXPECT_EQ(read_md5(path), std::nullopt);
  std::ofstream(path) << "message digest";
  EXPECT_EQ(read_md5(path), base::md5_of("message digest"));
}

}  // namespace
}  // namespace doorman::source
