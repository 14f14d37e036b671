// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/builder.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "derive/advisory_db/interval.h"
#include "derive/version/version.h"

namespace doorman::derive::advisory_db {
namespace {

std::uint32_t seconds(std::optional<base::Time> time) {
  if (!time) return 0;
  const auto count = time->time_since_epoch().count();
  return count <= 0 || count > 0xffffffffLL ? 0 : static_cast<std::uint32_t>(count);
}

bool is_cve(std::string_view name) { return name.starts_with("CVE-"); }

/// The flaws that a distribution's record is about: its own name if that is a CVE, else the CVEs that it passes on.
std::vector<std::string_view> covered(const model::Advisory& advisory) {
  std::vector<std::string_view> flaws;
  if (is_cve(advisory.id)) return {advisory.id};
  const auto take = [&flaws](const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (is_cve(name)) flaws.push_back(name);
    }
  };
  take(advisory.aliases);
  take(advisory.upstream);
  if (flaws.empty()) take(advisory.related);
  if (flaws.empty()) flaws.push_back(advisory.id);
  std::ranges::sort(flaws);
  flaws.erase(std::ranges::unique(flaws).begin(), flaws.end());
  return flaws;
}

/// The branch that a Debian changelog's distribution belongs to: a release's number, or `unstable`, or its own
/// name.
std::string_view branch_of(std::string_view distribution) {
  const std::string_view name = distribution.substr(0, distribution.find_first_of("- /"));
  if (name == "unstable" || name == "sid" || name == "experimental") return "unstable";
  return model::debian_release(name).value_or(name);
}

}  // namespace

std::uint16_t Builder::add_source(std::string_view name, std::string_view licence) {
  auto& sources = staging_.sources;
  const Name id = staging_.names.intern(name);
  const auto found = std::ranges::find(sources, id, &StagedSource::name);
  if (found != sources.end()) return static_cast<std::uint16_t>(found - sources.begin());
  if (sources.size() < max_sources) sources.push_back({.name = id, .licence = staging_.names.intern(licence)});
  return static_cast<std::uint16_t>(sources.size() - 1);
}

void Builder::heard_from(std::uint16_t source, std::uint32_t when) {
  StagedSource& known = staging_.sources[source];
  ++known.records;
  known.newest = std::max(known.newest, when);
}

std::uint32_t Builder::package(model::Ecosystem ecosystem, std::string_view name) {
  const Name id = staging_.names.intern(model::normal_name(ecosystem, name));
  const std::uint64_t key = (std::uint64_t{id} << 8U) | static_cast<std::uint8_t>(ecosystem);
  const auto [place, is_new] =
      staging_.package_numbers.try_emplace(key, static_cast<std::uint32_t>(staging_.packages.size()));
  if (is_new) staging_.packages.push_back({ecosystem, id});
  return place->second;
}

std::uint16_t Builder::release_number(std::string_view release) {
  auto& releases = staging_.releases;
  const Name id = staging_.names.intern(release);
  const auto found = std::ranges::find(releases, id);
  if (found != releases.end()) return static_cast<std::uint16_t>(found - releases.begin());
  if (releases.size() < 0xffff) releases.push_back(id);
  return static_cast<std::uint16_t>(releases.size() - 1);
}

void Builder::add(std::uint16_t source, const model::Advisory& advisory) {
  if (advisory.withdrawn || advisory.affected.empty()) return;
  heard_from(source, std::max(seconds(advisory.published), seconds(advisory.modified)));
  const bool of_distribution = std::ranges::all_of(advisory.affected, [](const model::Affected& each) {
    return model::is_distribution(each.ecosystem.ecosystem);
  });
  if (of_distribution) {
    const auto flaws = covered(advisory);
    // What is said of an update as a whole is true of none of its CVEs.
    if (flaws.size() == 1) stage_facts(advisory, flaws[0]);
  } else {
    const Name id = staging_.names.intern(advisory.id);
    for (const std::string& alias : advisory.aliases) {
      if (is_name(alias)) staging_.classes.unite(id, staging_.names.intern(alias));
    }
    stage_facts(advisory, advisory.id);
  }
  for (const model::Affected& affected : advisory.affected) add_affected(source, advisory, affected);
}

void Builder::stage_facts(const model::Advisory& advisory, std::string_view flaw) {
  StagedFacts facts{.flaw = staging_.names.intern(flaw)};
  facts.published = seconds(advisory.published);
  facts.modified = seconds(advisory.modified);
  facts.word = advisory.rating.word;
  if (options_.summaries) facts.summary = staging_.names.intern(advisory.summary);
  for (const model::Affected& affected : advisory.affected) facts.word = std::max(facts.word, affected.rating.word);
  staging_.facts.push_back(facts);
  const auto stage_vectors = [&](const model::Rating& rating) {
    for (const std::string& vector : rating.vectors) {
      staging_.facts.push_back({.flaw = facts.flaw, .cvss = staging_.names.intern(vector)});
    }
  };
  stage_vectors(advisory.rating);
  for (const model::Affected& affected : advisory.affected) stage_vectors(affected.rating);
}

void Builder::add_affected(std::uint16_t source, const model::Advisory& advisory, const model::Affected& affected) {
  // Who names a package but none of its versions says nothing of any.
  if (affected.ranges.empty() && affected.versions.empty()) return;
  const model::Ecosystem ecosystem = affected.ecosystem.ecosystem;
  StagedEntry entry{
      .package = package(ecosystem, affected.name),
      .flaw = staging_.names.intern(advisory.id),
      .release = staging_.names.intern(affected.ecosystem.release),
      .record = 0,
      .source = source,
      .unfixed = affected.unfixed,
      .unimportant = affected.unimportant,
  };
  stage_versions(affected, entry);
  if (!model::is_distribution(ecosystem)) {
    staging_.entries.push_back(entry);
    return;
  }
  for (const std::string_view flaw : covered(advisory)) {
    entry.flaw = staging_.names.intern(flaw);
    // DEBIAN-CVE-2024-1 says no more than CVE-2024-1; DSA-5678-1 does.
    entry.record = advisory.id.ends_with(flaw) ? 0 : staging_.names.intern(advisory.id);
    staging_.entries.push_back(entry);
  }
}

void Builder::stage_versions(const model::Affected& affected, StagedEntry& entry) {
  const model::Ecosystem ecosystem = affected.ecosystem.ecosystem;
  const auto scheme = version::scheme_of(model::package_type(ecosystem));
  std::vector<Interval> intervals;
  for (const model::VersionEvents& events : affected.ranges) {
    for (Interval each : intervals_of(scheme, events)) {
      each.low = model::normal_version(ecosystem, each.low);
      each.high = model::normal_version(ecosystem, each.high);
      intervals.push_back(each);
    }
  }
  entry.first_interval = static_cast<std::uint32_t>(staging_.intervals.size());
  entry.interval_count = static_cast<std::uint32_t>(intervals.size());
  for (const Interval& each : intervals) {
    staging_.intervals.push_back({staging_.names.intern(each.low), staging_.names.intern(each.high), each.end});
  }
  entry.first_version = static_cast<std::uint32_t>(staging_.versions.size());
  for (const std::string& listed : affected.versions) {
    const std::string_view version = model::normal_version(ecosystem, listed);
    // Most records list what their ranges say already.
    const bool said =
        std::ranges::any_of(intervals, [&](const Interval& each) { return contains(scheme, each, version); });
    if (!said) staging_.versions.push_back(staging_.names.intern(version));
  }
  entry.version_count = static_cast<std::uint32_t>(staging_.versions.size()) - entry.first_version;
}

void Builder::add(std::uint16_t source, const model::DistributionFix& fix) {
  heard_from(source, seconds(fix.date));
  const std::string_view version = model::normal_version(model::Ecosystem::debian, fix.fixed_version);
  staging_.entries.push_back({
      .package = package(model::Ecosystem::debian, fix.source),
      .flaw = staging_.names.intern(fix.cve),
      .release = staging_.names.intern(branch_of(fix.distribution)),
      .record = 0,
      .first_interval = static_cast<std::uint32_t>(staging_.intervals.size()),
      .interval_count = 1,
      .source = source,
      .kind = EntryKind::fix,
  });
  staging_.intervals.push_back({0, staging_.names.intern(version), RangeEnd::fixed});
}

void Builder::add(std::uint16_t source, const model::ListedVersion& row) {
  heard_from(source, 0);
  const model::Ecosystem ecosystem = row.ecosystem.ecosystem;
  if (last_.name != row.name || last_.ecosystem != ecosystem) {
    last_ = {ecosystem, std::string(row.name), package(ecosystem, row.name)};
  }
  // An affected version is affected wherever it is installed; a fixed one is a fix for its own release only.
  const std::string_view release = row.affected ? std::string_view() : std::string_view(row.ecosystem.release);
  staging_.listings.push_back({
      .package = last_.number,
      .flaw = staging_.names.intern(row.vulnerability),
      .version = staging_.names.intern(model::normal_version(ecosystem, row.version)),
      .source = source,
      .release = release_number(release == "sid" ? "unstable" : release),
      .affected = row.affected,
  });
}

void Builder::add(std::uint16_t source, const model::ListedVulnerability& row) {
  heard_from(source, seconds(row.date));
  StagedFacts facts{.flaw = staging_.names.intern(row.id)};
  for (const std::string_view alias : row.aliases) {
    if (is_name(alias)) staging_.classes.unite(facts.flaw, staging_.names.intern(alias));
  }
  facts.cvss = staging_.names.intern(row.cvss);
  if (row.epss) facts.epss = static_cast<std::uint32_t>(std::lround(*row.epss * 1e6));
  facts.from_list = true;
  staging_.facts.push_back(facts);
}

void Builder::add(std::uint16_t source, const model::KnownExploited& known) {
  heard_from(source, seconds(known.released));
  staging_.sources[source].records += static_cast<std::uint32_t>(known.ids.size()) - 1;
  for (const std::string& id : known.ids) staging_.exploited.insert(staging_.names.intern(id));
}

base::Result<std::string> Builder::finish() && { return write_database(std::move(staging_)); }

}  // namespace doorman::derive::advisory_db
