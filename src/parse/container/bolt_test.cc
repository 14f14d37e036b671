// SPDX-License-Identifier: Apache-2.0
#include "parse/container/bolt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bolt_builder.h"
#include "files.h"

namespace doorman::parse::container {
namespace {

using base::ErrorCode;
using testing::HasSubstr;
using tests::BoltBuilder;
using tests::BoltContent;

std::string key_of(int number) { return "key" + std::to_string(1000 + number); }

BoltContent some_content() {
  BoltContent content;
  BoltContent& many = content.buckets["many"];
  for (int i = 0; i < 100; ++i) many.values[key_of(i)] = std::string(static_cast<std::size_t>(i), 'x');
  many.values["long"] = std::string(5000, 'y');
  BoltContent& small = content.buckets["small"];
  small.inlined = true;
  small.values = {{"a", "1"}, {"b", ""}};
  content.buckets["outer"].buckets["inner"].values["deep"] = "value";
  content.buckets["empty"];
  return content;
}

std::string text_at(const BoltBucket& bucket, std::string_view key) {
  const auto value = bucket.value(key);
  if (!value.ok()) return "error: " + value.error().message();
  return *value ? std::string(**value) : "nothing";
}

BoltBucket bucket_at(const BoltBucket& bucket, std::string_view key) { return bucket.bucket(key).value().value(); }

TEST(Bolt, FindsEveryValueThroughBranches) {
  const std::string bytes = BoltBuilder().build(some_content());
  const auto file = BoltFile::open(bytes).value();
  EXPECT_EQ(file.transaction(), 7U);
  const BoltBucket many = bucket_at(file.root(), "many");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(text_at(many, key_of(i)).size(), static_cast<std::size_t>(i)) << i;
  EXPECT_EQ(text_at(many, "long"), std::string(5000, 'y')) << "a value over several pages";
  for (const char* absent : {"", "key", "key1000x", "zzz"}) EXPECT_EQ(text_at(many, absent), "nothing") << absent;
}

TEST(Bolt, FindsBucketsInBuckets) {
  const std::string bytes = BoltBuilder().build(some_content());
  const auto file = BoltFile::open(bytes).value();
  const BoltBucket small = bucket_at(file.root(), "small");
  EXPECT_EQ(text_at(small, "a"), "1");
  EXPECT_EQ(text_at(small, "b"), "");
  EXPECT_EQ(text_at(bucket_at(bucket_at(file.root(), "outer"), "inner"), "deep"), "value");
  EXPECT_EQ(text_at(file.root(), "small"), "nothing") << "a bucket is no value";
  EXPECT_FALSE(small.bucket("a").value()) << "a value is no bucket";
  EXPECT_EQ(text_at(bucket_at(file.root(), "empty"), "a"), "nothing");
}

TEST(Bolt, WalksInOrder) {
  const std::string bytes = BoltBuilder().build(some_content());
  const auto file = BoltFile::open(bytes).value();
  std::vector<std::string> keys;
  ASSERT_TRUE(bucket_at(file.root(), "many")
                  .for_each([&](base::Bytes key, const auto&) {
                    keys.emplace_back(key);
                    return true;
                  })
                  .ok());
  EXPECT_EQ(keys.size(), 101U);
  EXPECT_TRUE(std::ranges::is_sorted(keys));
  std::vector<std::string> buckets;
  ASSERT_TRUE(file.root()
                  .for_each([&](base::Bytes key, const auto& value) {
                    EXPECT_FALSE(value) << key;
                    buckets.emplace_back(key);
                    return buckets.size() < 3;
                  })
                  .ok());
  EXPECT_THAT(buckets, testing::ElementsAre("empty", "many", "outer"));
}

TEST(Bolt, TakesTheNewerMetaThatIsWhole) {
  std::string bytes = BoltBuilder().build(some_content(), 8);
  EXPECT_EQ(BoltFile::open(bytes)->transaction(), 8U);
  bytes[16 + 40] ^= 1;  // transaction 8 is in the first page
  EXPECT_EQ(BoltFile::open(bytes)->transaction(), 7U) << "torn: the older one counts";
  bytes[1024 + 16 + 40] ^= 1;
  const auto neither = BoltFile::open(bytes);
  ASSERT_FALSE(neither.ok());
  EXPECT_THAT(neither.error().message(), HasSubstr("torn"));
}

TEST(Bolt, TellsWhetherItChanged) {
  const std::string before = BoltBuilder().build(some_content(), 8), after = BoltBuilder().build(some_content(), 9);
  const auto reader = [](const std::string& bytes) -> ReadAt {
    return [&bytes](std::uint64_t offset, std::size_t length) -> base::Result<base::Bytes> {
      return base::Bytes(bytes).substr(static_cast<std::size_t>(offset), length);
    };
  };
  const auto file = BoltFile::open(reader(before)).value();
  EXPECT_FALSE(file.changed(reader(before)).value());
  EXPECT_TRUE(file.changed(reader(after)).value());
}

TEST(Bolt, RefusesWhatDoesNotFit) {
  const std::string whole = BoltBuilder().build(some_content());
  for (std::size_t length = 0; length < whole.size(); length += 97) {
    const auto file = BoltFile::open(base::Bytes(whole).substr(0, length));
    if (!file.ok()) continue;
    const auto many = file->root().bucket("many");
    if (many.ok() && *many) (void)(*many)->value("long").ok();
  }
  // Every byte of the pages that a look-up passes: an answer or an error, never out of bounds.
  for (std::size_t at = 2048; at < whole.size(); ++at) {
    std::string broken = whole;
    broken[at] = static_cast<char>(0xff);
    const auto file = BoltFile::open(broken).value();
    const auto many = file.root().bucket("many");
    if (many.ok() && *many) (void)(*many)->value(key_of(50)).ok();
  }
}

/// A database whose root is page 3: a branch that is its own child.
std::string endless() {
  std::string bytes = BoltBuilder().build({});
  std::string page(
      "\x03\0\0\0\0\0\0\0\x01\0\x01\0\0\0\0\0"  // page 3, a branch of one
      "\x10\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0",
      32);  // no key, page 3
  bytes.replace(3 * 1024, page.size(), page);
  for (const std::size_t meta : {0U, 1024U}) {
    bytes[meta + 16 + 16] = 3;
    const std::uint64_t sum = BoltBuilder::fnv1a(bytes.substr(meta + 16, 56));
    for (std::size_t i = 0; i < 8; ++i) bytes[meta + 16 + 56 + i] = static_cast<char>(sum >> (8 * i));
  }
  return bytes;
}

TEST(Bolt, HasLimits) {
  const std::string circle = endless();
  const auto file = BoltFile::open(circle).value();
  EXPECT_EQ(file.root().value("a").error().code(), ErrorCode::limit);
  EXPECT_EQ(file.root().for_each([](base::Bytes, const auto&) { return true; }).error().code(), ErrorCode::limit);

  BoltContent nested, *inner = &nested;
  for (std::size_t i = 0; i <= BoltFile::max_depth; ++i) inner = &inner->buckets["in"];
  const std::string bytes = BoltBuilder().build(nested);
  const auto deep = BoltFile::open(bytes).value();
  BoltBucket at = deep.root();
  std::size_t depth = 0;
  for (;; ++depth) {
    const auto next = at.bucket("in");
    if (!next.ok()) {
      EXPECT_EQ(next.error().code(), ErrorCode::limit);
      break;
    }
    ASSERT_TRUE(*next);
    at = **next;
  }
  EXPECT_EQ(depth + 1, BoltFile::max_depth);
}

TEST(Bolt, RefusesARunThatIsTooLong) {
  BoltContent content;
  content.values["a"] = "b";
  std::string bytes = BoltBuilder().build(content);
  bytes[4 * 1024 + 14] = 1;  // overflow of 65,536 pages
  const auto file = BoltFile::open(bytes).value();
  EXPECT_EQ(file.root().value("a").error().code(), ErrorCode::limit);
}

TEST(Bolt, WalksNoMoreThanItsLimit) {
  BoltContent content;
  for (std::size_t i = 0; i < 1000; ++i) content.values[key_of(static_cast<int>(i))] = "";
  // A branch that leads to the same leaf of 1,000 items over and over.
  std::string bytes = BoltBuilder(64U << 10U, 1000).build(content);
  const std::size_t page_bytes = 64U << 10U, id = bytes.size() / page_bytes;
  const std::size_t children = BoltFile::max_items_walked / 1000 + 1;
  std::string branch(page_bytes, '\0');
  branch[0] = static_cast<char>(id);
  branch[8] = 1;
  branch[10] = static_cast<char>(children & 0xff);
  branch[11] = static_cast<char>(children >> 8U);
  for (std::size_t i = 0; i < children; ++i) {
    branch[16 + 16 * i] = 16;
    branch[16 + 16 * i + 8] = 4;
  }
  bytes += branch;
  for (const std::size_t meta : {std::size_t{0}, page_bytes}) {
    bytes[meta + 16 + 16] = static_cast<char>(id);
    bytes[meta + 16 + 40] = static_cast<char>(id + 1);
    const std::uint64_t sum = BoltBuilder::fnv1a(bytes.substr(meta + 16, 56));
    for (std::size_t i = 0; i < 8; ++i) bytes[meta + 16 + 56 + i] = static_cast<char>(sum >> (8 * i));
  }
  const auto file = BoltFile::open(bytes).value();
  std::size_t seen = 0;
  const auto walked = file.root().for_each([&](base::Bytes, const auto&) { return ++seen != 0; });
  ASSERT_FALSE(walked.ok());
  EXPECT_EQ(walked.error().code(), ErrorCode::limit);
  EXPECT_LE(seen, BoltFile::max_items_walked);
}

}  // namespace
}  // namespace doorman::parse::container
