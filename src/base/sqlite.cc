// SPDX-License-Identifier: Apache-2.0
#include "base/sqlite.h"

#include <sqlite3.h>

namespace doorman::base {
namespace {

Error sqlite_error(sqlite3* handle) {
  return {ErrorCode::invalid, std::string("SQLite: ") + sqlite3_errmsg(handle)};
}

// Steps of SQLite's virtual machine between two looks at the budget, and how many looks a query gets: about
// a second of work, where a whole rpmdb takes a few milliseconds.
constexpr int steps_per_look = 1'000'000;
constexpr int looks_per_query = 200;

int out_of_budget(void* counter) { return ++*static_cast<int*>(counter) > looks_per_query ? 1 : 0; }

}  // namespace

std::int64_t SqliteRow::integer(int column) const {
  return sqlite3_column_int64(static_cast<sqlite3_stmt*>(statement_), column);
}

Bytes SqliteRow::bytes(int column) const {
  auto* statement = static_cast<sqlite3_stmt*>(statement_);
  const void* data = sqlite3_column_blob(statement, column);
  const int size = sqlite3_column_bytes(statement, column);
  return data == nullptr ? Bytes{} : Bytes(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

bool SqliteRow::is_null(int column) const {
  return sqlite3_column_type(static_cast<sqlite3_stmt*>(statement_), column) == SQLITE_NULL;
}

struct SqliteImage::Impl {
  sqlite3* handle = nullptr;
  std::string copy;  ///< of a database in WAL mode
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { sqlite3_close(handle); }
};

SqliteImage::SqliteImage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteImage::SqliteImage(SqliteImage&&) noexcept = default;
SqliteImage& SqliteImage::operator=(SqliteImage&&) noexcept = default;
SqliteImage::~SqliteImage() = default;

Result<SqliteImage> SqliteImage::open(Bytes database) {
  if (!database.starts_with(Bytes("SQLite format 3\0", 16)))
    return Error(ErrorCode::invalid, "not a SQLite database");
  auto impl = std::make_unique<Impl>();
  if (sqlite3_open_v2(":memory:", &impl->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) !=
      SQLITE_OK) {
    return sqlite_error(impl->handle);
  }
  sqlite3_db_config(impl->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(impl->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(impl->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(impl->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(impl->handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(impl->handle, SQLITE_LIMIT_LENGTH, 256 << 20);
  // A database in WAL mode cannot be opened from memory. Without its -wal file it is the same as one in
  // rollback mode, which the two version bytes at 18 (file format, section 1.3.3) say.
  if (database.size() > 20 && database[18] == 2) {
    impl->copy = database;
    impl->copy[18] = impl->copy[19] = 1;
    database = impl->copy;
  }
  // A read-only deserialized database is neither written nor freed by SQLite.
  auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(database.data()));
  const auto size = static_cast<sqlite3_int64>(database.size());
  if (sqlite3_deserialize(impl->handle, "main", data, size, size, SQLITE_DESERIALIZE_READONLY) != SQLITE_OK) {
    return sqlite_error(impl->handle);
  }
  return SqliteImage(std::move(impl));
}

Status SqliteImage::query(const std::string& sql, const std::function<bool(const SqliteRow&)>& each) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(impl_->handle, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    return sqlite_error(impl_->handle);
  }
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> owner(statement, &sqlite3_finalize);
  int looks = 0;
  sqlite3_progress_handler(impl_->handle, steps_per_look, out_of_budget, &looks);
  int state = SQLITE_ROW;
  while ((state = sqlite3_step(statement)) == SQLITE_ROW) {
    if (!each(SqliteRow(statement))) return {};
  }
  if (state == SQLITE_INTERRUPT) return Error(ErrorCode::limit, "SQLite: the query took more work than its limit");
  return state == SQLITE_DONE ? Status{} : Status(sqlite_error(impl_->handle));
}

}  // namespace doorman::base
