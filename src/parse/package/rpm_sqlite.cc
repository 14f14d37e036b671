// SPDX-License-Identifier: Apache-2.0
#include "base/sqlite.h"
#include "parse/package/rpm_container.h"

namespace doorman::parse::package {

using base::Bytes;

bool is_rpm_sqlite(Bytes database) { return database.starts_with(Bytes("SQLite format 3\0", 16)); }

base::Status read_rpm_sqlite(Bytes database, const EachRpmHeader& each) {
  DOORMAN_TRY(base::SqliteImage image, base::SqliteImage::open(database));
  bool overlap = false;
  std::size_t passed_on = 0;
  DOORMAN_CHECK(image.query("SELECT blob FROM Packages", [&](const base::SqliteRow& row) {
    const Bytes blob = row.bytes(0);
    passed_on += blob.size();
    overlap = passed_on > database.size();
    return !overlap && each(blob);
  }));
  return overlap ? base::Status(base::Error(base::ErrorCode::limit, "SQLite: packages overlap")) : base::Status{};
}

}  // namespace doorman::parse::package
