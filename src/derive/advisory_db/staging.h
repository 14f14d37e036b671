// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "derive/advisory_db/alias_classes.h"
#include "derive/advisory_db/format.h"
#include "derive/advisory_db/string_pool.h"
#include "model/advisory.h"

/// What a builder has heard so far. A Name is a number of Staging::names.
namespace doorman::derive::advisory_db {

using Name = std::uint32_t;

struct StagedSource {
  Name name, licence;
  std::uint32_t records = 0;
  std::uint32_t newest = 0;
};

struct StagedPackage {
  model::Ecosystem ecosystem;
  Name name;
};

struct StagedInterval {
  Name low, high;
  RangeEnd end;
};

/// One source's word about one flaw of one package.
struct StagedEntry {
  std::uint32_t package;
  Name flaw;  ///< any name of its class
  Name release;
  Name record;
  std::uint32_t first_interval = 0, interval_count = 0;
  std::uint32_t first_version = 0, version_count = 0;  ///< those outside of the intervals
  std::uint16_t source = 0;
  EntryKind kind = EntryKind::advisory;
  model::FixState unfixed = model::FixState::affected;
  bool unimportant = false;
};

struct StagedListing {
  std::uint32_t package;
  Name flaw;
  Name version;
  std::uint16_t source;
  std::uint16_t release;  ///< index into Staging::releases
  bool affected;
};

/// What one source says of a flaw, whatever the package.
struct StagedFacts {
  Name flaw;
  Name cvss = 0, summary = 0;
  std::uint32_t published = 0, modified = 0;
  std::uint32_t epss = no_epss;
  model::Severity word = model::Severity::unknown;
  bool from_list = false;
};

struct Staging {
  StringPool names;
  AliasClasses classes;
  std::vector<StagedSource> sources;
  std::vector<StagedPackage> packages;
  std::unordered_map<std::uint64_t, std::uint32_t> package_numbers;  ///< by ecosystem and name
  std::vector<StagedEntry> entries;
  std::vector<StagedInterval> intervals;
  std::vector<Name> versions;
  std::vector<StagedListing> listings;
  std::vector<Name> releases;
  std::vector<StagedFacts> facts;
  std::unordered_set<Name> exploited;
};

/// The file of all that was staged; a `limit` error when it would not fit into 32-bit references.
base::Result<std::string> write_database(Staging staging);

}  // namespace doorman::derive::advisory_db
