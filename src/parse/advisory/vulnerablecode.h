// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/advisory.h"

namespace doorman::parse::advisory {

/// The tables of VulnerableCode, one row a line, columns between tabs:
///
///     pkg:npm/lodash@4.17.4   A   VCID-d2vs-c5gd-aaaq                          A affected, F fixed
///     VCID-d2vs-c5gd-aaaq     CVE-2018-16487,GHSA-…   CVSS:3.0/AV:N/…   0.0123   2026-01-11
///
/// Rows come by the million, most with the same package as the one before: a reader keeps the last package URL and
/// decodes only what changed. What a row points to is valid until the next call.
/// Source of the package URLs: purl-spec 1.0. Of the qualifiers only `distro` and `distroversion` count.
class VulnerableCodeRows {
 public:
  /// Nothing for an empty line, a comment, and a package whose ecosystem we do not judge.
  base::Result<std::optional<model::ListedVersion>> package(std::string_view line);
  base::Result<std::optional<model::ListedVulnerability>> vulnerability(std::string_view line);

 private:
  base::Status decode(std::string_view purl);

  std::string purl_;
  bool judged_ = false;
  model::EcosystemRelease ecosystem_{};
  std::string name_, version_;
};

}  // namespace doorman::parse::advisory
