// SPDX-License-Identifier: Apache-2.0
#include "parse/package/dependency.h"

#include <algorithm>

#include "base/text.h"

namespace doorman::parse::package {
namespace {

void add_name(std::string_view name, std::vector<std::string>& names) {
  if (!name.empty() && names.size() < max_dependency_names) names.emplace_back(name);
}

void sort_once(std::vector<std::string>& names) {
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

void add_deb_names(std::string_view relation, std::vector<std::string>& names) {
  while (!relation.empty()) {
    const std::size_t end = std::min(relation.find_first_of(",|"), relation.size());
    const std::string_view one = base::trim(relation.substr(0, end));
    add_name(one.substr(0, one.find_first_of(" \t(:[<")), names);
    relation.remove_prefix(std::min(relation.size(), end + 1));
  }
  sort_once(names);
}

void add_apk_names(std::string_view list, std::vector<std::string>& names) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    const std::string_view one = list.substr(0, end);
    if (!one.starts_with('!')) add_name(one.substr(0, one.find_first_of("<>=~@")), names);
    list.remove_prefix(std::min(list.size(), end + 1));
  }
  sort_once(names);
}

}  // namespace doorman::parse::package
