// SPDX-License-Identifier: Apache-2.0
#include "base/sqlite_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <utility>

#include "base/fd.h"

namespace doorman::base {
namespace {

sqlite3_stmt* of(void* statement) { return static_cast<sqlite3_stmt*>(statement); }

ErrorCode code_of(int state) {
  switch (state & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
      return ErrorCode::invalid;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return ErrorCode::denied;
    case SQLITE_TOOBIG:
      return ErrorCode::limit;
    default:
      return ErrorCode::io;
  }
}

Error error_of(sqlite3* handle) {
  return {code_of(sqlite3_errcode(handle)), std::string("SQLite: ") + sqlite3_errmsg(handle)};
}

}  // namespace

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)) {}
SqliteStatement& SqliteStatement::operator=(SqliteStatement&& other) noexcept {
  std::swap(statement_, other.statement_);
  return *this;
}
SqliteStatement::~SqliteStatement() { sqlite3_finalize(of(statement_)); }

SqliteStatement& SqliteStatement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(of(statement_), parameter, value);
  return *this;
}
SqliteStatement& SqliteStatement::bind(int parameter, std::string_view value) {
  // Without data() it would be NULL.
  const char* const text = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_text64(of(statement_), parameter, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}
Status SqliteStatement::each(const std::function<bool(const SqliteRow&)>& take) {
  sqlite3_stmt* const statement = of(statement_);
  int state = SQLITE_ROW;
  while ((state = sqlite3_step(statement)) == SQLITE_ROW && take(SqliteRow(statement))) continue;
  const bool is_done = state == SQLITE_ROW || state == SQLITE_DONE;
  const Status told = is_done ? Status() : Status(error_of(sqlite3_db_handle(statement)));
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return told;
}

struct SqliteFile::Impl {
  sqlite3* handle = nullptr;
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { sqlite3_close_v2(handle); }  // statements may outlive it by a moment
};

SqliteFile::SqliteFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteFile::SqliteFile(SqliteFile&&) noexcept = default;
SqliteFile& SqliteFile::operator=(SqliteFile&&) noexcept = default;
SqliteFile::~SqliteFile() = default;

Result<SqliteFile> SqliteFile::open(const std::string& path, const Settings& settings) {
  const bool writes = settings.access == Access::write;
  // SQLite would make it by the umask, and tells little of why it could not.
  const Fd file(::open(path.c_str(), (writes ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return system_error(path);
  auto impl = std::make_unique<Impl>();
  const int flags =
      (writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
  if (sqlite3_open_v2(path.c_str(), &impl->handle, flags, nullptr) != SQLITE_OK)
    return error_of(impl->handle).in(path);
  sqlite3* const handle = impl->handle;
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_busy_timeout(handle, static_cast<int>(settings.patience.count()));
  SqliteFile opened(std::move(impl));
  DOORMAN_CHECK(opened.number("PRAGMA schema_version").in(path));  // the first that reads the file
  DOORMAN_TRY(const auto page, opened.number("PRAGMA page_size").in(path));
  if (!writes || page <= 0) return opened;
  const std::uint64_t pages = settings.most_bytes / static_cast<std::uint64_t>(page);
  DOORMAN_CHECK(opened.run(fmt::format("PRAGMA foreign_keys = ON; PRAGMA max_page_count = {}", pages)).in(path));
  return opened;
}

Status SqliteFile::run(const std::string& sql) {
  if (sqlite3_exec(impl_->handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return error_of(impl_->handle);
}

Result<SqliteStatement> SqliteFile::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(impl_->handle, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) != SQLITE_OK)
    return error_of(impl_->handle);
  return SqliteStatement(statement);
}

Status SqliteFile::transaction(const std::function<Status()>& work) {
  DOORMAN_CHECK(run("BEGIN IMMEDIATE"));
  Status done = work();
  if (done.ok()) done = run("COMMIT");
  if (!done.ok() && sqlite3_get_autocommit(impl_->handle) == 0) (void)run("ROLLBACK");
  return done;
}

Result<std::int64_t> SqliteFile::number(std::string_view sql) {
  DOORMAN_TRY(SqliteStatement statement, prepare(sql));
  std::int64_t value = 0;
  DOORMAN_CHECK(statement.each([&](const SqliteRow& row) {
    value = row.integer(0);
    return false;
  }));
  return value;
}

}  // namespace doorman::base
