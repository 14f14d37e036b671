// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/kev.h"

#include <string>

#include "base/time.h"
#include "parse/advisory/debian_fixes.h"

namespace doorman::parse::advisory {
namespace {

constexpr std::size_t max_entries = 1'000'000;

}  // namespace

bool is_kev(base::JsonValue document) { return document["vulnerabilities"].is_array(); }

base::Result<model::KnownExploited> parse_kev(base::JsonValue catalogue) {
  if (!is_kev(catalogue))
    return base::Error(base::ErrorCode::invalid, "no KEV catalogue: it has no vulnerabilities");
  model::KnownExploited known;
  known.released = base::parse_time(catalogue["dateReleased"].string_or(""));
  for (const base::JsonValue& item : catalogue["vulnerabilities"].items()) {
    const std::string_view id = item["cveID"].string_or("");
    if (!is_cve(id)) continue;
    if (known.ids.size() == max_entries) {
      return base::Error(base::ErrorCode::limit, "vulnerabilities: more than " + std::to_string(max_entries));
    }
    known.ids.emplace_back(id);
  }
  return known;
}

base::Result<model::KnownExploited> parse_kev(base::Bytes json) {
  DOORMAN_TRY(const base::JsonDocument document, base::JsonDocument::parse(json));
  return parse_kev(document.root());
}

}  // namespace doorman::parse::advisory
