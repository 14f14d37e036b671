// SPDX-License-Identifier: Apache-2.0
#include "store/image_facts_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "scratch.h"

namespace doorman::store {
namespace {

class ImageFactsFolderTest : public testing::Test {
 protected:
  [[nodiscard]] std::string file() const { return state_ + "/images/sha256/" + image_.hex() + ".json"; }

  tests::ScratchFolder scratch_;
  std::string state_ = scratch_.path().string();
  ImageFactsFolder folder_{state_};
  base::Digest image_ = base::digest_of("config");
  model::ImageFacts facts_{.worst = model::Severity::high,
                           .known_exploited = true,
                           .runs_as_root = true,
                           .secrets = 3,
                           .base_name = "docker.io/library/debian:12",
                           .base_digest = "sha256:4d7b",
                           .created = base::Time(std::chrono::seconds(1'795'256'000))};
};

TEST_F(ImageFactsFolderTest, WhatIsPutIsFound) {
  EXPECT_EQ(folder_.get(image_).error().code(), base::ErrorCode::not_found);
  ASSERT_TRUE(folder_.put(image_, facts_).ok());
  EXPECT_EQ(folder_.get(image_).value(), facts_);
  ASSERT_TRUE(folder_.put(image_, {}).ok());
  EXPECT_EQ(folder_.get(image_).value(), model::ImageFacts());
}

TEST_F(ImageFactsFolderTest, WhatIsBriefIsFoundWithoutTheRest) {
  EXPECT_EQ(folder_.find_brief(image_).value(), nullptr);
  ASSERT_TRUE(folder_.put(image_, facts_).ok());
  EXPECT_EQ(*folder_.find_brief(image_).value(), facts_);
  const model::ImageFacts brief{.worst = model::Severity::high, .known_exploited = true, .runs_as_root = true};
  const auto read_of = [&](const char* text) {
    std::ofstream(file()) << text;
    return folder_.find_brief(image_);
  };
  // Earlier versions wrote on behind the first line, others may write the members in another order and layout.
  for (const char* text :
       {"{\"version\": 1, \"worst\": \"high\", \"known_exploited\": true, \"runs_as_root\": true,\n\"packages\": "
        "[\"p\"]}",
        R"({"version": 1, "known_exploited": true, "runs_as_root": true, "worst": "high"})",
        "{\"version\": 1,\n\"known_exploited\": true, \"runs_as_root\": true, \"worst\": \"high\"}",
        "{\n  \"version\": 1,\n  \"worst\": \"high\", \"known_exploited\": true, \"runs_as_root\": true}\n"}) {
    ASSERT_TRUE(read_of(text).ok()) << text;
    EXPECT_EQ(*read_of(text).value(), brief) << text;
  }
  for (const char* text :
       {"", "{", "{,\n",
        "{\"version\": 2, \"known_exploited\": true, \"runs_as_root\": true,\n\"packages\": []}"}) {
    EXPECT_FALSE(read_of(text).ok()) << text;
  }
}

TEST_F(ImageFactsFolderTest, WhatEarlierVersionsWroteStillTellsThePackagesOfPrograms) {
  ASSERT_TRUE(folder_.put(image_, facts_).ok());
  std::ofstream(file()) << R"({"version": 1, "known_exploited": false, "runs_as_root": true,
  "packages": ["pkg:deb/debian/bash@5"], "programs": [{"path": "usr/bin/bash", "package": 0}]})";
  const auto found = KnownImages(state_).find(image_.text());
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->package_of("/usr/bin/bash"), "pkg:deb/debian/bash@5");
  EXPECT_EQ(found->only_package_of("usr/bin/bash"), "pkg:deb/debian/bash@5");
  EXPECT_EQ(found->package_of("/usr/bin/bas"), "");
  EXPECT_EQ(found->package_of("/etc/bash.bashrc"), "");
}

TEST_F(ImageFactsFolderTest, KnownImagesKnowThePackagesOfFiles) {
  const PackageFilesFolder files(state_);
  const model::PackageFiles owned{
      .key = 1, .packages = {"bash"}, .files = {{.path = base::path_id("etc/bash.bashrc")}}};
  ASSERT_TRUE(files.put(image_, owned).ok());
  EXPECT_EQ(KnownImages(state_).find(image_.text()), nullptr) << "without facts nobody scanned it";
  ASSERT_TRUE(folder_.put(image_, facts_).ok());
  EXPECT_EQ(KnownImages(state_).find(image_.text())->package_of("/etc/bash.bashrc"), "bash");
  std::ofstream(state_ + "/images/sha256/" + image_.hex() + ".files") << "damaged";
  const auto found = KnownImages(state_).find(image_.text());
  ASSERT_NE(found, nullptr) << "the rest is still known";
  EXPECT_EQ(*found, facts_);
}

TEST_F(ImageFactsFolderTest, TheSameIsNotWrittenAgain) {
  struct stat before{}, after{};
  ASSERT_TRUE(folder_.put(image_, facts_).ok());
  ASSERT_EQ(::stat(file().c_str(), &before), 0);
  ASSERT_TRUE(folder_.put(image_, facts_).ok());
  ASSERT_EQ(::stat(file().c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST_F(ImageFactsFolderTest, ABrokenFileIsNamed) {
  ASSERT_TRUE(folder_.put(image_, facts_).ok());
  for (
      const char* text :
      {"", "{", R"({"version": 2})", R"({"version": 1, "programs": [{"path": "a", "package": 0}]})",
       R"({"version": 1, "packages": ["p"], "programs": [{"path": "a", "package": -1}]})",
       R"({"version": 1, "packages": ["p"], "programs": [{"path": "b", "package": 0}, {"path": "a", "package": 0}]})"}) {
    std::ofstream(file()) << text;
    const auto read = folder_.get(image_);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_NE(read.error().message().find(image_.hex()), std::string::npos) << read.error().message();
  }
}

TEST_F(ImageFactsFolderTest, KnownImagesAreReadOnce) {
  ASSERT_TRUE(folder_.put(image_, facts_).ok());
  KnownImages known(state_);
  const auto found = known.find(image_.text());
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found, facts_);
  EXPECT_EQ(known.find(image_.text()), found);
  EXPECT_EQ(known.find(base::digest_of("other").text()), nullptr);
  EXPECT_EQ(known.find(""), nullptr);
  EXPECT_EQ(known.find("../../etc/passwd"), nullptr);
}

TEST_F(ImageFactsFolderTest, WhatALaterScanLeavesIsReadAnew) {
  KnownImages known(state_);
  EXPECT_EQ(known.find(image_.text()), nullptr);
  EXPECT_FALSE(known.look_again());
  ASSERT_TRUE(folder_.put(image_, facts_).ok());
  EXPECT_EQ(known.find(image_.text()), nullptr) << "not asked to look again";
  EXPECT_TRUE(known.look_again());
  EXPECT_FALSE(known.look_again());
  ASSERT_NE(known.find(image_.text()), nullptr);
}

}  // namespace
}  // namespace doorman::store
