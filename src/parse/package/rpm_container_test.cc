// SPDX-License-Identifier: Apache-2.0
#include "parse/package/rpm_container.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rpm_builder.h"

namespace doorman::parse::package {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using tests::ByteWriter;

struct Read {
  std::vector<std::string> blobs, errors;
  base::Status status;
};

template <typename Reader>
Read read(Reader reader, const std::string& database) {
  Read found;
  found.status = reader(database, [&](base::Result<base::Bytes> blob) {
    if (blob.ok()) found.blobs.emplace_back(*blob);
    else found.errors.push_back(blob.error().message());
    return true;
  });
  return found;
}

void put_u32(std::string& bytes, std::size_t at, std::uint32_t value) {
  bytes.replace(at, 4, ByteWriter().u32(value).bytes());
}

// ---- ndb: slot i is at 32 + 16 i; its package number at +4, first block at +8.

TEST(RpmNdb, ReadsBlobsBySlot) {
  const std::string database = tests::rpm_ndb({"one", "", std::string(100, 'x')});
  EXPECT_TRUE(is_rpm_ndb(database));
  const Read found = read(read_rpm_ndb, database);
  EXPECT_TRUE(found.status.ok());
  EXPECT_THAT(found.blobs, ElementsAre("one", "", std::string(100, 'x')));
}

TEST(RpmNdb, FreeSlotsAreSkipped) {
  std::string database = tests::rpm_ndb({"one", "two"});
  put_u32(database, 32 + 8, 0);
  EXPECT_THAT(read(read_rpm_ndb, database).blobs, ElementsAre("two"));
}

TEST(RpmNdb, OneBadBlobDoesNotHideTheNext) {
  std::string other = tests::rpm_ndb({"one", "two"});
  put_u32(other, 32 + 4, 9);
  EXPECT_THAT(read(read_rpm_ndb, other).blobs, ElementsAre("two"));
  EXPECT_THAT(read(read_rpm_ndb, other).errors, ElementsAre("its block is another's"));
  std::string behind = tests::rpm_ndb({"one", "two"});
  put_u32(behind, 32 + 8, 0xffffffff);
  EXPECT_THAT(read(read_rpm_ndb, behind).blobs, ElementsAre("two"));
  EXPECT_THAT(read(read_rpm_ndb, behind).errors, SizeIs(1));
}

TEST(RpmNdb, OverlappingBlobsReachALimit) {
  std::string database = tests::rpm_ndb({std::string(10'000, 'x')});
  for (std::size_t slot = 1; slot < 254; ++slot) database.replace(32 + 16 * slot, 16, database.substr(32, 16));
  const Read found = read(read_rpm_ndb, database);
  ASSERT_FALSE(found.status.ok());
  EXPECT_EQ(found.status.error().code(), ErrorCode::limit);
  EXPECT_THAT(found.blobs, SizeIs(1));
}

TEST(RpmNdb, ABrokenFrameEndsIt) {
  EXPECT_EQ(read(read_rpm_ndb, "RpmP").status.error().code(), ErrorCode::truncated);
  std::string version = tests::rpm_ndb({"one"});
  put_u32(version, 4, 1);
  EXPECT_EQ(read(read_rpm_ndb, version).status.error().code(), ErrorCode::unsupported);
  std::string slot = tests::rpm_ndb({"one", "two"});
  put_u32(slot, 32 + 16, 0);
  EXPECT_EQ(read(read_rpm_ndb, slot).status.error().message(), "ndb: no slot at byte 48");
  EXPECT_THAT(read(read_rpm_ndb, slot).blobs, ElementsAre("one"));
  std::string pages = tests::rpm_ndb({"one"});
  put_u32(pages, 12, 0xffffffff);
  EXPECT_FALSE(read(read_rpm_ndb, pages).status.ok());
  EXPECT_THAT(read(read_rpm_ndb, pages).blobs, ElementsAre("one"));
}

// ---- Berkeley DB

constexpr std::size_t page_bytes = 512;

std::string meta_page(std::endian order, std::uint32_t last_page) {
  ByteWriter page(order);
  page.pad_to(12).u32(0x00061561).u32(9).u32(page_bytes).u8(0).u8(8).pad_to(32).u32(last_page).pad_to(page_bytes);
  return page.bytes();
}

/// A hash page with its items, keys and values in turn, each with its type byte.
std::string hash_page(std::endian order, std::uint32_t number, const std::vector<std::string>& items) {
  ByteWriter offsets(order);
  std::string content;
  for (const std::string& item : items) {
    content.insert(0, item);
    offsets.u16(static_cast<std::uint16_t>(page_bytes - content.size()));
  }
  ByteWriter page(order);
  page.pad_to(8).u32(number).u32(0).u32(0).u16(static_cast<std::uint16_t>(items.size())).u16(0).u8(0).u8(13);
  page.text(offsets.bytes()).pad_to(page_bytes - content.size()).text(content);
  return page.bytes();
}

std::string overflow_page(std::endian order, std::uint32_t number, std::uint32_t next, const std::string& content) {
  ByteWriter page(order);
  page.pad_to(8).u32(number).u32(0).u32(next).u16(1).u16(static_cast<std::uint16_t>(content.size())).u8(0).u8(7);
  return page.text(content).pad_to(page_bytes).bytes();
}

std::string in_page(const std::string& bytes) { return '\x01' + bytes; }

std::string off_page(std::endian order, std::uint32_t first, std::uint32_t length) {
  return ByteWriter(order).u8(3).u8(0).u16(0).u32(first).u32(length).bytes();
}

std::string key(std::uint32_t number) { return in_page(ByteWriter().u32(number).bytes()); }

TEST(RpmBdb, ReadsBothByteOrders) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    const std::string first(486, 'a');
    const std::string database =
        meta_page(order, 3) +
        hash_page(order, 1, {key(0), in_page("next"), key(1), in_page("short"), key(2), off_page(order, 2, 500)}) +
        overflow_page(order, 2, 3, first) + overflow_page(order, 3, 0, std::string(14, 'b'));
    EXPECT_TRUE(is_rpm_bdb(database));
    const Read found = read(read_rpm_bdb, database);
    EXPECT_TRUE(found.status.ok());
    EXPECT_THAT(found.errors, IsEmpty());
    EXPECT_THAT(found.blobs, ElementsAre("short", first + std::string(14, 'b')));
  }
}

Read read_pages(const std::vector<std::string>& pages) {
  std::string database = meta_page(std::endian::little, static_cast<std::uint32_t>(pages.size()));
  for (const std::string& page : pages) database += page;
  return read(read_rpm_bdb, database);
}

TEST(RpmBdb, ChainsDoNotTurnInCircles) {
  constexpr auto order = std::endian::little;
  const Read found =
      read_pages({hash_page(order, 1, {key(1), off_page(order, 2, 0xffffffff), key(2), in_page("two")}),
                  overflow_page(order, 2, 3, "a"), overflow_page(order, 3, 2, "b")});
  EXPECT_THAT(found.errors, ElementsAre("page 1: overflow page 2 is used twice"));
  EXPECT_THAT(found.blobs, ElementsAre("two"));
}

TEST(RpmBdb, AChainBelongsToOneValue) {
  constexpr auto order = std::endian::little;
  const Read found =
      read_pages({hash_page(order, 1, {key(1), off_page(order, 2, 1), key(2), off_page(order, 2, 1)}),
                  overflow_page(order, 2, 0, "a")});
  EXPECT_THAT(found.blobs, ElementsAre("a"));
  EXPECT_THAT(found.errors, SizeIs(1));
}

TEST(RpmBdb, BrokenChainsAreTold) {
  constexpr auto order = std::endian::little;
  const auto error_of = [&](const std::string& value, const std::string& second_page) {
    const Read found = read_pages({hash_page(order, 1, {key(1), value, key(2), in_page("two")}), second_page});
    EXPECT_THAT(found.blobs, ElementsAre("two"));
    return found.errors.empty() ? std::string() : found.errors[0];
  };
  const std::string page = overflow_page(order, 2, 0, "abc");
  EXPECT_EQ(error_of(off_page(order, 9, 3), page), "page 1: overflow page 9 is not there");
  EXPECT_EQ(error_of(off_page(order, 0, 3), page), "page 1: overflow page 0 is not there");
  EXPECT_EQ(error_of(off_page(order, 2, 4), page), "page 1: overflow page 0 is not there");
  EXPECT_EQ(error_of(off_page(order, 2, 2), page), "page 1: overflow page 2 holds too much");
  EXPECT_EQ(error_of(off_page(order, 1, 2), page), "page 1: page 1 is no overflow page");
  EXPECT_EQ(error_of(off_page(order, 2, 3).substr(0, 11), page), "page 1: an overflow item is cut off");
  EXPECT_EQ(error_of("\x09", page), "page 1: an item of unknown type");
}

TEST(RpmBdb, ItemsStayInTheirPage) {
  std::string page = hash_page(std::endian::little, 1, {key(1), in_page("one")});
  for (const unsigned offset : {0U, 25U, 29U, 507U, 65535U}) {
    page.replace(28, 2, ByteWriter().u16(static_cast<std::uint16_t>(offset)).bytes());
    const Read found = read_pages({page, hash_page(std::endian::little, 2, {key(2), in_page("two")})});
    EXPECT_THAT(found.errors, ElementsAre("page 1: item 1 lies outside")) << offset;
    EXPECT_THAT(found.blobs, ElementsAre("two"));
  }
}

TEST(RpmBdb, WhatTheMetaPageSaysIsChecked) {
  const auto said_of = [](std::size_t at, const std::string& bytes) {
    std::string database = meta_page(std::endian::little, 0);
    database.replace(at, bytes.size(), bytes);
    const Read found = read(read_rpm_bdb, database);
    return found.status.ok() ? std::string("fine") : found.status.error().message();
  };
  EXPECT_EQ(said_of(16, "\x09"), "fine");
  EXPECT_EQ(said_of(12, ByteWriter().u32(0x00053162).bytes()), "Berkeley DB: not a hash database");
  EXPECT_EQ(said_of(16, "\x07"), "Berkeley DB: hash version 7");
  EXPECT_EQ(said_of(20, ByteWriter().u32(0).bytes()), "Berkeley DB: pages of 0 bytes");
  EXPECT_EQ(said_of(20, ByteWriter().u32(513).bytes()), "Berkeley DB: pages of 513 bytes");
  EXPECT_EQ(said_of(20, ByteWriter().u32(1U << 17U).bytes()), "Berkeley DB: pages of 131072 bytes");
  EXPECT_EQ(said_of(24, "\x01"), "Berkeley DB: encrypted");
  EXPECT_EQ(said_of(26, "\x01"), "Berkeley DB: pages with checksums");
  EXPECT_EQ(said_of(32, "\x05"), "Berkeley DB: ends before page 1");
  EXPECT_EQ(read(read_rpm_bdb, meta_page(std::endian::little, 0).substr(0, 30)).status.error().code(),
            ErrorCode::truncated);
}

TEST(RpmContainers, StopWhenToldTo) {
  const auto stops_at_one = [](auto reader, const std::string& database) {
    int seen = 0;
    const base::Status status = reader(database, [&](const base::Result<base::Bytes>&) { return ++seen < 1; });
    return status.ok() && seen == 1;
  };
  EXPECT_TRUE(stops_at_one(read_rpm_ndb, tests::rpm_ndb({"one", "two"})));
  EXPECT_TRUE(stops_at_one(
      read_rpm_bdb, meta_page(std::endian::little, 1) +
                        hash_page(std::endian::little, 1, {key(1), in_page("one"), key(2), in_page("two")})));
}

}  // namespace
}  // namespace doorman::parse::package
