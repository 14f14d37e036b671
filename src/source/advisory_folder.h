// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/advisory.h"
#include "model/layer_facts.h"

namespace doorman::source {

/// What a folder of advisories is read into. Texts are valid during the call only.
class AdvisoryReceiver {
 public:
  AdvisoryReceiver() = default;
  AdvisoryReceiver(const AdvisoryReceiver&) = delete;
  AdvisoryReceiver& operator=(const AdvisoryReceiver&) = delete;
  virtual ~AdvisoryReceiver() = default;

  /// What follows comes from this source. Named again for every file.
  virtual void from(std::string_view source, std::string_view licence) = 0;
  virtual void take(const model::Advisory& advisory) = 0;
  virtual void take(const model::DistributionFix& fix) = 0;
  virtual void take(const model::ListedVersion& row) = 0;
  virtual void take(const model::ListedVulnerability& row) = 0;
  virtual void take(const model::KnownExploited& known) = 0;
};

struct FolderSummary {
  std::uint64_t files = 0;  ///< of which something was read
  std::uint64_t records = 0;
  std::uint64_t withdrawn = 0;
  std::map<std::string, std::uint64_t>
      skipped;                     ///< affected packages in ecosystems that we do not judge, by ecosystem
  std::vector<model::Note> notes;  ///< what could not be read: `osv/go.jsonl:118`, why
};

/// Reads every file of advisories in the folder and below it, in the order of their paths; links to folders and
/// hidden folders are left out. `.gz` and `.zst` are read through. A file is known by its name and content:
///
/// - `.jsonl`, `.ndjson`: OSV records, one a line
/// - `.json`: an OSV record, an array of them, or CISA's KEV catalogue
/// - `.zip`: OSV records, one a member, as OSV publishes an ecosystem
/// - `.tsv`: VulnerableCode's packages (`pkg:…`) or vulnerabilities (`VCID-…`), or a table of Debian fixes
///
/// A source is named by its path without the endings (`osv/go`); single records of a tree of folders by the first
/// folder. `SOURCES.tsv` names sources better: see parse_source_rules in source_rules.h.
///
/// What cannot be read is noted (at most 20 times a file) and left out. An error only if the folder cannot be read.
base::Result<FolderSummary> read_advisory_folder(const std::string& folder, AdvisoryReceiver& receiver);

}  // namespace doorman::source
