// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/package.h"

namespace doorman::model {

/// A package URL by its parts, decoded: `pkg:type/name_space/name@version?qualifiers#subpath`.
/// Source: package-url/purl-spec, Core Specification, and its type definitions of 2026-08-21.
struct PackageUrl {
  std::string type;
  std::string name_space;  ///< segments between `/`; empty where there is none, as are version and subpath
  std::string name;
  std::string version;
  std::vector<std::pair<std::string, std::string>> qualifiers;  ///< canonical: sorted by key, each once
  std::string subpath;

  bool operator==(const PackageUrl&) const = default;
};

inline constexpr std::size_t max_purl_bytes = 16U << 10U;
inline constexpr std::size_t max_purl_qualifiers = 64;

/// Reads and normalises. Keys of qualifiers are folded to lower case, `pkg://type` is taken as `pkg:type`.
/// Errors: no `pkg:`, a bad type, a bad escape, no name, a bad or repeated key, what the type's definition forbids,
/// a limit. Namespaces that a definition asks for may be missing where they often are (deb, apk, rpm, golang,
/// maven).
base::Result<PackageUrl> parse_purl(std::string_view text);

/// The canonical form of parts that somebody put together, with the same errors.
base::Result<PackageUrl> canonical_purl(PackageUrl parts);

/// The text of canonical parts.
std::string to_text(const PackageUrl& purl);

/// The package URL of a package found in an image; empty for one without a name. Distributions that are not known
/// (nullptr) leave out namespace and `distro`; otherwise it is `ID-VERSION_ID`. An rpm's epoch is a qualifier.
std::string purl_of(const Package& package, const Distribution* distribution);

}  // namespace doorman::model
