// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/reader.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "base/text.h"

namespace doorman::derive::advisory_db {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

/// A hostile file may put all its packages into one bucket; a true one has a handful in each.
constexpr std::uint32_t max_bucket = 256;

constexpr std::array<std::size_t, section_count> record_sizes = {
    1,
    sizeof(SourceRecord),
    sizeof(VulnerabilityRecord),
    sizeof(StringRef),
    sizeof(std::uint32_t),
    sizeof(PackageRecord),
    sizeof(EntryRecord),
    sizeof(RangeRecord),
    sizeof(RunRecord),
    sizeof(VersionRecord),
};

Error no_database(const std::string& why) { return {ErrorCode::invalid, "no advisory database: " + why}; }

std::optional<base::Time> time_of(std::uint32_t seconds) {
  if (seconds == 0) return std::nullopt;
  return base::Time(std::chrono::seconds(seconds));
}

Status check_header(const Header& header, std::uint64_t file_size, base::Bytes raw) {
  if (base::Bytes(header.magic.data(), header.magic.size()) != magic) return no_database("its first bytes differ");
  if (header.version != format_version) {
    return Error(ErrorCode::unsupported, "advisory database of format " + std::to_string(header.version) +
                                             ", this program reads format " + std::to_string(format_version));
  }
  if (header.header_hash != base::hash64(raw.substr(0, offsetof(Header, header_hash)))) {
    return no_database("its header is damaged");
  }
  if (header.total_size > file_size) {
    return Error(ErrorCode::truncated, "advisory database: " + std::to_string(file_size) + " of " +
                                           std::to_string(header.total_size) + " bytes");
  }
  if (header.total_size != file_size || header.sections != section_count) return no_database("its sizes differ");
  for (std::size_t i = 0; i < section_count; ++i) {
    const auto [offset, size] = header.places[i];
    const bool inside = offset >= sizeof(Header) && offset <= file_size && size <= file_size - offset;
    if (!inside || offset % 8 != 0 || size % record_sizes[i] != 0 || size / record_sizes[i] > 0xffffffffU) {
      return no_database("section " + std::to_string(i) + " is misplaced");
    }
  }
  return {};
}

}  // namespace

Result<Reader> Reader::open(base::Bytes file) {
  if (file.size() < sizeof(Header)) {
    if (file.substr(0, magic.size()) == magic)
      return Error(ErrorCode::truncated, "advisory database: half a header");
    return no_database("too short");
  }
  Header header{};
  std::memcpy(&header, file.data(), sizeof header);
  DOORMAN_CHECK(check_header(header, file.size(), file));
  return Reader(file, header);
}

Reader::Reader(base::Bytes file, const Header& header) : file_(file), content_hash_(header.content_hash) {
  for (std::size_t i = 0; i < section_count; ++i)
    sections_[i] = file.substr(header.places[i].offset, header.places[i].size);
}

std::uint32_t Reader::count(Section wanted) const {
  return static_cast<std::uint32_t>(section(wanted).size() / record_sizes[static_cast<std::size_t>(wanted)]);
}

std::string_view Reader::source_name(std::uint16_t index) const {
  return text(record<SourceRecord>(Section::sources, index).name);
}

std::optional<PackageRecord> Reader::find(model::Ecosystem ecosystem, std::string_view name) const {
  const std::uint32_t buckets = count(Section::buckets);
  if (buckets < 2) return std::nullopt;
  const std::uint64_t hash = package_hash(ecosystem, name);
  const std::uint64_t bucket = hash % (buckets - 1);
  const auto first = record<std::uint32_t>(Section::buckets, bucket);
  const auto end = record<std::uint32_t>(Section::buckets, bucket + 1);
  if (end < first) return std::nullopt;
  for (std::uint32_t i = first; i < end && i - first < max_bucket; ++i) {
    const auto package = record<PackageRecord>(Section::packages, i);
    const bool same = package.hash == static_cast<std::uint32_t>(hash >> 32U) &&
                      package.ecosystem == static_cast<std::uint32_t>(ecosystem);
    if (same && text(package.name) == name) return package;
  }
  return std::nullopt;
}

model::Vulnerability Reader::vulnerability(std::uint32_t index) const {
  const VulnerabilityRecord stored = vulnerability_record(index);
  model::Vulnerability made;
  made.id = text(stored.id);
  made.aliases.reserve(stored.alias_count);
  for (std::uint32_t i = 0; i < stored.alias_count; ++i) {
    const std::string_view alias = text(record<StringRef>(Section::aliases, std::uint64_t{stored.first_alias} + i));
    if (!alias.empty()) made.aliases.emplace_back(alias);
  }
  made.severity =
      static_cast<model::Severity>(std::min(stored.severity, static_cast<std::uint8_t>(model::Severity::critical)));
  made.cvss = text(stored.cvss);
  made.score = std::min<int>(stored.score, 100) / 10.0;
  if (stored.epss <= 1'000'000) made.epss = stored.epss / 1e6;
  made.known_exploited = (stored.flags & known_exploited) != 0;
  made.published = time_of(stored.published);
  made.modified = time_of(stored.modified);
  made.summary = text(stored.summary);
  return made;
}

std::optional<std::uint32_t> Reader::listed_rank(const PackageRecord& package, std::string_view version) const {
  const std::uint64_t base = package.first_version;
  std::uint32_t low = 0;
  std::uint32_t high = package.version_count;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const auto rank = record<VersionRecord>(Section::versions, base + middle).rank;
    const std::string_view there = listed_version(package, rank);
    if (there == version) return rank;
    if (there < version) low = middle + 1;
    else high = middle;
  }
  return std::nullopt;
}

std::string_view Reader::listed_version(const PackageRecord& package, std::uint32_t rank) const {
  if (rank >= package.version_count) return {};
  return text(record<VersionRecord>(Section::versions, std::uint64_t{package.first_version} + rank).text);
}

model::DatabaseInfo Reader::info() const {
  model::DatabaseInfo info;
  const std::uint32_t sources = count(Section::sources);
  info.sources.reserve(sources);
  for (std::uint32_t i = 0; i < sources; ++i) {
    const auto stored = record<SourceRecord>(Section::sources, i);
    model::DatabaseInfo::Source source;
    source.name = text(stored.name);
    source.licence = text(stored.licence);
    source.records = stored.records;
    source.newest = time_of(stored.newest);
    info.date = std::max(info.date, source.newest);
    info.sources.push_back(std::move(source));
  }
  return info;
}

Status Reader::verify() const {
  if (base::hash64(file_.substr(sizeof(Header))) != content_hash_) {
    return Error(ErrorCode::mismatch, "advisory database: its content is not what its checksum says");
  }
  return check_references();
}

Status Reader::check_references() const {
  const auto broken = [](const char* what, std::uint32_t index) {
    return Error(ErrorCode::invalid, std::string("advisory database: ") + what + " " + std::to_string(index) +
                                         " refers to what is not there");
  };
  const auto fits = [this](Section where, std::uint64_t first, std::uint64_t number) {
    return first + number <= count(where);
  };
  for (std::uint32_t i = 0; i < count(Section::packages); ++i) {
    const auto package = record<PackageRecord>(Section::packages, i);
    if (!fits(Section::entries, package.first_entry, package.entry_count) ||
        !fits(Section::versions, package.first_version, package.version_count) || text(package.name).empty()) {
      return broken("package", i);
    }
  }
  for (std::uint32_t i = 0; i < count(Section::entries); ++i) {
    const EntryRecord one = entry(i);
    if (one.vulnerability >= count(Section::vulnerabilities) || one.source >= count(Section::sources) ||
        !fits(Section::ranges, one.first_range, one.range_count) ||
        !fits(Section::runs, one.first_run, one.run_count)) {
      return broken("entry", i);
    }
  }
  for (std::uint32_t i = 0; i < count(Section::vulnerabilities); ++i) {
    const VulnerabilityRecord one = vulnerability_record(i);
    if (text(one.id).empty() || !fits(Section::aliases, one.first_alias, one.alias_count))
      return broken("vulnerability", i);
  }
  return {};
}

}  // namespace doorman::derive::advisory_db
