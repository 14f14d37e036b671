// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::base {

/// One row of a result, valid during the call that gets it. Columns count from 0.
class SqliteRow {
 public:
  explicit SqliteRow(void* statement) : statement_(statement) {}
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] Bytes bytes(int column) const;  ///< text or blob
  [[nodiscard]] bool is_null(int column) const;

 private:
  void* statement_;
};

/// A SQLite database held in bytes that somebody else owns (a file of an image): opened read-only, in
/// memory, with every way out of it (ATTACH, extensions, triggers of a hostile schema) shut.
class SqliteImage {
 public:
  /// `database` is borrowed and must outlive this.
  static Result<SqliteImage> open(Bytes database);
  SqliteImage(SqliteImage&&) noexcept;
  SqliteImage& operator=(SqliteImage&&) noexcept;
  ~SqliteImage();

  /// Calls `each` for every row until it returns false.
  Status query(const std::string& sql, const std::function<bool(const SqliteRow&)>& each);

 private:
  struct Impl;
  explicit SqliteImage(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace doorman::base
