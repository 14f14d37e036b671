// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace doorman::source::container {

/// The bytes of a SQLite database that its owner may be writing to, as they are between two transactions: there is
/// no rollback journal, and the file is the same before and after. Its owner's locks are left alone. A database in
/// WAL mode is as it was at its last checkpoint. Source: sqlite.org/fileformat2.html, sections 1.3.7 and 3.
base::Result<std::string> read_quiet_sqlite(const std::string& path);

}  // namespace doorman::source::container
