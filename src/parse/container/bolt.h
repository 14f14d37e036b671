// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::parse::container {

/// Gives the bytes of a file from `offset`, exactly `length`, or an error. What it gives stays valid as long as
/// whatever reads through it.
using ReadAt = std::function<base::Result<base::Bytes>(std::uint64_t offset, std::size_t length)>;

class BoltBucket;

/// A database of bbolt, read while its owner may write to it. Source: go.etcd.io/bbolt, page.go, db.go, bucket.go.
///
/// The file is copied on write: the pages of a transaction are overwritten no sooner than two transactions later.
/// Who reads without bbolt's lock asks `changed` afterwards: when it says no, what was read is of one transaction.
class BoltFile {
 public:
  static constexpr std::size_t max_depth = 32;  ///< pages on each other, and buckets in each other
  static constexpr std::size_t max_items_walked = 1U
                                                  << 20U;   ///< pages and what they hold, by one walk over a bucket
  static constexpr std::size_t max_run_bytes = 16U << 20U;  ///< a page with its overflow

  /// From the newer of the two meta pages that is whole.
  static base::Result<BoltFile> open(ReadAt read);
  static base::Result<BoltFile> open(base::Bytes file);

  [[nodiscard]] std::uint64_t transaction() const { return transaction_; }
  /// Whether the file is of another transaction by now. `read_again` must read anew.
  [[nodiscard]] base::Result<bool> changed(const ReadAt& read_again) const;
  [[nodiscard]] BoltBucket root() const;

 private:
  friend class BoltBucket;
  BoltFile() = default;
  base::Status read_meta();

  ReadAt read_;
  std::uint32_t page_bytes_ = 0;
  std::uint64_t root_ = 0, pages_ = 0, transaction_ = 0;
};

/// A bucket of a BoltFile, which must outlive it. Keys and values are views into what its ReadAt gave.
class BoltBucket {
 public:
  using Each = std::function<bool(base::Bytes key, std::optional<base::Bytes> value)>;

  [[nodiscard]] base::Result<std::optional<base::Bytes>> value(base::Bytes key) const;
  [[nodiscard]] base::Result<std::optional<BoltBucket>> bucket(base::Bytes key) const;

  /// Every key in order, with its value or, where it is a bucket, nothing; until `each` returns false.
  [[nodiscard]] base::Status for_each(const Each& each) const;

 private:
  friend class BoltFile;
  struct Item;
  BoltBucket(const BoltFile* file, std::uint64_t root, base::Bytes inlined, std::size_t depth)
      : file_(file), root_(root), inline_(inlined), depth_(depth) {}
  [[nodiscard]] base::Result<base::Bytes> page(std::uint64_t id) const;
  [[nodiscard]] base::Result<std::optional<Item>> find(base::Bytes key) const;
  [[nodiscard]] base::Status walk(std::uint64_t id, std::size_t depth, std::size_t& budget, bool& going,
                                  const Each& each) const;

  const BoltFile* file_;
  std::uint64_t root_;
  base::Bytes inline_;  ///< the page itself, for a bucket that is kept within its parent
  std::size_t depth_;
};

}  // namespace doorman::parse::container
