// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace doorman::tests {

/// What a test's bbolt database holds.
struct BoltContent {
  std::map<std::string, std::string> values;
  std::map<std::string, BoltContent> buckets;
  bool inlined = false;  ///< kept within its parent's value; such a bucket has no buckets of its own
};

/// Writes databases as bbolt does: go.etcd.io/bbolt, page.go, node.go, bucket.go.
class BoltBuilder {
 public:
  explicit BoltBuilder(std::uint32_t page_bytes = 1024, std::size_t items_per_page = 4)
      : page_bytes_(page_bytes), items_per_page_(items_per_page), file_(4U * page_bytes, '\0') {}

  std::string build(const BoltContent& content, std::uint64_t transaction = 7) {
    const std::uint64_t root = add_bucket(content);
    const std::string free_list = header(2, 0x10, 0, 0);
    file_.replace(2U * page_bytes_, free_list.size(), free_list);
    // The older one says that there is nothing, in a page of its own.
    const std::uint64_t empty = add_page([](std::uint64_t id) { return header(id, 2, 0, 0); });
    place_meta((transaction - 1) % 2, empty, transaction - 1);
    place_meta(transaction % 2, root, transaction);
    return file_;
  }

  static std::uint64_t fnv1a(const std::string& bytes) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
    return hash;
  }

 private:
  struct Item {
    std::string key, value;
    bool is_bucket = false;
  };

  template <typename T>
  static void append(std::string& out, T number) {
    for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>(number >> (8 * i)));
  }

  static std::string header(std::uint64_t id, std::uint16_t flags, std::size_t count, std::size_t overflow) {
    std::string out;
    append(out, id);
    append(out, flags);
    append(out, static_cast<std::uint16_t>(count));
    append(out, static_cast<std::uint32_t>(overflow));
    return out;
  }

  void place_meta(std::uint64_t page, std::uint64_t root, std::uint64_t transaction) {
    std::string meta;
    append(meta, std::uint32_t{0xED0CDAED});
    append(meta, std::uint32_t{2});
    append(meta, page_bytes_);
    append(meta, std::uint32_t{0});
    append(meta, root);
    append(meta, std::uint64_t{0});
    append(meta, std::uint64_t{2});
    append(meta, static_cast<std::uint64_t>(file_.size() / page_bytes_));
    append(meta, transaction);
    append(meta, fnv1a(meta));
    const std::string whole = header(page, 4, 0, 0) + meta;
    file_.replace(page * page_bytes_, whole.size(), whole);
  }

  /// `make` gets the page's number and gives header and content.
  template <typename Make>
  std::uint64_t add_page(Make&& make) {
    const std::uint64_t id = file_.size() / page_bytes_;
    std::string page = make(id);
    const std::size_t overflow = (page.size() + page_bytes_ - 1) / page_bytes_ - 1;
    for (std::size_t i = 0; i < 4; ++i) page[12 + i] = static_cast<char>(overflow >> (8 * i));
    page.resize((overflow + 1) * page_bytes_, '\0');
    file_ += page;
    return id;
  }

  static std::string leaf(std::uint64_t id, const std::vector<Item>& items) {
    std::string out = header(id, 2, items.size(), 0), data;
    for (std::size_t i = 0; i < items.size(); ++i) {
      append(out, std::uint32_t{items[i].is_bucket});
      append(out, static_cast<std::uint32_t>((items.size() - i) * 16 + data.size()));
      append(out, static_cast<std::uint32_t>(items[i].key.size()));
      append(out, static_cast<std::uint32_t>(items[i].value.size()));
      data += items[i].key + items[i].value;
    }
    return out + data;
  }

  using Child = std::pair<std::string, std::uint64_t>;

  static std::string branch(std::uint64_t id, const std::vector<Child>& children) {
    std::string out = header(id, 1, children.size(), 0), data;
    for (std::size_t i = 0; i < children.size(); ++i) {
      append(out, static_cast<std::uint32_t>((children.size() - i) * 16 + data.size()));
      append(out, static_cast<std::uint32_t>(children[i].first.size()));
      append(out, children[i].second);
      data += children[i].first;
    }
    return out + data;
  }

  /// Consecutive runs of at most items_per_page_.
  template <typename T>
  std::vector<std::vector<T>> runs(const std::vector<T>& all) const {
    std::vector<std::vector<T>> split;
    for (std::size_t i = 0; i < all.size(); i += items_per_page_) {
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(i);
      split.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(std::min(items_per_page_, all.size() - i)));
    }
    return split;
  }

  std::uint64_t add_bucket(const BoltContent& content) {
    const std::vector<Item> items = items_of(content);
    if (items.empty()) return add_page([](std::uint64_t id) { return header(id, 2, 0, 0); });
    std::vector<Child> level;
    for (const auto& run : runs(items)) {
      level.emplace_back(run.front().key, add_page([&](std::uint64_t id) { return leaf(id, run); }));
    }
    while (level.size() > 1) {
      std::vector<Child> above;
      for (const auto& run : runs(level)) {
        above.emplace_back(run.front().first, add_page([&](std::uint64_t id) { return branch(id, run); }));
      }
      level = std::move(above);
    }
    return level.front().second;
  }

  std::vector<Item> items_of(const BoltContent& content) {
    std::vector<Item> items;
    for (const auto& [key, value] : content.values) items.push_back({key, value, false});
    for (const auto& [key, bucket] : content.buckets) {
      std::string value;
      append(value, bucket.inlined ? std::uint64_t{0} : add_bucket(bucket));
      append(value, std::uint64_t{0});
      if (bucket.inlined) value += leaf(0, items_of(bucket));
      items.push_back({key, value, true});
    }
    std::ranges::sort(items, {}, &Item::key);
    return items;
  }

  std::uint32_t page_bytes_;
  std::size_t items_per_page_;
  std::string file_;
};

}  // namespace doorman::tests
