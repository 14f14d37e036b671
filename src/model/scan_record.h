// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "model/inventory.h"
#include "model/verdict.h"

namespace doorman::model {

/// All that a scan learned of an image, so that it can be told and matched again without reading a layer. Findings
/// are not in it: they are of a database, which changes.
struct ScanRecord {
  explicit ScanRecord(Inventory what) : inventory(std::move(what)) {}

  Inventory inventory;
  std::uint32_t parsers = 0;           ///< version of the parsers that found it
  std::uint64_t secret_rules = 0;      ///< version of the rules by which secrets were sought; 0: they were not
  std::optional<base::Time> database;  ///< date of the database that the verdict was made with
  std::optional<Verdict> verdict;      ///< nothing where no policy was asked
};

/// Raise it whenever encode() writes other bytes for the same record.
inline constexpr std::uint32_t scan_record_version = 2;

/// The binary form, as codec.h has it for layers: the magic `DOORMANR`, scan_record_version, length, checksum, and
/// the members in the order of their declaration. The subject of a match is the record's, and is not written again.
std::string encode(const ScanRecord& record);
/// Errors as of decode(); an index that leads nowhere is `invalid`.
base::Result<ScanRecord> decode_scan_record(base::Bytes bytes);

}  // namespace doorman::model
