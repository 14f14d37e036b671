// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/sqlite.h"

namespace doorman::base {

/// A query that was prepared once, with the values of its parameters, which count from 1. Not longer than its file.
class SqliteStatement {
 public:
  SqliteStatement(SqliteStatement&&) noexcept;
  SqliteStatement& operator=(SqliteStatement&&) noexcept;
  ~SqliteStatement();

  SqliteStatement& bind(int parameter, std::int64_t value);
  /// Copied. Text is kept as its bytes.
  SqliteStatement& bind(int parameter, std::string_view value);

  /// Runs it and calls for each row until that says false. Parameters are empty again afterwards.
  Status each(const std::function<bool(const SqliteRow&)>& take);
  Status run() {
    return each([](const SqliteRow&) { return true; });
  }

 private:
  friend class SqliteFile;
  explicit SqliteStatement(void* statement) : statement_(statement) {}
  void* statement_;
};

/// A SQLite database of our own in a file. Who reads takes no lock longer than a query, and needs no right to write
/// in its folder (rollback journal, no WAL). What is damaged is `invalid`, as is what is no database; anything
/// else, as a full disk or a lock that somebody holds for longer than the patience, `io`. Not for use from several
/// threads.
class SqliteFile {
 public:
  enum class Access : std::uint8_t { read, write };
  struct Settings {
    Access access = Access::read;
    std::chrono::milliseconds patience{1000};  ///< with the locks of others
    std::uint64_t most_bytes = 256U << 20U;    ///< the file never grows beyond it
  };

  /// To write, a file that is missing is made, readable by its owner alone; to read, it is `not_found`.
  static Result<SqliteFile> open(const std::string& path, const Settings& settings);
  SqliteFile(SqliteFile&&) noexcept;
  SqliteFile& operator=(SqliteFile&&) noexcept;
  ~SqliteFile();

  /// One or more commands without parameters.
  Status run(const std::string& sql);
  Result<SqliteStatement> prepare(std::string_view sql);
  /// All that `work` does, or nothing of it.
  Status transaction(const std::function<Status()>& work);
  Result<std::int64_t> number(std::string_view sql);

 private:
  struct Impl;
  explicit SqliteFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace doorman::base
