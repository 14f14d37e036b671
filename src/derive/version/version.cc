// SPDX-License-Identifier: Apache-2.0
#include "derive/version/version.h"

#include <array>

#include "derive/version/schemes.h"

namespace doorman::derive::version {

namespace {

struct Scheme {
  VersionScheme scheme;
  std::string_view name;
  std::weak_ordering (*compare)(std::string_view, std::string_view);
  bool (*valid)(std::string_view);
};

constexpr std::array<Scheme, version_scheme_count> schemes = {{
    {VersionScheme::debian, "debian", compare_debian, valid_debian},
    {VersionScheme::rpm, "rpm", compare_rpm, valid_rpm},
    {VersionScheme::alpine, "alpine", compare_alpine, valid_alpine},
    {VersionScheme::semver, "semver", compare_semver, valid_semver},
    {VersionScheme::pep440, "pep440", compare_pep440, valid_pep440},
    {VersionScheme::maven, "maven", compare_maven, valid_maven},
    {VersionScheme::rubygems, "rubygems", compare_rubygems, valid_rubygems},
    {VersionScheme::nuget, "nuget", compare_nuget, valid_nuget},
    {VersionScheme::packagist, "packagist", compare_packagist, valid_packagist},
    {VersionScheme::cran, "cran", compare_cran, valid_cran},
    {VersionScheme::hackage, "hackage", compare_hackage, valid_hackage},
    {VersionScheme::pub, "pub", compare_pub, valid_pub},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < schemes.size(); ++i) {
    if (static_cast<std::size_t>(schemes[i].scheme) != i) return false;
  }
  return true;
}
static_assert(in_order());

const Scheme& entry(VersionScheme scheme) { return schemes.at(static_cast<std::size_t>(scheme)); }

}  // namespace

std::string_view to_text(VersionScheme scheme) { return entry(scheme).name; }

VersionScheme scheme_of(model::PackageType type) {
  using model::PackageType;
  switch (type) {
    case PackageType::deb:
      return VersionScheme::debian;
    case PackageType::apk:
      return VersionScheme::alpine;
    case PackageType::rpm:
      return VersionScheme::rpm;
    case PackageType::npm:
    case PackageType::golang:
    case PackageType::cargo:
      return VersionScheme::semver;
    case PackageType::pypi:
      return VersionScheme::pep440;
    case PackageType::maven:
    case PackageType::generic:
      return VersionScheme::maven;
    case PackageType::gem:
      return VersionScheme::rubygems;
    case PackageType::composer:
      return VersionScheme::packagist;
    case PackageType::nuget:
      return VersionScheme::nuget;
  }
  return VersionScheme::semver;
}

std::weak_ordering compare_versions(VersionScheme scheme, std::string_view a, std::string_view b) {
  if (a == b) return std::weak_ordering::equivalent;
  return entry(scheme).compare(a, b);
}

bool is_valid_version(VersionScheme scheme, std::string_view text) { return entry(scheme).valid(text); }

}  // namespace doorman::derive::version
