// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/listing_runs.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace doorman::derive::advisory_db {
namespace {

/// Ends before the first row that differs in what `key` says.
template <typename Key>
std::span<StagedListing> same(std::span<StagedListing> rows, Key key) {
  std::size_t end = 1;
  while (end < rows.size() && key(rows[end]) == key(rows[0])) ++end;
  return rows.first(end);
}

/// Moves the rows that count to the front.
std::span<StagedListing> without_contradictions(std::span<StagedListing> rows) {
  const auto what = [](const StagedListing& row) { return std::tuple(row.flaw, row.version); };
  std::ranges::sort(rows, {}, [&](const StagedListing& row) {
    return std::tuple_cat(what(row), std::tuple(row.affected, row.release, row.source));
  });
  std::size_t kept = 0;
  for (std::span rest = rows; !rest.empty();) {
    const auto group = same(rest, what);
    rest = rest.subspan(group.size());
    const bool is_fixed = !group[0].affected;
    for (const StagedListing& row : group) {
      if (!is_fixed || !row.affected) rows[kept++] = row;
    }
  }
  return rows.first(kept);
}

void append(std::vector<RunRecord>& runs, std::uint32_t rank, std::uint32_t flag) {
  if (!runs.empty()) {
    RunRecord& last = runs.back();
    const std::uint32_t end = last.first + (last.count & ~run_fixed);
    if ((last.count & run_fixed) == flag && rank + 1 == end) return;  // twice the same
    if ((last.count & run_fixed) == flag && rank == end) {
      ++last.count;
      return;
    }
  }
  runs.push_back({rank, 1U | flag});
}

}  // namespace

std::vector<RunRecord> runs_of(std::vector<std::uint32_t> ranks, bool fixed) {
  std::ranges::sort(ranks);
  std::vector<RunRecord> runs;
  for (const std::uint32_t rank : ranks) append(runs, rank, fixed ? run_fixed : 0);
  return runs;
}

std::vector<ListedEntry> listed_entries(std::span<StagedListing> rows) {
  const auto whose = [](const StagedListing& row) { return std::tuple(row.flaw, row.release, row.source); };
  std::span<StagedListing> rest = without_contradictions(rows);
  std::ranges::sort(rest, {}, [&](const StagedListing& row) {
    return std::tuple_cat(whose(row), std::tuple(!row.affected, row.version));
  });
  std::vector<ListedEntry> entries;
  while (!rest.empty()) {
    const auto group = same(rest, whose);
    rest = rest.subspan(group.size());
    ListedEntry entry{group[0].flaw, group[0].source, group[0].release, {}};
    for (const StagedListing& row : group) append(entry.runs, row.version, row.affected ? 0 : run_fixed);
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace doorman::derive::advisory_db
