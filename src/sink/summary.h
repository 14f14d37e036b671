// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "model/report.h"

namespace doorman::sink {

/// Findings that are one thing to a reader: those of one package, or of several packages that were built from
/// one source in one version and share all their findings (openssl and libssl3).
struct Group {
  std::vector<std::uint32_t> packages;          ///< indices into Inventory::packages
  std::vector<const model::Finding*> findings;  ///< of the first of them, in the report's order
};

/// In the order in which their first findings stand in the report. Borrows from the report.
std::vector<Group> group_findings(const model::Report& report);

/// Each flaw of a group counts once, however many packages share it.
struct Counts {
  std::array<std::uint64_t, 6> by_severity{};  ///< indexed by model::Severity
  std::uint64_t total = 0;
  std::uint64_t fixable = 0;

  [[nodiscard]] std::uint64_t of(model::Severity severity) const {
    return by_severity[static_cast<std::size_t>(severity)];
  }
};
Counts count(const std::vector<Group>& groups);

/// What to do first, in one sentence; empty when there is nothing to do.
std::string advice(const model::Report& report, const std::vector<Group>& groups);

/// `Debian GNU/Linux 12 (bookworm)`, or what is known of it.
std::string name_of(const model::Distribution& distribution);

}  // namespace doorman::sink
