// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "derive/advisory_db/reader.h"
#include "model/vulnerability.h"

namespace doorman::derive::advisory_db {

/// An installed package, as its advisories know it.
struct Question {
  model::Ecosystem ecosystem{};
  std::string_view name;     ///< model::normal_name
  std::string_view version;  ///< model::normal_version
  std::string_view release;  ///< of the distribution, `12`; empty where there is none or it is not known
};

/// One flaw that the package has.
struct Verdict {
  std::uint32_t vulnerability = 0;
  model::FixState fix = model::FixState::affected;
  std::string_view fixed_version;
  std::uint16_t source = 0;
  bool unimportant = false;
  std::vector<std::string_view> records;  ///< ids of deciding records that the vulnerability's aliases do not hold
};

/// All flaws of a package, by rising number of the vulnerability.
///
/// Who decides about one flaw, where several sources speak of it:
/// - in a distribution, the statements about the package's own release; else those about every release; else a
///   changelog's fix in unstable; else one in another release; else lists. Of several on the same step the one that
///   knows the version as fixed is right: each branch has its own fixed version, and the lowest counts;
/// - elsewhere, every advisory with ranges that calls the version affected; lists only where no advisory has
/// ranges.
///
/// A list decides only the versions that it lists. A fix that only another branch has is told as fixed_version, but
/// the flaw counts as not fixed: no update brings it.
std::vector<Verdict> judge(const Reader& database, const Question& question);

}  // namespace doorman::derive::advisory_db
