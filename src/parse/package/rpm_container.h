// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::parse::package {

/// Gets the headers of an rpm database one after the other, each valid during the call, or in a header's place
/// the error that made it unreadable. Returns false to stop.
using EachRpmHeader = std::function<bool(base::Result<base::Bytes>)>;

/// The three databases that rpm has kept its packages in. Each function passes on what it can read; its own
/// result says why the database could not be read to its end. None does more work, or passes on more bytes,
/// than the database is long, whatever the bytes say: `each` sees a page or block once.

/// A SQLite file, table Packages (rpm 4.16 and later).
bool is_rpm_sqlite(base::Bytes database);
base::Status read_rpm_sqlite(base::Bytes database, const EachRpmHeader& each);

/// SUSE's ndb, file Packages.db. Source: rpm's lib/backend/ndb/rpmpkg.c, its size and offset definitions.
bool is_rpm_ndb(base::Bytes database);
base::Status read_rpm_ndb(base::Bytes database, const EachRpmHeader& each);

/// A hash database of Berkeley DB, file Packages (rpm 4.15 and earlier), in either byte order.
/// Source: Berkeley DB 5.3, src/dbinc/db_page.h.
bool is_rpm_bdb(base::Bytes database);
base::Status read_rpm_bdb(base::Bytes database, const EachRpmHeader& each);

}  // namespace doorman::parse::package
