// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "parse/package/rpm_container.h"

namespace doorman::parse::package {
namespace {

using base::ByteReader;
using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint32_t hash_magic = 0x00061561;
constexpr std::uint32_t btree_magic = 0x00053162;
constexpr std::size_t magic_at = 12;
constexpr std::uint32_t oldest_version = 8, newest_version = 10;
constexpr std::uint8_t flag_checksum = 1;
constexpr std::size_t min_page_bytes = 512, max_page_bytes = 65536;
constexpr std::size_t page_header_bytes = 26;

constexpr std::uint8_t hash_unsorted_page = 2, overflow_page = 7, hash_page = 13;
constexpr std::uint8_t in_page_item = 1, off_page_item = 3;

std::uint32_t magic_in(Bytes database, std::endian order) {
  ByteReader reader(database, order);
  reader.skip(magic_at);
  return reader.u32();
}

/// One page, its header read.
struct Page {
  Bytes bytes;
  std::uint32_t number = 0, next = 0;
  std::uint16_t items = 0;
  std::uint16_t used = 0;  // of an overflow page: how many bytes it holds
  std::uint8_t type = 0;
};

class Database {
 public:
  Database(Bytes bytes, std::endian order) : bytes_(bytes), order_(order) {}

  base::Status open() {
    ByteReader meta(bytes_, order_);
    meta.seek(magic_at + 4);
    const std::uint32_t version = meta.u32();
    page_bytes_ = meta.u32();
    const std::uint8_t encryption = meta.u8();
    meta.skip(1);  // the page's type
    const std::uint8_t flags = meta.u8();
    meta.seek(32);
    last_page_ = meta.u32();
    if (!meta.ok()) return Error(ErrorCode::truncated, "Berkeley DB: no meta page");
    if (version < oldest_version || version > newest_version) {
      return Error(ErrorCode::unsupported, fmt::format("Berkeley DB: hash version {}", version));
    }
    if (encryption != 0) return Error(ErrorCode::unsupported, "Berkeley DB: encrypted");
    if ((flags & flag_checksum) != 0) return Error(ErrorCode::unsupported, "Berkeley DB: pages with checksums");
    if (page_bytes_ < min_page_bytes || page_bytes_ > max_page_bytes || !std::has_single_bit(page_bytes_)) {
      return Error(ErrorCode::invalid, fmt::format("Berkeley DB: pages of {} bytes", page_bytes_));
    }
    whole_pages_ = bytes_.size() / page_bytes_;
    read_.resize(whole_pages_);
    return {};
  }

  /// Buckets are found by reading every page in its turn, which needs no trust in the hash's own tables.
  base::Status read(const EachRpmHeader& each) {
    const std::size_t end = std::min<std::size_t>(whole_pages_, std::size_t{last_page_} + 1);
    for (std::size_t number = 1; number < end; ++number) {
      const Page page = page_at(number);
      if (page.type != hash_page && page.type != hash_unsorted_page) continue;
      if (!read_bucket(page, each)) return {};
    }
    if (last_page_ >= whole_pages_) {
      return Error(ErrorCode::truncated, fmt::format("Berkeley DB: ends before page {}", end));
    }
    return {};
  }

 private:
  [[nodiscard]] Page page_at(std::size_t number) const {
    Page page;
    page.bytes = bytes_.substr(number * page_bytes_, page_bytes_);
    ByteReader reader(page.bytes, order_);
    reader.skip(8);  // the log's sequence number
    page.number = reader.u32();
    reader.skip(4);  // the page before
    page.next = reader.u32();
    page.items = reader.u16();
    page.used = reader.u16();
    reader.skip(1);  // level
    page.type = reader.u8();
    return page;
  }

  /// False when `each` wants no more. Items are laid down from the end of the page: each ends where the one
  /// before it begins. Keys and values take turns.
  bool read_bucket(const Page& page, const EachRpmHeader& each) {
    ByteReader offsets(page.bytes, order_);
    offsets.seek(page_header_bytes);
    std::size_t end = page.bytes.size();
    Bytes key;
    for (std::uint16_t i = 0; i < page.items; ++i) {
      const std::size_t begin = offsets.u16();
      if (!offsets.ok() || begin < offsets.position() || begin >= end) {
        return each(Error(ErrorCode::invalid, fmt::format("page {}: item {} lies outside", page.number, i)));
      }
      const Bytes item = page.bytes.substr(begin, end - begin);
      end = begin;
      if (i % 2 == 0) key = item;
      else if (!is_counter(key) && !each(value_of(item).in(fmt::format("page {}", page.number)))) return false;
    }
    return true;
  }

  /// Under package number 0 rpm keeps the next number, not a package.
  static bool is_counter(Bytes key) {
    constexpr Bytes zero("\x01\0\0\0\0", 5);
    return key == zero;
  }

  Result<Bytes> value_of(Bytes item) {
    ByteReader reader(item, order_);
    const std::uint8_t type = reader.u8();
    if (type == in_page_item) return reader.take(reader.remaining());
    if (type != off_page_item) return Error(ErrorCode::unsupported, "an item of unknown type");
    reader.skip(3);
    const std::uint32_t first = reader.u32();
    const std::uint32_t length = reader.u32();
    if (!reader.ok()) return Error(ErrorCode::invalid, "an overflow item is cut off");
    return overflow(first, length);
  }

  /// Joins a chain of overflow pages. A page belongs to one chain, once: that bounds all chains together.
  Result<Bytes> overflow(std::size_t number, std::size_t length) {
    joined_.clear();
    while (joined_.size() < length) {
      if (number == 0 || number >= whole_pages_) {
        return Error(ErrorCode::truncated, fmt::format("overflow page {} is not there", number));
      }
      if (read_[number]) return Error(ErrorCode::invalid, fmt::format("overflow page {} is used twice", number));
      read_[number] = true;
      const Page page = page_at(number);
      if (page.type != overflow_page || page.number != number) {
        return Error(ErrorCode::invalid, fmt::format("page {} is no overflow page", number));
      }
      const Bytes content = page.bytes.substr(page_header_bytes, page.used);
      if (content.size() != page.used || content.size() > length - joined_.size()) {
        return Error(ErrorCode::invalid, fmt::format("overflow page {} holds too much", number));
      }
      joined_.append(content);
      number = page.next;
    }
    return Bytes(joined_);
  }

  Bytes bytes_;
  std::endian order_;
  std::uint32_t page_bytes_ = 0, last_page_ = 0;
  std::size_t whole_pages_ = 0;
  std::vector<bool> read_;  // overflow pages that were
  std::string joined_;
};

}  // namespace

bool is_rpm_bdb(Bytes database) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    const std::uint32_t magic = magic_in(database, order);
    if (magic == hash_magic || magic == btree_magic) return true;
  }
  return false;
}

base::Status read_rpm_bdb(Bytes database, const EachRpmHeader& each) {
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    if (magic_in(database, order) != hash_magic) continue;
    Database reader(database, order);
    DOORMAN_CHECK(reader.open());
    return reader.read(each);
  }
  return Error(ErrorCode::unsupported, "Berkeley DB: not a hash database");
}

}  // namespace doorman::parse::package
