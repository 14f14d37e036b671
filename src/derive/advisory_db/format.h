// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "base/hash.h"
#include "model/advisory.h"

/// The layout of an advisory database file; docs/advisory-database.md is its description.
/// Every number is little-endian; a StringRef is an offset into Section::strings, where a text is its length in
/// 16 bits and its bytes. Offset 0 is the empty text.
namespace doorman::derive::advisory_db {

static_assert(std::endian::native == std::endian::little, "records are read in place");

inline constexpr std::string_view magic = "DOORADV\n";
inline constexpr std::uint32_t format_version = 1;

using StringRef = std::uint32_t;

enum class Section : std::uint8_t {
  strings,
  sources,
  vulnerabilities,
  aliases,
  buckets,
  packages,
  entries,
  ranges,
  runs,
  versions,
};
inline constexpr std::size_t section_count = 10;

struct SectionPlace {
  std::uint64_t offset, size;  ///< bytes, from the beginning of the file; offsets are multiples of 8
};

struct Header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t sections;
  std::uint64_t total_size;
  std::uint64_t content_hash;  ///< hash64 of all that follows the header; looked at by verify() only
  std::array<SectionPlace, section_count> places;
  std::uint64_t header_hash;  ///< hash64 of the header before this field
};

struct SourceRecord {
  StringRef name, licence;
  std::uint32_t records;
  std::uint32_t newest;  ///< seconds since 1970, 0 for unknown; so are all dates here
};

struct VulnerabilityRecord {
  StringRef id;
  std::uint32_t first_alias;  ///< index into Section::aliases
  StringRef cvss, summary;
  std::uint32_t published, modified;
  std::uint32_t epss;  ///< in millionths; no_epss for none
  std::uint16_t alias_count;
  std::uint8_t severity;  ///< model::Severity
  std::uint8_t score;     ///< in tenths
  std::uint32_t flags;
};
inline constexpr std::uint32_t no_epss = 0xffffffff;
inline constexpr std::uint32_t known_exploited = 1;

/// Packages lie sorted by bucket; Section::buckets holds the index of the first package of each, and one more.
struct PackageRecord {
  StringRef name;
  std::uint32_t hash;  ///< the upper half of package_hash()
  std::uint32_t first_entry, entry_count;
  std::uint32_t first_version, version_count;  ///< into Section::versions
  std::uint32_t ecosystem;                     ///< model::Ecosystem
};

enum class EntryKind : std::uint8_t {
  advisory,  ///< ranges, and runs for versions outside of them
  fix,       ///< one range up to the fixed version, told by a changelog of that release
  listed,    ///< runs only: decides no other version
};

struct EntryRecord {
  std::uint32_t vulnerability;
  StringRef release;  ///< of the distribution; empty for all
  StringRef record;   ///< the source's own id; empty when it is the vulnerability's
  std::uint32_t first_range, first_run;
  std::uint16_t range_count, run_count;
  std::uint16_t source;
  std::uint8_t kind;     ///< EntryKind
  std::uint8_t unfixed;  ///< model::FixState in the lower half; unimportant in bit 4
};
inline constexpr std::uint8_t unimportant = 0x10;

enum class RangeEnd : std::uint32_t {
  open,           ///< no end is known
  fixed,          ///< high is the first version without the flaw
  last_affected,  ///< high is the last one with it
  limit,          ///< nothing is said of high and what follows
};

struct RangeRecord {
  StringRef low;      ///< the first affected version; empty for the beginning
  StringRef high;     ///< what RangeEnd says; empty for open
  std::uint32_t end;  ///< RangeEnd
};

/// Neighbours in the package's list of versions.
struct RunRecord {
  std::uint32_t first;  ///< rank, counted from the package's first version
  std::uint32_t count;  ///< with run_fixed: these versions are fixed rather than affected
};
inline constexpr std::uint32_t run_fixed = 0x80000000;

/// Two tables in one: the i-th version in the ecosystem's order, and the rank of the i-th in byte order.
struct VersionRecord {
  StringRef text;
  std::uint32_t rank;
};

static_assert(sizeof(Header) == 200 && std::is_trivially_copyable_v<Header>);
static_assert(sizeof(SourceRecord) == 16 && sizeof(VulnerabilityRecord) == 36 && sizeof(PackageRecord) == 28);
static_assert(sizeof(EntryRecord) == 28 && sizeof(RangeRecord) == 12 && sizeof(RunRecord) == 8);
static_assert(sizeof(VersionRecord) == 8);

/// Of a package's normal name. The bucket is the remainder by their number; PackageRecord keeps the upper half.
inline std::uint64_t package_hash(model::Ecosystem ecosystem, std::string_view name) {
  return base::hash64(name, static_cast<std::uint64_t>(ecosystem));
}

}  // namespace doorman::derive::advisory_db
