// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/inventory.h"
#include "model/verdict.h"
#include "model/vulnerability.h"

namespace doorman::model {

/// What the advisory database is made of: every report states it.
struct DatabaseInfo {
  struct Source {
    std::string name;     ///< `osv/go`
    std::string licence;  ///< `CC-BY-4.0`
    std::uint64_t records = 0;
    std::optional<base::Time> newest;  ///< the last modification among its records
  };
  std::optional<base::Time> date;  ///< the newest of all sources
  bool built_in = false;           ///< the snapshot that the program carries
  std::vector<Source> sources;
};

/// One scanned target and what is wrong with it: what every sink tells, each in its form.
struct Report {
  Inventory inventory;
  std::vector<Finding> findings;  ///< in the order of display: worst first, then fixable, then by name
  std::uint64_t hidden = 0;       ///< findings left out by --severity
  DatabaseInfo database;
  std::optional<base::Time> created;  ///< SOURCE_DATE_EPOCH, else the image's own date, else nothing
  std::string tool_version;
  std::optional<Verdict> verdict;  ///< nothing where no policy was asked
};

}  // namespace doorman::model
