// SPDX-License-Identifier: Apache-2.0
#include "source/source_rules.h"

#include <fnmatch.h>

#include <array>

#include "base/text.h"

namespace doorman::source {

std::vector<SourceRule> parse_source_rules(base::Bytes text) {
  std::vector<SourceRule> rules;
  std::string_view line;
  while (base::next_line(text, line)) {
    if (line.starts_with('#')) continue;
    const auto columns = base::split(line, '\t');
    if (columns.size() < 3) continue;
    rules.push_back({std::string(base::trim(columns[0])), std::string(base::trim(columns[1])),
                     std::string(base::trim(columns[2]))});
  }
  return rules;
}

const SourceRule* rule_for(const std::vector<SourceRule>& rules, const std::string& path) {
  for (const SourceRule& rule : rules) {
    if (::fnmatch(rule.pattern.c_str(), path.c_str(), 0) == 0) return &rule;
  }
  return nullptr;
}

std::string_view home_licence(std::string_view record_id) {
  struct Home {
    std::string_view prefix, licence;
  };
  static constexpr std::array homes{Home{"GO-", "CC-BY-4.0"}, Home{"PYSEC-", "CC-BY-4.0"},
                                    Home{"GHSA-", "CC-BY-4.0"}, Home{"VCID-", "CC-BY-SA-4.0"}};
  for (const Home& home : homes) {
    if (record_id.starts_with(home.prefix)) return home.licence;
  }
  return "unknown";
}

}  // namespace doorman::source
