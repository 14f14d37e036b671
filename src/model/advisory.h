// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/package.h"
#include "model/vulnerability.h"

namespace doorman::model {

/// Who names the packages that an advisory speaks of. The numbers are written into database files: append only.
enum class Ecosystem : std::uint8_t {
  debian,
  ubuntu,
  alpine,  // distributions: each has releases
  npm,
  pypi,
  go,
  maven,
  rubygems,
  packagist,
  crates_io,
  nuget,
};
inline constexpr std::uint8_t ecosystem_count = 11;

std::string_view to_text(Ecosystem ecosystem);  ///< as OSV writes it: `Debian`, `crates.io`
PackageType package_type(Ecosystem ecosystem);
bool is_distribution(Ecosystem ecosystem);

/// An ecosystem and the release that its name carries: `Debian:12`, `Ubuntu:22.04:LTS`, `Alpine:v3.19`.
struct EcosystemRelease {
  Ecosystem ecosystem;
  std::string release;  ///< `12`, `22.04`, `3.19`; empty where the name has none

  bool operator==(const EcosystemRelease&) const = default;
};
/// Nothing for ecosystems that we do not judge. Source: OSV schema 1.7, section affected[].package.
std::optional<EcosystemRelease> parse_ecosystem(std::string_view text);

/// The number of a Debian release, by codename (`bookworm` is `12`), or nothing.
std::optional<std::string_view> debian_release(std::string_view codename);

/// The name as its ecosystem compares it: PEP 503 for PyPI, lower case for NuGet and Packagist, else as it is.
std::string normal_name(Ecosystem ecosystem, std::string_view name);

/// The version without what does not count: Go's `v` in front, Debian's and Ubuntu's epoch `0:`.
std::string_view normal_version(Ecosystem ecosystem, std::string_view version);

/// One step on the way along the versions. Source: OSV schema 1.7, section affected[].ranges[].events.
struct VersionEvent {
  enum class Kind : std::uint8_t {
    introduced,     ///< affected from here on; `0` is before every version
    fixed,          ///< no longer affected from here on
    last_affected,  ///< the last one that is affected
    limit,          ///< nothing is known from here on; `*` is infinity
  };
  Kind kind = Kind::introduced;
  std::string version;

  bool operator==(const VersionEvent&) const = default;
};
using VersionEvents = std::vector<VersionEvent>;  ///< of one range, in any order

/// How bad: CVSS vectors in the source's order, and its own word where it has one.
struct Rating {
  std::vector<std::string> vectors;
  Severity word = Severity::unknown;
};

/// One package that an advisory speaks of. Affected is what any range or the list of versions says.
struct Affected {
  EcosystemRelease ecosystem{};
  std::string name{};  ///< as written; for Debian, Ubuntu and Alpine that of the source package
  std::vector<VersionEvents> ranges{};
  std::vector<std::string> versions{};
  Rating rating{};
  FixState unfixed = FixState::affected;  ///< what an installed version is as long as it has no fix
  bool unimportant = false;               ///< Debian: no security issue in the packages as they are built
};

/// One record of an advisory source.
struct Advisory {
  std::string id;
  std::vector<std::string> aliases;   ///< the same flaw under other names
  std::vector<std::string> upstream;  ///< flaws that this record passes on: the CVEs of a DSA
  std::vector<std::string> related;   ///< others; distributions list the CVEs of an update here
  Rating rating;
  std::optional<base::Time> published, modified;
  bool withdrawn = false;
  std::string summary;  ///< one line
  std::vector<Affected> affected;
  std::vector<std::string> skipped;  ///< names of ecosystems that we do not judge, as written
};

/// "This flaw of a Debian source package is fixed at that version in that distribution's branch."
struct DistributionFix {
  std::string_view source, fixed_version, cve;
  std::string_view distribution;  ///< as the changelog has it: `unstable`, `bookworm-security`
  std::optional<base::Time> date;
};

/// One row of a list that decides exactly one version.
struct ListedVersion {
  EcosystemRelease ecosystem{};
  std::string_view name, version;
  std::string_view vulnerability;  ///< the list's own id: `VCID-…`
  bool affected = false;           ///< false: fixed
};

/// What a list says of one of its vulnerabilities.
struct ListedVulnerability {
  std::string_view id;
  std::vector<std::string_view> aliases;
  std::string_view cvss;  ///< may be empty
  std::optional<double> epss;
  std::optional<base::Time> date;  ///< of the EPSS score
};

/// CISA's catalogue of vulnerabilities that are known to be exploited.
struct KnownExploited {
  std::vector<std::string> ids;
  std::optional<base::Time> released;
};

}  // namespace doorman::model
