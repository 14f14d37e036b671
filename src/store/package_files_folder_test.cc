// SPDX-License-Identifier: Apache-2.0
#include "store/package_files_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "scratch.h"

namespace doorman::store {
namespace {

class PackageFilesFolderTest : public testing::Test {
 protected:
  [[nodiscard]] std::string file() const { return state_ + "/images/sha256/" + image_.hex() + ".files"; }

  tests::ScratchFolder scratch_;
  std::string state_ = scratch_.path().string();
  PackageFilesFolder folder_{state_};
  base::Digest image_ = base::digest_of("config");
  model::PackageFiles files_{
      .key = 7, .packages = {"bash", "dash"}, .files = {{.path = base::path_id("bin/bash"), .package = 0}}};
};

TEST_F(PackageFilesFolderTest, WhatIsPutIsFound) {
  EXPECT_EQ(folder_.find(image_).value(), nullptr);
  ASSERT_TRUE(folder_.put(image_, files_).ok());
  const auto found = folder_.find(image_);
  ASSERT_TRUE(found.ok()) << found.error().message();
  EXPECT_EQ((*found)->package_of("/usr/bin/bash"), "bash");
  EXPECT_EQ((*found)->package_of("/usr/bin/dash"), "");
}

TEST_F(PackageFilesFolderTest, WhoHasAFileGoesOnWithItWhenAnotherTakesItsPlace) {
  ASSERT_TRUE(folder_.put(image_, files_).ok());
  const auto before = folder_.find(image_).value();
  files_.files[0].package = 1;
  ASSERT_TRUE(folder_.put(image_, files_).ok());
  EXPECT_EQ(before->package_of("/bin/bash"), "bash");
  EXPECT_EQ(folder_.find(image_).value()->package_of("/bin/bash"), "dash");
}

TEST_F(PackageFilesFolderTest, HoldsWhatIsThereToItsEnd) {
  EXPECT_FALSE(folder_.holds(image_, 7));
  ASSERT_TRUE(folder_.put(image_, files_).ok());
  EXPECT_TRUE(folder_.holds(image_, 7));
  EXPECT_FALSE(folder_.holds(image_, 8));
  std::ofstream(file(), std::ios::app) << "x";
  EXPECT_FALSE(folder_.holds(image_, 7));
  for (const char* text : {"", "DOORMANF", "something else that is longer than what stands before the lists"}) {
    std::ofstream(file()) << text;
    EXPECT_FALSE(folder_.holds(image_, 7)) << text;
  }
}

TEST_F(PackageFilesFolderTest, ADamagedFileIsNamed) {
  ASSERT_TRUE(folder_.put(image_, files_).ok());
  for (const char* text : {"", "DOORMANF", "{\"version\": 1}"}) {
    std::ofstream(file()) << text;
    const auto found = folder_.find(image_);
    ASSERT_FALSE(found.ok()) << text;
    EXPECT_NE(found.error().message().find(image_.hex()), std::string::npos) << found.error().message();
  }
}

}  // namespace
}  // namespace doorman::store
