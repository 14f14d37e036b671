// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "derive/advisory_db/format.h"
#include "model/report.h"
#include "model/vulnerability.h"

namespace doorman::derive::advisory_db {

/// Reads an advisory database in place. The bytes, usually a mapped file, are borrowed and not trusted: every
/// reference out of them is checked, and one that leads nowhere reads as empty or zero.
///
/// Opening looks at the header only, so that a look-up touches the pages it needs and no others.
class Reader {
 public:
  /// A `truncated`, `unsupported` (another version) or `invalid` error says why it is no database.
  static base::Result<Reader> open(base::Bytes file);

  /// Hashes the whole content and follows every reference once. A `mismatch` error for content that was changed.
  [[nodiscard]] base::Status verify() const;

  [[nodiscard]] model::DatabaseInfo info() const;

  /// The package of that normal name.
  [[nodiscard]] std::optional<PackageRecord> find(model::Ecosystem ecosystem, std::string_view name) const;

  [[nodiscard]] EntryRecord entry(std::uint32_t index) const {
    return record<EntryRecord>(Section::entries, index);
  }
  [[nodiscard]] RangeRecord range(std::uint32_t index) const { return record<RangeRecord>(Section::ranges, index); }
  [[nodiscard]] RunRecord run(std::uint32_t index) const { return record<RunRecord>(Section::runs, index); }
  [[nodiscard]] std::uint32_t count(Section section) const;  ///< of its records

  [[nodiscard]] std::string_view text(StringRef ref) const;  ///< empty for what refers to no text
  [[nodiscard]] std::string_view source_name(std::uint16_t index) const;
  [[nodiscard]] VulnerabilityRecord vulnerability_record(std::uint32_t index) const {
    return record<VulnerabilityRecord>(Section::vulnerabilities, index);
  }
  [[nodiscard]] model::Vulnerability vulnerability(std::uint32_t index) const;

  /// The rank of a version among those listed for the package, if it is one of them, byte by byte.
  [[nodiscard]] std::optional<std::uint32_t> listed_rank(const PackageRecord& package,
                                                         std::string_view version) const;
  /// The listed version of that rank; empty beyond the last.
  [[nodiscard]] std::string_view listed_version(const PackageRecord& package, std::uint32_t rank) const;

 private:
  explicit Reader(base::Bytes file, const Header& header);

  [[nodiscard]] base::Bytes section(Section section) const { return sections_[static_cast<std::size_t>(section)]; }
  template <typename T>
  [[nodiscard]] T record(Section section, std::uint64_t index) const;
  [[nodiscard]] base::Status check_references() const;

  base::Bytes file_;
  std::uint64_t content_hash_;
  std::array<base::Bytes, section_count> sections_;
};

template <typename T>
T Reader::record(Section wanted, std::uint64_t index) const {
  T value{};
  const base::Bytes bytes = section(wanted);
  if (index < bytes.size() / sizeof(T)) std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

inline std::string_view Reader::text(StringRef ref) const {
  const base::Bytes strings = section(Section::strings);
  std::uint16_t length = 0;
  if (ref > strings.size() || strings.size() - ref < sizeof length) return {};
  std::memcpy(&length, strings.data() + ref, sizeof length);
  const base::Bytes rest = strings.substr(ref + sizeof length);
  return length <= rest.size() ? rest.substr(0, length) : std::string_view();
}

}  // namespace doorman::derive::advisory_db
