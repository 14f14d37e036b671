// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace doorman::source {

/// What an advisory source is called and under which licence it may be used.
struct SourceRule {
  std::string pattern;  ///< of paths relative to the folder, as in glob(7); `*` matches `/` too
  std::string name, licence;
};

/// SOURCES.tsv: one rule a line, columns between tabs: pattern, name, licence (SPDX id), URL, date. The last two
/// are for people. `#` begins a comment; a line with fewer than three columns is left out.
std::vector<SourceRule> parse_source_rules(base::Bytes text);

/// The first rule that matches, or nullptr.
const SourceRule* rule_for(const std::vector<SourceRule>& rules, const std::string& path);

/// The licence of the database that gave a record its id, where we know it (`GO-…`: CC-BY-4.0), else `unknown`.
std::string_view home_licence(std::string_view record_id);

}  // namespace doorman::source
