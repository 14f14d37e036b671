// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "derive/advisory_db/staging.h"

namespace doorman::derive::advisory_db {

/// One class of names that mean the same flaw, and the best that any source says of it.
struct Flaw {
  Name id = 0;
  std::vector<Name> aliases;  ///< in byte order, without id and without the row ids of lists
  Name cvss = 0, summary = 0;
  model::Severity severity = model::Severity::unknown;
  std::uint8_t score = 0;  ///< in tenths
  std::uint32_t published = 0, modified = 0;
  std::uint32_t epss = no_epss;
  bool exploited = false;
};

/// The flaws that some entry or listing is about, numbered from 0 in the byte order of their ids.
///
/// Of several CVSS vectors the one that counts is of version 3, then 4, then 2 (most flaws have a third version, so
/// that scores can be compared); of those an advisory's rather than a list's; of those the highest. A severity word
/// counts where there is no vector.
class Flaws {
 public:
  explicit Flaws(const Staging& staged);
  [[nodiscard]] const std::vector<Flaw>& all() const { return flaws_; }
  [[nodiscard]] std::uint32_t number(Name name) const { return numbers_[staged_.classes.root(name)]; }

 private:
  void collect_names();
  void collect_facts();

  const Staging& staged_;
  std::vector<std::uint32_t> numbers_;  ///< by root; `unused` for names that nobody speaks of
  std::vector<Flaw> flaws_;
};

}  // namespace doorman::derive::advisory_db
