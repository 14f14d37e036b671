// SPDX-License-Identifier: Apache-2.0
#include "parse/container/bolt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace doorman::parse::container {
namespace {

using base::ByteReader;
using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::uint32_t magic = 0xED0CDAED, version = 2;
constexpr std::size_t page_header_bytes = 16, bucket_header_bytes = 16, element_bytes = 16;
constexpr std::size_t meta_bytes = 64, checked_meta_bytes = 56;
constexpr std::uint32_t min_page_bytes = 1024, max_page_bytes = 64U << 10U;
constexpr std::uint16_t branch_flag = 1, leaf_flag = 2, meta_flag = 4;
constexpr std::uint32_t bucket_flag = 1;

Error broken(std::uint64_t page, std::string_view what) {
  return {ErrorCode::invalid, fmt::format("page {}: {}", page, what)};
}

std::uint64_t fnv1a(Bytes bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
  return hash;
}

struct Meta {
  std::uint32_t page_bytes = 0;
  std::uint64_t root = 0, pages = 0, transaction = 0;
};

/// The meta page in `page`, if it is one and is whole.
std::optional<Meta> read_meta_page(Bytes page) {
  ByteReader reader(page);
  reader.skip(8);
  if (reader.u16() != meta_flag) return std::nullopt;
  reader.seek(page_header_bytes);
  if (reader.u32() != magic || reader.u32() != version) return std::nullopt;
  Meta meta;
  meta.page_bytes = reader.u32();
  reader.skip(4);
  meta.root = reader.u64();
  reader.skip(16);  // the root bucket's sequence, the free list's page
  meta.pages = reader.u64();
  meta.transaction = reader.u64();
  const std::uint64_t checksum = reader.u64();
  if (!reader.ok() || checksum != fnv1a(page.substr(page_header_bytes, checked_meta_bytes))) return std::nullopt;
  if (!std::has_single_bit(meta.page_bytes) || meta.page_bytes < min_page_bytes ||
      meta.page_bytes > max_page_bytes) {
    return std::nullopt;
  }
  return meta;
}

/// The elements of a branch or leaf page.
class Page {
 public:
  static Result<Page> parse(Bytes bytes, std::uint64_t id) {
    ByteReader reader(bytes);
    reader.skip(8);
    Page page;
    page.flags_ = reader.u16();
    page.count_ = reader.u16();
    if (!reader.ok() || (page.flags_ != branch_flag && page.flags_ != leaf_flag)) {
      return broken(id, "neither a branch nor a leaf");
    }
    if (page_header_bytes + page.count_ * element_bytes > bytes.size())
      return broken(id, "its elements do not fit");
    page.bytes_ = bytes;
    page.id_ = id;
    return page;
  }

  [[nodiscard]] bool is_leaf() const { return flags_ == leaf_flag; }
  [[nodiscard]] std::size_t count() const { return count_; }

  struct Element {
    Bytes key, value;
    bool is_bucket = false;
    std::uint64_t child = 0;
  };
  [[nodiscard]] Result<Element> element(std::size_t index) const {
    const std::size_t at = page_header_bytes + index * element_bytes;
    ByteReader reader(bytes_);
    reader.seek(at);
    Element element;
    std::uint32_t flags = 0;
    if (is_leaf()) flags = reader.u32();
    const std::uint32_t position = reader.u32(), key_bytes = reader.u32();
    std::uint32_t value_bytes = 0;
    if (is_leaf()) value_bytes = reader.u32();
    else element.child = reader.u64();
    reader.seek(at + position);
    element.key = reader.take(key_bytes);
    element.value = reader.take(value_bytes);
    element.is_bucket = (flags & bucket_flag) != 0;
    if (!reader.ok()) return broken(id_, "a key or value that does not fit");
    return element;
  }

  /// Of the first element whose key is not less; `count()`, if all are.
  [[nodiscard]] Result<std::size_t> lower_bound(Bytes key) const {
    std::size_t low = 0, high = count_;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      DOORMAN_TRY(const Element at, element(middle));
      if (at.key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

 private:
  Bytes bytes_;
  std::uint64_t id_ = 0;
  std::uint16_t flags_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

struct BoltBucket::Item {
  Bytes value;
  bool is_bucket = false;
};

Result<BoltFile> BoltFile::open(ReadAt read) {
  BoltFile file;
  file.read_ = std::move(read);
  DOORMAN_CHECK(file.read_meta());
  return file;
}

Result<BoltFile> BoltFile::open(Bytes bytes) {
  return open([bytes](std::uint64_t offset, std::size_t length) -> Result<Bytes> {
    if (offset > bytes.size() || length > bytes.size() - offset) {
      return Error(ErrorCode::truncated, "the file ends before a page does");
    }
    return bytes.substr(static_cast<std::size_t>(offset), length);
  });
}

Status BoltFile::read_meta() {
  std::optional<Meta> newest;
  DOORMAN_TRY(const Bytes first, read_(0, page_header_bytes + meta_bytes));
  newest = read_meta_page(first);
  // The second one's place follows from the first one's page size; where that is torn, from what sizes there are.
  for (std::uint32_t size = min_page_bytes; size <= max_page_bytes; size *= 2) {
    if (newest && newest->page_bytes != size) continue;
    const auto second = read_(size, page_header_bytes + meta_bytes);
    if (!second.ok()) continue;
    const auto meta = read_meta_page(*second);
    if (!meta || meta->page_bytes != size) continue;
    if (!newest || meta->transaction > newest->transaction) newest = meta;
    break;
  }
  if (!newest) return Error(ErrorCode::invalid, "no whole meta page: no bbolt database, or torn by its writer");
  page_bytes_ = newest->page_bytes;
  root_ = newest->root;
  pages_ = newest->pages;
  transaction_ = newest->transaction;
  return {};
}

Result<bool> BoltFile::changed(const ReadAt& read_again) const {
  DOORMAN_TRY(const BoltFile now, open(read_again));
  return now.transaction_ != transaction_;
}

BoltBucket BoltFile::root() const { return {this, root_, {}, 0}; }

Result<Bytes> BoltBucket::page(std::uint64_t id) const {
  if (!inline_.empty()) return inline_;
  const std::uint64_t size = file_->page_bytes_;
  if (id < 2 || id >= file_->pages_) return broken(id, "out of the file");
  if (id > (std::uint64_t{1} << 40U)) return broken(id, "out of any file");
  DOORMAN_TRY(const Bytes header, file_->read_(id * size, page_header_bytes));
  ByteReader reader(header);
  if (reader.u64() != id) return broken(id, "has another number");
  reader.skip(4);
  const std::uint64_t overflow = reader.u32();
  if ((overflow + 1) * size > BoltFile::max_run_bytes) {
    return Error(ErrorCode::limit, fmt::format("page {}: more than {} bytes", id, BoltFile::max_run_bytes));
  }
  return file_->read_(id * size, static_cast<std::size_t>((overflow + 1) * size));
}

Result<std::optional<BoltBucket::Item>> BoltBucket::find(Bytes key) const {
  std::uint64_t id = root_;
  for (std::size_t depth = 0; depth < BoltFile::max_depth; ++depth) {
    DOORMAN_TRY(const Bytes bytes, page(id));
    DOORMAN_TRY(const Page here, Page::parse(bytes, id));
    DOORMAN_TRY(std::size_t index, here.lower_bound(key));
    if (here.is_leaf()) {
      if (index == here.count()) return std::optional<Item>();
      DOORMAN_TRY(const Page::Element found, here.element(index));
      if (found.key != key) return std::optional<Item>();
      return std::optional<Item>(Item{found.value, found.is_bucket});
    }
    if (!inline_.empty()) return broken(id, "a branch within a bucket's value");
    if (here.count() == 0) return broken(id, "a branch without children");
    // A branch's key is the first of its child: the last that is not greater leads on.
    bool exact = false;
    if (index < here.count()) {
      DOORMAN_TRY(const Page::Element at, here.element(index));
      exact = at.key == key;
    }
    if (!exact && index > 0) --index;
    DOORMAN_TRY(const Page::Element chosen, here.element(index));
    id = chosen.child;
  }
  return Error(ErrorCode::limit, fmt::format("more than {} pages on each other", BoltFile::max_depth));
}

Result<std::optional<Bytes>> BoltBucket::value(Bytes key) const {
  DOORMAN_TRY(const auto item, find(key));
  if (!item || item->is_bucket) return std::optional<Bytes>();
  return std::optional<Bytes>(item->value);
}

Result<std::optional<BoltBucket>> BoltBucket::bucket(Bytes key) const {
  DOORMAN_TRY(const auto item, find(key));
  if (!item || !item->is_bucket) return std::optional<BoltBucket>();
  if (depth_ + 1 >= BoltFile::max_depth) {
    return Error(ErrorCode::limit, fmt::format("more than {} buckets in each other", BoltFile::max_depth));
  }
  if (item->value.size() < bucket_header_bytes) return Error(ErrorCode::invalid, "a bucket without its header");
  const std::uint64_t root = ByteReader(item->value).u64();
  const Bytes inlined = root == 0 ? item->value.substr(bucket_header_bytes) : Bytes();
  if (root == 0 && inlined.empty()) return Error(ErrorCode::invalid, "a bucket without its page");
  return std::optional<BoltBucket>(BoltBucket(file_, root, inlined, depth_ + 1));
}

// Recursion ends at max_depth, the walk at max_items_walked.
Status BoltBucket::walk(std::uint64_t id, std::size_t depth, std::size_t& budget,  // NOLINT(misc-no-recursion)
                        bool& going, const Each& each) const {
  if (depth >= BoltFile::max_depth) {
    return Error(ErrorCode::limit, fmt::format("more than {} pages on each other", BoltFile::max_depth));
  }
  DOORMAN_TRY(const Bytes bytes, page(id));
  DOORMAN_TRY(const Page here, Page::parse(bytes, id));
  if (budget <= here.count()) {
    return Error(ErrorCode::limit, fmt::format("more than {} pages and items", BoltFile::max_items_walked));
  }
  budget -= here.count() + 1;
  if (!here.is_leaf() && !inline_.empty()) return broken(id, "a branch within a bucket's value");
  for (std::size_t i = 0; going && i < here.count(); ++i) {
    DOORMAN_TRY(const Page::Element element, here.element(i));
    if (here.is_leaf()) {
      going = each(element.key, element.is_bucket ? std::optional<Bytes>() : std::optional<Bytes>(element.value));
    } else {
      DOORMAN_CHECK(walk(element.child, depth + 1, budget, going, each));
    }
  }
  return {};
}

Status BoltBucket::for_each(const Each& each) const {
  std::size_t budget = BoltFile::max_items_walked;
  bool going = true;
  return walk(root_, 0, budget, going, each);
}

}  // namespace doorman::parse::container
