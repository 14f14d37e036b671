// SPDX-License-Identifier: Apache-2.0
#include "derive/match.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "derive/advisory_db/judge.h"
#include "derive/version/version.h"

namespace doorman::derive {
namespace {

using advisory_db::Verdict;
using model::Ecosystem;
using model::PackageType;

/// `3.19` of `3.19.1`.
std::string_view two_numbers(std::string_view version) {
  const std::size_t first = version.find('.');
  return first == std::string_view::npos ? version : version.substr(0, version.find('.', first + 1));
}

std::string_view debian_release(const model::Distribution& distribution) {
  if (!distribution.version_id.empty())
    return std::string_view(distribution.version_id).substr(0, distribution.version_id.find('.'));
  return model::debian_release(distribution.codename).value_or(distribution.codename);
}

bool is_ubuntu(const model::Distribution& distribution) {
  static constexpr std::array<std::string_view, 5> based_on_ubuntu = {"ubuntu", "linuxmint", "pop", "elementary",
                                                                      "neon"};
  return std::ranges::find(based_on_ubuntu, distribution.id) != based_on_ubuntu.end();
}

struct Platform {
  Ecosystem ecosystem;
  std::string_view release;
};

/// Who judges packages of that type in this image; nobody for types without advisories.
std::optional<Platform> platform_of(PackageType type, const std::optional<model::Distribution>& distribution) {
  switch (type) {
    case PackageType::deb:
      if (!distribution) return Platform{Ecosystem::debian, {}};
      if (is_ubuntu(*distribution)) return Platform{Ecosystem::ubuntu, distribution->version_id};
      // A derivative numbers its own releases, not Debian's.
      return Platform{Ecosystem::debian, distribution->id == "debian" || distribution->id == "raspbian"
                                             ? debian_release(*distribution)
                                             : std::string_view()};
    case PackageType::apk:
      if (!distribution || distribution->id != "alpine") return std::nullopt;
      return Platform{Ecosystem::alpine, two_numbers(distribution->version_id)};
    case PackageType::rpm:
    case PackageType::generic:
      return std::nullopt;
    case PackageType::npm:
      return Platform{Ecosystem::npm, {}};
    case PackageType::pypi:
      return Platform{Ecosystem::pypi, {}};
    case PackageType::golang:
      return Platform{Ecosystem::go, {}};
    case PackageType::maven:
      return Platform{Ecosystem::maven, {}};
    case PackageType::gem:
      return Platform{Ecosystem::rubygems, {}};
    case PackageType::composer:
      return Platform{Ecosystem::packagist, {}};
    case PackageType::cargo:
      return Platform{Ecosystem::crates_io, {}};
    case PackageType::nuget:
      return Platform{Ecosystem::nuget, {}};
  }
  return std::nullopt;
}

/// `1.21.0-rc.2` of `go1.21rc2`, `1.20.3` of `go1.20.3 X:boringcrypto` and of `v1.20.3`: Go's advisories write the
/// versions of its standard library in SemVer. Source: golang.org/x/vuln, semver of Go tags.
std::string go_toolchain_version(std::string_view text) {
  if (text.starts_with("go")) text.remove_prefix(2);
  if (text.starts_with('v')) text.remove_prefix(1);
  std::size_t end = 0;
  while (end < text.size() && (base::is_digit(text[end]) || text[end] == '.')) ++end;
  std::string version(text.substr(0, end));
  if (version.empty()) return {};
  for (auto dots = std::ranges::count(version, '.'); dots < 2; ++dots) version += ".0";
  std::string_view rest = text.substr(end);
  for (const std::string_view kind : {"alpha", "beta", "rc"}) {
    if (rest.starts_with('-')) rest.remove_prefix(1);
    if (!rest.starts_with(kind)) continue;
    rest.remove_prefix(kind.size());
    if (rest.starts_with('.')) rest.remove_prefix(1);
    std::size_t digits = 0;
    while (digits < rest.size() && base::is_digit(rest[digits])) ++digits;
    version.append("-").append(kind).append(".").append(rest.substr(0, digits));
    break;
  }
  return version;
}

/// Empty where Go does not know it itself: the main module of an unstamped build, a replaced module.
std::string go_version(std::string_view name, std::string_view version) {
  if (name == "stdlib" || name == "toolchain") return go_toolchain_version(version);
  const bool unknown = version == "(devel)" || version == "devel" || version == "unknown" ||
                       version.starts_with("v0.0.0-00010101000000-");
  return unknown ? std::string() : std::string(version);
}

struct Named {
  std::string name, version;
};

/// What the advisories of its ecosystem call the package.
Named advisory_name(Ecosystem ecosystem, const model::Package& package) {
  std::string_view name = package.name;
  std::string version = package.version;
  // The kernel's signed images are packed anew, and have the version of what is in them.
  constexpr std::string_view signed_kernel = "linux-signed";
  const bool is_deb = ecosystem == Ecosystem::debian || ecosystem == Ecosystem::ubuntu;
  if (is_deb && package.source_name.starts_with(signed_kernel)) {
    name = "linux";
  } else if (model::is_distribution(ecosystem)) {
    if (!package.source_name.empty()) name = package.source_name;
    if (!package.source_version.empty()) version = package.source_version;
  }
  if (ecosystem == Ecosystem::go) version = go_version(name, version);
  return {model::normal_name(ecosystem, name), std::string(model::normal_version(ecosystem, version))};
}

/// Says of each package which version repairs all of its flaws that have a fix: the highest of their fixed
/// versions.
void advise(const model::Inventory& inventory, std::vector<model::Finding>& findings) {
  std::unordered_map<std::uint32_t, std::string> highest;
  for (const model::Finding& finding : findings) {
    if (finding.fix != model::FixState::fixed) continue;
    const auto scheme = version::scheme_of(inventory.packages[finding.package].package.type);
    std::string& best = highest[finding.package];
    if (best.empty() || version::compare_versions(scheme, best, finding.fixed_version) < 0)
      best = finding.fixed_version;
  }
  for (model::Finding& finding : findings) {
    if (finding.fix == model::FixState::fixed) finding.upgrade_to = highest[finding.package];
  }
}

struct Hit {
  std::uint32_t package;
  const Verdict* verdict;
  model::Severity severity;
  advisory_db::VulnerabilityRecord record;
};

class Matcher {
 public:
  Matcher(const model::Inventory& inventory, const AdvisoryDb& database)
      : inventory_(inventory), database_(database) {}

  void look_up(std::uint32_t index);
  std::vector<model::Finding> findings();

 private:
  struct Asked {  // owns what the question and its verdicts point to
    Named named;
    std::vector<Verdict> verdicts;
  };
  const std::vector<Verdict>& ask(const Platform& platform, Named named);
  [[nodiscard]] bool before(const Hit& a, const Hit& b) const;
  [[nodiscard]] model::Finding finding(const Hit& hit) const;

  const model::Inventory& inventory_;
  const AdvisoryDb& database_;
  std::deque<Asked> asked_;
  std::unordered_map<std::string, const Asked*> known_;  ///< several packages are built from one source
  std::vector<Hit> hits_;
};

const std::vector<Verdict>& Matcher::ask(const Platform& platform, Named named) {
  std::string key;
  key.append(1, static_cast<char>(platform.ecosystem)).append(named.name).append(1, '\0').append(named.version);
  const auto [place, is_new] = known_.try_emplace(std::move(key), nullptr);
  if (is_new) {
    Asked& asked = asked_.emplace_back(std::move(named));
    asked.verdicts = advisory_db::judge(
        database_, {platform.ecosystem, asked.named.name, asked.named.version, platform.release});
    place->second = &asked;
  }
  return place->second->verdicts;
}

void Matcher::look_up(std::uint32_t index) {
  const model::Package& package = inventory_.packages[index].package;
  const auto platform = platform_of(package.type, inventory_.distribution);
  if (!platform) return;
  Named named = advisory_name(platform->ecosystem, package);
  if (named.name.empty() || named.version.empty()) return;
  for (const Verdict& verdict : ask(*platform, std::move(named))) {
    const auto record = database_.vulnerability_record(verdict.vulnerability);
    auto severity = static_cast<model::Severity>(
        std::min<unsigned>(record.severity, static_cast<unsigned>(model::Severity::critical)));
    if (verdict.unimportant) severity = std::min(severity, model::Severity::low);
    hits_.push_back({index, &verdict, severity, record});
  }
}

bool Matcher::before(const Hit& a, const Hit& b) const {
  const auto key = [this](const Hit& hit) {
    const bool fixable = hit.verdict->fix == model::FixState::fixed;
    const bool exploited = (hit.record.flags & advisory_db::known_exploited) != 0;
    const std::string_view name = inventory_.packages[hit.package].package.name;
    // Vulnerabilities are numbered in the order of their ids.
    return std::tuple(-static_cast<int>(hit.severity), !fixable, !exploited, -static_cast<int>(hit.record.score),
                      name, hit.verdict->vulnerability, hit.package);
  };
  return key(a) < key(b);
}

model::Finding Matcher::finding(const Hit& hit) const {
  model::Finding made(inventory_.subject, hit.package, database_.vulnerability(hit.verdict->vulnerability));
  model::Vulnerability& flaw = made.vulnerability;
  flaw.severity = hit.severity;
  if (!hit.verdict->records.empty()) {
    for (const std::string_view record : hit.verdict->records) {
      if (record != flaw.id) flaw.aliases.emplace_back(record);
    }
    std::ranges::sort(flaw.aliases);
    flaw.aliases.erase(std::ranges::unique(flaw.aliases).begin(), flaw.aliases.end());
  }
  made.fix = hit.verdict->fix;
  made.fixed_version = hit.verdict->fixed_version;
  made.source = database_.source_name(hit.verdict->source);
  return made;
}

std::vector<model::Finding> Matcher::findings() {
  std::ranges::sort(hits_, [this](const Hit& a, const Hit& b) { return before(a, b); });
  std::vector<model::Finding> made;
  made.reserve(hits_.size());
  for (const Hit& hit : hits_) made.push_back(finding(hit));
  advise(inventory_, made);
  return made;
}

}  // namespace

std::vector<model::Finding> match(const model::Inventory& inventory, const AdvisoryDb& database,
                                  const MatchOptions& options) {
  Matcher matcher(inventory, database);
  for (std::uint32_t i = 0; i < inventory.packages.size(); ++i) {
    const bool owned = inventory.packages[i].owner != model::FoundPackage::none;
    if (!owned || options.owned) matcher.look_up(i);
  }
  return matcher.findings();
}

}  // namespace doorman::derive
