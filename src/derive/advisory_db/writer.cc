// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "base/result.h"
#include "derive/advisory_db/flaws.h"
#include "derive/advisory_db/listing_runs.h"
#include "derive/advisory_db/staging.h"
#include "derive/version/version.h"

namespace doorman::derive::advisory_db {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

/// The texts of the file; each Name is written when it is first asked for.
class Texts {
 public:
  explicit Texts(const StringPool& names) : names_(names), places_(names.size()), bytes_(2, '\0') {}

  StringRef ref(Name name) {
    if (name == 0 || places_[name] != 0) return places_[name];
    const std::string_view text = names_.view(name).substr(0, 0xffff);
    const auto length = static_cast<std::uint16_t>(text.size());
    places_[name] = static_cast<StringRef>(bytes_.size());
    bytes_.append(reinterpret_cast<const char*>(&length), sizeof length).append(text);
    return places_[name];
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  const StringPool& names_;
  std::vector<StringRef> places_;
  std::string bytes_;
};

/// Everything that belongs to one package, by its number; in no order.
template <typename T>
class ByPackage {
 public:
  ByPackage(std::vector<T>& all, std::size_t packages) : all_(all), starts_(packages + 1) {
    std::ranges::sort(all, {}, &T::package);
    for (const T& each : all) ++starts_[each.package + 1];
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
  }
  std::span<T> of(std::uint32_t package) {
    return std::span(all_).subspan(starts_[package], starts_[package + 1] - starts_[package]);
  }

 private:
  std::vector<T>& all_;
  std::vector<std::size_t> starts_;
};

struct Tables {
  std::vector<SourceRecord> sources;
  std::vector<VulnerabilityRecord> vulnerabilities;
  std::vector<StringRef> aliases;
  std::vector<std::uint32_t> buckets;
  std::vector<PackageRecord> packages;
  std::vector<EntryRecord> entries;
  std::vector<RangeRecord> ranges;
  std::vector<RunRecord> runs;
  std::vector<VersionRecord> versions;
};

class Writer {
 public:
  explicit Writer(Staging& staged)
      : staged_(staged), flaws_(staged), texts_(staged.names), ranks_(staged.names.size()) {}

  Result<std::string> write() {
    write_sources();
    write_vulnerabilities();
    write_packages();
    return assemble();
  }

 private:
  void write_sources();
  void write_vulnerabilities();
  void write_packages();
  void write_package(const StagedPackage& package, std::uint64_t hash, std::span<StagedEntry> entries,
                     std::span<StagedListing> listings);
  void write_versions(version::VersionScheme scheme, std::span<const StagedEntry> entries,
                      std::span<const StagedListing> listings);
  void write_entries(version::VersionScheme scheme, std::span<StagedEntry> entries);
  void write_ranges(const StagedEntry& entry, EntryRecord& record);
  void write_listed(std::span<StagedListing> listings);
  void push_entry(EntryRecord record, std::span<const RunRecord> runs);
  Result<std::string> assemble();

  Staging& staged_;
  Flaws flaws_;
  Texts texts_;
  std::vector<std::uint32_t> ranks_;  ///< by Name, among the versions of the package at hand
  Tables tables_;
};

void Writer::write_sources() {
  for (const StagedSource& source : staged_.sources) {
    tables_.sources.push_back({texts_.ref(source.name), texts_.ref(source.licence), source.records, source.newest});
  }
}

void Writer::write_vulnerabilities() {
  for (const Flaw& flaw : flaws_.all()) {
    VulnerabilityRecord record{};
    record.id = texts_.ref(flaw.id);
    record.first_alias = static_cast<std::uint32_t>(tables_.aliases.size());
    record.alias_count = static_cast<std::uint16_t>(std::min<std::size_t>(flaw.aliases.size(), 0xffff));
    for (std::size_t i = 0; i < record.alias_count; ++i) tables_.aliases.push_back(texts_.ref(flaw.aliases[i]));
    record.cvss = texts_.ref(flaw.cvss);
    record.summary = texts_.ref(flaw.summary);
    record.published = flaw.published;
    record.modified = flaw.modified;
    record.epss = flaw.epss;
    record.severity = static_cast<std::uint8_t>(flaw.severity);
    record.score = flaw.score;
    record.flags = flaw.exploited ? known_exploited : 0;
    tables_.vulnerabilities.push_back(record);
  }
}

void Writer::write_packages() {
  struct Place {
    std::uint64_t bucket, hash;
    std::uint32_t number;
  };
  const std::uint64_t buckets = staged_.packages.size() + 1;
  std::vector<Place> order;
  for (std::uint32_t i = 0; i < staged_.packages.size(); ++i) {
    const StagedPackage& package = staged_.packages[i];
    const std::uint64_t hash = package_hash(package.ecosystem, staged_.names.view(package.name));
    order.push_back({hash % buckets, hash, i});
  }
  std::ranges::sort(order, [this](const Place& a, const Place& b) {
    const auto key = [this](const Place& place) {
      const StagedPackage& package = staged_.packages[place.number];
      return std::tuple(place.bucket, place.hash, staged_.names.view(package.name), package.ecosystem);
    };
    return key(a) < key(b);
  });
  ByPackage entries(staged_.entries, staged_.packages.size());
  ByPackage listings(staged_.listings, staged_.packages.size());
  std::size_t next = 0;
  for (std::uint64_t bucket = 0; bucket < buckets; ++bucket) {
    tables_.buckets.push_back(static_cast<std::uint32_t>(next));
    for (; next < order.size() && order[next].bucket == bucket; ++next) {
      const std::uint32_t number = order[next].number;
      write_package(staged_.packages[number], order[next].hash, entries.of(number), listings.of(number));
    }
  }
  tables_.buckets.push_back(static_cast<std::uint32_t>(next));
}

void Writer::write_package(const StagedPackage& package, std::uint64_t hash, std::span<StagedEntry> entries,
                           std::span<StagedListing> listings) {
  const auto scheme = version::scheme_of(model::package_type(package.ecosystem));
  PackageRecord record{};
  record.name = texts_.ref(package.name);
  record.hash = static_cast<std::uint32_t>(hash >> 32U);
  record.ecosystem = static_cast<std::uint32_t>(package.ecosystem);
  record.first_version = static_cast<std::uint32_t>(tables_.versions.size());
  write_versions(scheme, entries, listings);
  record.version_count = static_cast<std::uint32_t>(tables_.versions.size()) - record.first_version;
  record.first_entry = static_cast<std::uint32_t>(tables_.entries.size());
  write_entries(scheme, entries);
  write_listed(listings);
  // What is said of one flaw lies together, whoever says it.
  const auto by_flaw = [](const EntryRecord& each) {
    return std::tuple(each.vulnerability, each.kind, each.first_run, each.first_range);
  };
  std::ranges::sort(tables_.entries.begin() + record.first_entry, tables_.entries.end(), {}, by_flaw);
  record.entry_count = static_cast<std::uint32_t>(tables_.entries.size()) - record.first_entry;
  tables_.packages.push_back(record);
}

void Writer::write_versions(version::VersionScheme scheme, std::span<const StagedEntry> entries,
                            std::span<const StagedListing> listings) {
  std::vector<Name> versions;
  for (const StagedEntry& entry : entries) {
    const auto first = staged_.versions.begin() + entry.first_version;
    versions.insert(versions.end(), first, first + entry.version_count);
  }
  for (const StagedListing& listing : listings) {
    if (versions.empty() || versions.back() != listing.version) versions.push_back(listing.version);
  }
  std::ranges::sort(versions);
  versions.erase(std::ranges::unique(versions).begin(), versions.end());
  const auto text = [this](Name name) { return staged_.names.view(name); };
  std::ranges::sort(versions, {}, text);
  const std::vector<Name> by_text = versions;
  std::ranges::sort(versions, [&](Name a, Name b) {
    const auto order = version::compare_versions(scheme, text(a), text(b));
    return order != 0 ? order < 0 : text(a) < text(b);
  });
  for (std::uint32_t rank = 0; rank < versions.size(); ++rank) ranks_[versions[rank]] = rank;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    tables_.versions.push_back({texts_.ref(versions[i]), ranks_[by_text[i]]});
  }
}

void Writer::write_entries(version::VersionScheme scheme, std::span<StagedEntry> entries) {
  for (StagedEntry& entry : entries) entry.flaw = flaws_.number(entry.flaw);
  const auto text = [this](Name name) { return staged_.names.view(name); };
  const auto fixed_in = [&](const StagedEntry& entry) {
    return text(staged_.intervals[entry.first_interval].high);
  };
  const auto key = [&](const StagedEntry& entry) {
    return std::tuple(entry.flaw, entry.kind, text(entry.release), entry.source, text(entry.record),
                      entry.first_interval, entry.first_version);
  };
  std::ranges::sort(entries, [&](const StagedEntry& a, const StagedEntry& b) {
    if (a.flaw == b.flaw && a.kind == EntryKind::fix && b.kind == EntryKind::fix && a.release == b.release) {
      const auto order = version::compare_versions(scheme, fixed_in(a), fixed_in(b));
      return order != 0 ? order < 0 : a.first_interval < b.first_interval;
    }
    return key(a) < key(b);
  });
  const StagedEntry* before = nullptr;
  for (const StagedEntry& entry : entries) {
    // Of several changelog entries of a branch the lowest version is the fix.
    const bool later_fix = before != nullptr && entry.kind == EntryKind::fix && before->kind == EntryKind::fix &&
                           before->flaw == entry.flaw && before->release == entry.release;
    before = &entry;
    if (later_fix) continue;
    EntryRecord record{};
    record.vulnerability = entry.flaw;
    record.release = texts_.ref(entry.release);
    record.record = texts_.ref(entry.record);
    record.source = entry.source;
    record.kind = static_cast<std::uint8_t>(entry.kind);
    record.unfixed =
        static_cast<std::uint8_t>(static_cast<unsigned>(entry.unfixed) | (entry.unimportant ? unimportant : 0U));
    std::vector<std::uint32_t> ranks;
    for (std::uint32_t i = 0; i < entry.version_count; ++i)
      ranks.push_back(ranks_[staged_.versions[entry.first_version + i]]);
    write_ranges(entry, record);
    push_entry(record, runs_of(std::move(ranks)));
  }
}

void Writer::write_ranges(const StagedEntry& entry, EntryRecord& record) {
  constexpr std::uint32_t most = 0xffff;
  const std::span intervals = std::span(staged_.intervals).subspan(entry.first_interval, entry.interval_count);
  record.first_range = static_cast<std::uint32_t>(tables_.ranges.size());
  for (const StagedInterval& each : intervals) {
    if (tables_.ranges.size() - record.first_range == most) {
      record.range_count = most;
      push_entry(record, {});
      record.first_range = static_cast<std::uint32_t>(tables_.ranges.size());
    }
    tables_.ranges.push_back({texts_.ref(each.low), texts_.ref(each.high), static_cast<std::uint32_t>(each.end)});
  }
  record.range_count = static_cast<std::uint16_t>(tables_.ranges.size() - record.first_range);
}

void Writer::write_listed(std::span<StagedListing> listings) {
  for (StagedListing& listing : listings) {
    listing.flaw = flaws_.number(listing.flaw);
    listing.version = ranks_[listing.version];
  }
  for (const ListedEntry& listed : listed_entries(listings)) {
    EntryRecord record{};
    record.vulnerability = listed.flaw;
    record.release = texts_.ref(staged_.releases[listed.release]);
    record.source = listed.source;
    record.kind = static_cast<std::uint8_t>(EntryKind::listed);
    push_entry(record, listed.runs);
  }
}

/// More runs than a record can count go into further records of the same meaning.
void Writer::push_entry(EntryRecord record, std::span<const RunRecord> runs) {
  constexpr std::size_t most = 0xffff;
  do {
    const auto these = runs.first(std::min(runs.size(), most));
    record.first_run = static_cast<std::uint32_t>(tables_.runs.size());
    record.run_count = static_cast<std::uint16_t>(these.size());
    tables_.runs.insert(tables_.runs.end(), these.begin(), these.end());
    tables_.entries.push_back(record);
    record.range_count = 0;
    runs = runs.subspan(these.size());
  } while (!runs.empty());
}

Result<std::string> Writer::assemble() {
  const auto raw = [](const auto& table) {
    return base::Bytes(reinterpret_cast<const char*>(table.data()), table.size() * sizeof(table[0]));
  };
  const std::array<base::Bytes, section_count> contents = {
      texts_.bytes(),       raw(tables_.sources),  raw(tables_.vulnerabilities), raw(tables_.aliases),
      raw(tables_.buckets), raw(tables_.packages), raw(tables_.entries),         raw(tables_.ranges),
      raw(tables_.runs),    raw(tables_.versions),
  };
  Header header{};
  std::ranges::copy(magic, header.magic.begin());
  header.version = format_version;
  header.sections = section_count;
  std::uint64_t end = sizeof header;
  for (std::size_t i = 0; i < section_count; ++i) {
    if (contents[i].size() > 0xffffffffU)
      return Error(ErrorCode::limit, "advisory database: a section would pass 4 GiB");
    header.places[i] = {end, contents[i].size()};
    end += (contents[i].size() + 7) / 8 * 8;
  }
  header.total_size = end;
  std::string file(end, '\0');
  for (std::size_t i = 0; i < section_count; ++i) {
    std::ranges::copy(contents[i], file.begin() + static_cast<std::ptrdiff_t>(header.places[i].offset));
  }
  header.content_hash = base::hash64(std::string_view(file).substr(sizeof header));
  header.header_hash = base::hash64({reinterpret_cast<const char*>(&header), offsetof(Header, header_hash)});
  std::memcpy(file.data(), &header, sizeof header);
  return file;
}

}  // namespace

Result<std::string> write_database(Staging staging) { return Writer(staging).write(); }

}  // namespace doorman::derive::advisory_db
