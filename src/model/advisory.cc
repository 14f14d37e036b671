// SPDX-License-Identifier: Apache-2.0
#include "model/advisory.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace doorman::model {
namespace {

struct EcosystemName {
  std::string_view text;
  Ecosystem ecosystem;
};

constexpr std::array<EcosystemName, ecosystem_count> ecosystem_names{{
    {"Debian", Ecosystem::debian},
    {"Ubuntu", Ecosystem::ubuntu},
    {"Alpine", Ecosystem::alpine},
    {"npm", Ecosystem::npm},
    {"PyPI", Ecosystem::pypi},
    {"Go", Ecosystem::go},
    {"Maven", Ecosystem::maven},
    {"RubyGems", Ecosystem::rubygems},
    {"Packagist", Ecosystem::packagist},
    {"crates.io", Ecosystem::crates_io},
    {"NuGet", Ecosystem::nuget},
}};

/// `12` of `12`, `22.04` of `22.04:LTS`, `3.19` of `v3.19`, `12` of `bookworm`; nothing for `Pro:22.04:LTS`, whose
/// fixes are for subscribers only.
std::optional<std::string> release_of(Ecosystem ecosystem, std::string_view suffix) {
  std::string_view release = suffix.substr(0, suffix.find(':'));
  if (ecosystem == Ecosystem::alpine && release.starts_with('v')) release.remove_prefix(1);
  if (ecosystem == Ecosystem::debian) release = debian_release(release).value_or(release);
  if (ecosystem == Ecosystem::ubuntu && !release.empty() && !base::is_digit(release[0])) return std::nullopt;
  return std::string(release);
}

std::string pep503(std::string_view name) {
  std::string normal;
  normal.reserve(name.size());
  for (const char c : base::to_lower(name)) {
    const bool separator = c == '-' || c == '_' || c == '.';
    if (!separator) normal += c;
    else if (normal.empty() || normal.back() != '-') normal += '-';
  }
  return normal;
}

}  // namespace

std::string_view to_text(Ecosystem ecosystem) {
  const auto* found = std::ranges::find(ecosystem_names, ecosystem, &EcosystemName::ecosystem);
  return found == ecosystem_names.end() ? std::string_view() : found->text;
}

PackageType package_type(Ecosystem ecosystem) {
  switch (ecosystem) {
    case Ecosystem::debian:
    case Ecosystem::ubuntu:
      return PackageType::deb;
    case Ecosystem::alpine:
      return PackageType::apk;
    case Ecosystem::npm:
      return PackageType::npm;
    case Ecosystem::pypi:
      return PackageType::pypi;
    case Ecosystem::go:
      return PackageType::golang;
    case Ecosystem::maven:
      return PackageType::maven;
    case Ecosystem::rubygems:
      return PackageType::gem;
    case Ecosystem::packagist:
      return PackageType::composer;
    case Ecosystem::crates_io:
      return PackageType::cargo;
    case Ecosystem::nuget:
      return PackageType::nuget;
  }
  return PackageType::generic;
}

bool is_distribution(Ecosystem ecosystem) {
  const PackageType type = package_type(ecosystem);
  return type == PackageType::deb || type == PackageType::apk;
}

std::optional<EcosystemRelease> parse_ecosystem(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto* found = std::ranges::find(ecosystem_names, text.substr(0, colon), &EcosystemName::text);
  if (found == ecosystem_names.end()) return std::nullopt;
  EcosystemRelease parsed{.ecosystem = found->ecosystem, .release = {}};
  // What follows the colon elsewhere is no release: a registry of Maven's, say.
  if (colon == std::string_view::npos || !is_distribution(parsed.ecosystem)) return parsed;
  std::optional<std::string> release = release_of(parsed.ecosystem, text.substr(colon + 1));
  if (!release) return std::nullopt;
  parsed.release = std::move(*release);
  return parsed;
}

std::optional<std::string_view> debian_release(std::string_view codename) {
  using Release = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Release, 15> releases{{
      {"potato", "2.2"},
      {"woody", "3.0"},
      {"sarge", "3.1"},
      {"etch", "4"},
      {"lenny", "5"},
      {"squeeze", "6"},
      {"wheezy", "7"},
      {"jessie", "8"},
      {"stretch", "9"},
      {"buster", "10"},
      {"bullseye", "11"},
      {"bookworm", "12"},
      {"trixie", "13"},
      {"forky", "14"},
      {"duke", "15"},
  }};
  const auto* found = std::ranges::find(releases, codename, &Release::first);
  if (found == releases.end()) return std::nullopt;
  return found->second;
}

std::string normal_name(Ecosystem ecosystem, std::string_view name) {
  switch (ecosystem) {
    case Ecosystem::pypi:
      return pep503(name);
    case Ecosystem::nuget:
    case Ecosystem::packagist:
      return base::to_lower(name);
    case Ecosystem::debian:
    case Ecosystem::ubuntu:
    case Ecosystem::alpine:
    case Ecosystem::npm:
    case Ecosystem::go:
    case Ecosystem::maven:
    case Ecosystem::rubygems:
    case Ecosystem::crates_io:
      return std::string(name);
  }
  return std::string(name);
}

std::string_view normal_version(Ecosystem ecosystem, std::string_view version) {
  if (ecosystem == Ecosystem::go && version.starts_with('v')) version.remove_prefix(1);
  const bool has_epoch = ecosystem == Ecosystem::debian || ecosystem == Ecosystem::ubuntu;
  if (has_epoch && version.starts_with("0:")) version.remove_prefix(2);
  return version;
}

}  // namespace doorman::model
