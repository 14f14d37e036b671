// SPDX-License-Identifier: Apache-2.0
#include "derive/package_files.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/merged_usr.h"

namespace doorman::derive {
namespace {

class PackageFilesTest : public ::testing::Test {
 protected:
  void add(const std::string& purl, const std::vector<std::string>& files) {
    model::FoundPackage found;
    found.purl = purl;
    for (const std::string& path : files) found.files.push_back(base::path_id(model::merged_usr(path)));
    std::ranges::sort(found.files);
    inventory_.packages.push_back(std::move(found));
  }
  [[nodiscard]] std::string package_of(std::string_view path) const {
    const std::string bytes = model::encode(package_files_of(inventory_));
    EXPECT_TRUE(model::PackageFilesView::check(bytes).ok());
    return std::string(model::PackageFilesView(bytes).package_of(path));
  }

  model::Inventory inventory_{model::Subject::image(base::digest_of("config"))};
};

TEST_F(PackageFilesTest, EveryListedFileHasItsPackage) {
  add("pkg:pypi/requests@1", {});
  add("bash", {"bin/bash", "etc/bash.bashrc", "etc"});
  add("nginx", {"etc/nginx/nginx.conf", "etc/nginx", "etc"});
  EXPECT_EQ(package_of("/usr/bin/bash"), "bash");
  EXPECT_EQ(package_of("/etc/bash.bashrc"), "bash");
  EXPECT_EQ(package_of("/etc/nginx/nginx.conf"), "nginx");
  EXPECT_EQ(package_of("/etc/nginx/other.conf"), "");
  const auto made = package_files_of(inventory_);
  EXPECT_EQ(made.packages.size(), 2U) << "without those that list nothing";
  EXPECT_EQ(made.files.size(), 5U) << "each once";
}

TEST_F(PackageFilesTest, WhatSeveralListIsSharedAndTheFirstOnes) {
  add("a", {"etc", "etc/a"});
  add("b", {"etc", "etc/b"});
  add("c", {"etc"});
  for (const auto& file : package_files_of(inventory_).files) {
    EXPECT_EQ(file.shared, file.path == base::path_id("etc"));
  }
  EXPECT_EQ(package_of("/etc"), "a");
  EXPECT_EQ(package_of("/etc/b"), "b");
}

TEST_F(PackageFilesTest, TheKeyIsThatOfThePackagesAndTheirFiles) {
  add("a", {"etc/a"});
  const auto key = package_files_key(inventory_);
  EXPECT_EQ(package_files_of(inventory_).key, key);
  add("pkg:pypi/requests@1", {});
  EXPECT_EQ(package_files_key(inventory_), key) << "a package without files changes nothing";
  inventory_.packages[0].purl = "b";
  EXPECT_NE(package_files_key(inventory_), key);
  inventory_.packages[0].purl = "a";
  inventory_.packages[0].files[0] ^= 1U;
  EXPECT_NE(package_files_key(inventory_), key);
}

TEST_F(PackageFilesTest, AnImageWithoutPackagesHasNone) {
  EXPECT_EQ(package_of("/etc"), "");
  EXPECT_TRUE(package_files_of(inventory_).files.empty());
}

}  // namespace
}  // namespace doorman::derive
