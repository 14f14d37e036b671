// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "derive/advisory_db/staging.h"

namespace doorman::derive::advisory_db {

/// Neighbouring ranks as runs. The ranks may come in any order and more than once.
std::vector<RunRecord> runs_of(std::vector<std::uint32_t> ranks, bool fixed = false);

/// All rows of one list about one flaw, of one release.
struct ListedEntry {
  std::uint32_t flaw;
  std::uint16_t source, release;
  std::vector<RunRecord> runs;
};

/// The rows of one package, with flaws and versions given by number and rank, as entries. A version that one row
/// calls affected and another, of whatever release, fixed is fixed: lists gather several sources, and who knows of
/// a fix knows more. Reorders the rows.
std::vector<ListedEntry> listed_entries(std::span<StagedListing> rows);

}  // namespace doorman::derive::advisory_db
