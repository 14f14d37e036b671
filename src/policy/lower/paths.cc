// SPDX-License-Identifier: Apache-2.0
#include "policy/lower/paths.h"

#include <algorithm>
#include <functional>

#include "model/kernel_needs.h"

namespace doorman::policy {
namespace {

void sort_unique(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

/// What stands before the first wildcard or escape.
std::string fixed_part(const std::string& pattern) { return pattern.substr(0, pattern.find_first_of("*?[\\")); }

/// pmatch lets a path through that is one of the values or lies below it.
PathSet below_folder(const std::string& pattern) {
  const std::string fixed = fixed_part(pattern);
  if (fixed.size() != pattern.size()) return PathSet::below(fixed);
  std::string folder = fixed;
  while (folder.ends_with('/')) folder.pop_back();
  return PathSet::below(folder + '/').joined(PathSet::of(fixed)).joined(PathSet::of(folder));
}

/// What one value on the right lets through, or nullptr for an operator that says nothing of paths.
using OfValue = std::function<PathSet(const std::string&)>;

OfValue of_name(Operator op) {
  const auto glob = [](const std::string& pattern) {
    const std::string fixed = fixed_part(pattern);
    return fixed.size() == pattern.size() ? PathSet::of(pattern) : PathSet::below(fixed);
  };
  if (op == Operator::equal || op == Operator::equal2 || op == Operator::in) return PathSet::of;
  if (op == Operator::startswith) return PathSet::below;
  if (op == Operator::endswith) return PathSet::ending;
  if (op == Operator::glob) return glob;
  if (op == Operator::pmatch) return below_folder;
  return nullptr;
}

OfValue of_directory(Operator op) {
  if (op == Operator::equal || op == Operator::equal2 || op == Operator::in) return PathSet::inside;
  if (op == Operator::startswith) return PathSet::below;
  return nullptr;
}

OfValue of_filename(Operator op) {
  const auto whole = [](const std::string& name) { return PathSet::ending('/' + name); };
  if (op == Operator::equal || op == Operator::equal2 || op == Operator::in) return whole;
  if (op == Operator::endswith) return PathSet::ending;
  return nullptr;
}

}  // namespace

PathSet PathSet::below(std::string prefix) {
  if (prefix.empty()) return {};
  return {false, {}, {std::move(prefix)}, {}, {}};
}

PathSet PathSet::inside(std::string folder) {
  if (!folder.ends_with('/')) folder += '/';
  return {false, {}, {}, {std::move(folder)}, {}};
}

PathSet PathSet::ending(std::string ending) {
  if (ending.size() < model::EventNeed::least_ending) return {};
  return {false, {}, {}, {}, {std::move(ending)}};
}

PathSet PathSet::joined(const PathSet& other) const {
  if (any || other.any) return {};
  PathSet both = *this;
  both.exact.insert(both.exact.end(), other.exact.begin(), other.exact.end());
  both.prefixes.insert(both.prefixes.end(), other.prefixes.begin(), other.prefixes.end());
  both.folders.insert(both.folders.end(), other.folders.begin(), other.folders.end());
  both.endings.insert(both.endings.end(), other.endings.begin(), other.endings.end());
  sort_unique(both.endings);
  sort_unique(both.prefixes);
  // In order, what lies below a prefix follows it.
  std::vector<std::string> outer;
  for (std::string& prefix : both.prefixes) {
    if (outer.empty() || !prefix.starts_with(outer.back())) outer.push_back(std::move(prefix));
  }
  both.prefixes = std::move(outer);
  const auto lies_below_a_prefix = [&](const std::string& path) {
    const auto after = std::ranges::upper_bound(both.prefixes, path);
    return after != both.prefixes.begin() && path.starts_with(*std::prev(after));
  };
  std::erase_if(both.exact, lies_below_a_prefix);
  std::erase_if(both.folders, lies_below_a_prefix);
  sort_unique(both.exact);
  sort_unique(both.folders);
  return both;
}

const PathSet& PathSet::narrower(const PathSet& other) const {
  if (any != other.any) return any ? other : *this;
  if (endings.empty() != other.endings.empty()) return endings.empty() ? *this : other;
  if (prefixes.size() != other.prefixes.size()) return prefixes.size() < other.prefixes.size() ? *this : other;
  if (folders.size() != other.folders.size()) return folders.size() < other.folders.size() ? *this : other;
  return exact.size() <= other.exact.size() ? *this : other;
}

PathSet paths_of(const Condition& check) {
  if (check.left.kind != Term::Kind::field || check.left.argument) return {};
  OfValue of_value;
  if (check.left.text == "fd.name") of_value = of_name(check.op);
  if (check.left.text == "fd.directory") of_value = of_directory(check.op);
  if (check.left.text == "fd.filename") of_value = of_filename(check.op);
  if (!of_value) return {};
  if (check.right.kind == Term::Kind::literal) return of_value(check.right.text);
  if (check.right.kind != Term::Kind::list) return {};
  PathSet paths{false, {}, {}, {}, {}};
  for (const Term& item : check.right.items) {
    if (item.kind != Term::Kind::literal) return {};
    paths = paths.joined(of_value(item.text));
  }
  return paths;
}

}  // namespace doorman::policy
