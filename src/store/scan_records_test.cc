// SPDX-License-Identifier: Apache-2.0
#include "store/scan_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "scratch.h"

namespace doorman::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

model::ScanRecord record_of(const std::string& config, const std::string& target) {
  model::ScanRecord record(model::Inventory(model::Subject::image(base::digest_of(config))));
  record.inventory.target = target;
  return record;
}

class ScanRecordsTest : public testing::Test {
 protected:
  [[nodiscard]] std::string file(const std::string& config) const {
    return scratch_.path().string() + "/images/sha256/" + base::digest_of(config).hex() + ".scan";
  }
  tests::ScratchFolder scratch_;
  ScanRecords records_{scratch_.path().string()};
};

TEST_F(ScanRecordsTest, WhatWasPutIsFoundByItsDigest) {
  EXPECT_THAT(records_.all(), IsEmpty());
  EXPECT_FALSE(records_.find(base::digest_of("a"))->has_value());
  ASSERT_TRUE(records_.put(record_of("a", "app.tar")).ok());
  ASSERT_TRUE(records_.put(record_of("a", "app:2")).ok());
  const auto found = records_.find(base::digest_of("a"));
  ASSERT_TRUE(found.ok() && found->has_value());
  EXPECT_EQ((*found)->inventory.target, "app:2");
  EXPECT_THAT(records_.all(), ElementsAre(base::digest_of("a")));
}

TEST_F(ScanRecordsTest, OtherFilesOfTheFolderAreNone) {
  ASSERT_TRUE(records_.put(record_of("a", "app")).ok());
  std::ofstream(scratch_.path().string() + "/images/sha256/" + base::digest_of("b").hex() + ".json") << "{}";
  std::ofstream(scratch_.path().string() + "/images/sha256/short.scan") << "x";
  EXPECT_THAT(records_.all(), ElementsAre(base::digest_of("a")));
}

TEST_F(ScanRecordsTest, AFileUnderAnotherNameIsAnError) {
  ASSERT_TRUE(records_.put(record_of("a", "app")).ok());
  std::filesystem::copy_file(file("a"), file("b"));
  EXPECT_EQ(records_.find(base::digest_of("b")).error().code(), base::ErrorCode::mismatch);
  std::ofstream(file("a")) << "damaged, but long enough for the head of a file";
  EXPECT_EQ(records_.find(base::digest_of("a")).error().code(), base::ErrorCode::invalid);
}

}  // namespace
}  // namespace doorman::store
