// SPDX-License-Identifier: Apache-2.0
#include "source/kernel/merge.h"

#include <gmock/gmock.h>

#include <array>
#include <vector>

#include "parse/event/record.h"
#include "parse/event/write.h"

namespace doorman::source::kernel {
namespace {

using ::testing::ElementsAre;

std::string records(const std::vector<std::uint64_t>& times, std::uint32_t pid) {
  std::string bytes;
  for (const std::uint64_t time : times) {
    model::EventRecord record;
    record.kind = model::EventRecord::Kind::exit;
    record.time = time;
    record.pid = pid;
    parse::event::append_record(bytes, record);
  }
  return bytes;
}

std::vector<std::pair<std::uint64_t, std::uint32_t>> read(base::Bytes bytes) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> found;
  while (!bytes.empty()) {
    model::EventRecord record;
    if (!parse::event::decode(bytes, record).ok()) break;
    found.emplace_back(record.time, record.pid);
    bytes.remove_prefix(record.size);
  }
  return found;
}

TEST(Merge, TheEarliestGoesFirstAndTheFirstBatchBeforeTheOthers) {
  const std::string one = records({3, 5, 4}, 1), other = records({1, 3, 9}, 2), none;
  std::string merged;
  ASSERT_TRUE(merge(std::array<base::Bytes, 3>{one, other, none}, merged).ok());
  using Pair = std::pair<std::uint64_t, std::uint32_t>;
  EXPECT_THAT(read(merged), ElementsAre(Pair(1, 2), Pair(3, 1), Pair(3, 2), Pair(5, 1), Pair(4, 1), Pair(9, 2)));
}

TEST(Merge, WhatIsNoRecordIsAnError) {
  const std::string one = records({3}, 1), broken(100, 'x');
  std::string merged;
  EXPECT_FALSE(merge(std::array<base::Bytes, 2>{one, broken}, merged).ok());
}

}  // namespace
}  // namespace doorman::source::kernel
