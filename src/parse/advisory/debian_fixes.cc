// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/debian_fixes.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/time.h"

namespace doorman::parse::advisory {
namespace {

constexpr std::size_t max_field = 1024;

}  // namespace

bool is_cve(std::string_view text) {
  if (!text.starts_with("CVE-") || text.size() < 13 || text.size() > 28 || text[8] != '-') return false;
  return std::ranges::all_of(text.substr(4, 4), base::is_digit) &&
         std::ranges::all_of(text.substr(9), base::is_digit);
}

base::Result<std::optional<model::DistributionFix>> parse_debian_fix(std::string_view line) {
  if (base::trim(line).empty() || line[0] == '#') return std::optional<model::DistributionFix>();
  const std::vector<std::string_view> fields = base::split(line, '\t');
  if (fields.size() < 4) {
    return base::Error(base::ErrorCode::invalid, "a fix needs source, version, CVE and distribution between tabs");
  }
  for (const std::string_view field : fields) {
    if (field.size() > max_field) return base::Error(base::ErrorCode::limit, "a field is longer than 1 KiB");
  }
  model::DistributionFix fix;
  fix.source = base::trim(fields[0]);
  fix.fixed_version = base::trim(fields[1]);
  fix.cve = base::trim(fields[2]);
  fix.distribution = base::trim(fields[3]);
  if (fields.size() > 4) fix.date = base::parse_time(base::trim(fields[4]));
  if (fix.source.empty() || fix.fixed_version.empty()) {
    return base::Error(base::ErrorCode::invalid, "a fix without source or version");
  }
  if (!is_cve(fix.cve)) {
    return base::Error(base::ErrorCode::invalid, "no CVE id: " + base::printable(fix.cve));
  }
  return std::optional(fix);
}

}  // namespace doorman::parse::advisory
