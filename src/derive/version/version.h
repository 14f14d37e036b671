// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "model/package.h"

namespace doorman::derive::version {

/// Who decides which of two versions is the newer one. The text is the name in schemes.cc.
enum class VersionScheme : std::uint8_t {
  debian,     ///< dpkg: deb-version(7)
  rpm,        ///< rpm 4.18: rpmvercmp, with `~` and `^`, epoch and release
  alpine,     ///< apk-tools 3
  semver,     ///< Semantic Versioning 2.0.0 as npm, Go and Cargo use it
  pep440,     ///< PyPI: PEP 440
  maven,      ///< Maven 3.9: ComparableVersion
  rubygems,   ///< Gem::Version
  nuget,      ///< NuGet.Versioning: SemVer 2 with four numbers, without case
  packagist,  ///< Composer's normalised form in the order of PHP's version_compare
  cran,       ///< R's package_version
  hackage,    ///< Cabal
  pub,        ///< Dart's pub_semver: SemVer whose build metadata counts
};
inline constexpr std::size_t version_scheme_count = 12;

std::string_view to_text(VersionScheme scheme);

/// The order of a package's own ecosystem. Programs that no package owns follow Maven's: of all schemes it alone
/// knows both words that come before a release (`3.0.0-beta1`) and letters that come after (`1.1.1k`).
VersionScheme scheme_of(model::PackageType type);

/// Which version is older. A strict weak order over every byte string, valid or not: it never fails, runs in
/// linear time, and sorting what an attacker wrote is safe. Numbers have any length. Nothing is allocated, but for
/// two versions that are both no valid PEP 440.
///
/// On valid versions the answer is the upstream tool's. An invalid version is read as far as its scheme understands
/// it (debian, rpm, semver, rubygems, nuget, packagist, maven, cran, hackage, pub: all of it); for alpine it then
/// sorts just below what it has in common with a valid one, and for pep440 below every valid version.
std::weak_ordering compare_versions(VersionScheme scheme, std::string_view a, std::string_view b);

/// Whether the upstream tool takes the text as a version. Schemes that take everything (maven) say yes to all but
/// the empty text.
bool is_valid_version(VersionScheme scheme, std::string_view text);

}  // namespace doorman::derive::version
