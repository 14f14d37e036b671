// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "derive/advisory_db/staging.h"
#include "model/advisory.h"

namespace doorman::derive::advisory_db {

/// Compiles advisories into a database file (docs/advisory-database.md). The same calls give the same bytes.
///
/// Names that a record calls aliases become one vulnerability. A record of a distribution about several CVEs (a
/// DSA) becomes one entry for each of them and joins none of them to another. Withdrawn records are left out.
class Builder {
 public:
  struct Options {
    bool summaries = true;  ///< keep the one-line summaries
  };
  static constexpr std::size_t max_sources = 65'000;

  explicit Builder(Options options) : options_(options) {}
  Builder() : Builder(Options{}) {}

  /// A source that the following records come from. The same name is the same source; beyond max_sources all new
  /// names share the last one.
  std::uint16_t add_source(std::string_view name, std::string_view licence);

  void add(std::uint16_t source, const model::Advisory& advisory);
  void add(std::uint16_t source, const model::DistributionFix& fix);
  void add(std::uint16_t source, const model::ListedVersion& row);
  void add(std::uint16_t source, const model::ListedVulnerability& row);
  void add(std::uint16_t source, const model::KnownExploited& known);

  [[nodiscard]] base::Result<std::string> finish() &&;

 private:
  std::uint32_t package(model::Ecosystem ecosystem, std::string_view name);
  std::uint16_t release_number(std::string_view release);
  void heard_from(std::uint16_t source, std::uint32_t when);
  void add_affected(std::uint16_t source, const model::Advisory& advisory, const model::Affected& affected);
  void stage_versions(const model::Affected& affected, StagedEntry& entry);
  void stage_facts(const model::Advisory& advisory, std::string_view flaw);

  Options options_;
  Staging staging_;
  struct {  // the package of the row before
    model::Ecosystem ecosystem{};
    std::string name;
    std::uint32_t number = 0;
  } last_;
};

}  // namespace doorman::derive::advisory_db
