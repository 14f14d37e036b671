// SPDX-License-Identifier: Apache-2.0
#include "sink/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace doorman::sink {
namespace {

using model::Finding;
using model::PackageType;

bool is_fixable(const Finding& finding) { return finding.fix == model::FixState::fixed; }

/// What the packages of a group have in common.
using GroupKey = std::tuple<PackageType, std::string_view, std::string_view, std::string>;

GroupKey key_of(const model::Package& package, const std::vector<const Finding*>& findings) {
  std::string flaws;
  for (const Finding* finding : findings) {
    fmt::format_to(std::back_inserter(flaws), "{}\x1f{}\x1f{}\x1f{}\x1e", finding->vulnerability.id,
                   model::to_text(finding->fix), finding->fixed_version,
                   model::to_text(finding->vulnerability.severity));
  }
  const std::string_view origin = package.source_name.empty() ? package.name : package.source_name;
  return {package.type, origin, package.version, std::move(flaws)};
}

/// Some of the groups, as far as upgrades go.
struct Upgrades {
  struct Step {
    std::string name;
    std::string version;  ///< that repairs all; empty where packages of that name need different ones
    std::uint64_t fixes = 0;
  };
  std::vector<Step> steps;  ///< the largest first
  std::uint64_t fixable = 0;
  std::uint64_t grave = 0;  ///< critical or high among them
};

Upgrades::Step step_of(const model::Package& package, const Group& group) {
  Upgrades::Step step;
  step.name =
      model::is_of_distribution(package.type) && !package.source_name.empty() ? package.source_name : package.name;
  for (const Finding* finding : group.findings) {
    if (!is_fixable(*finding)) continue;
    ++step.fixes;
    step.version = finding->upgrade_to;
  }
  return step;
}

Upgrades upgrades_of(const model::Report& report, const std::vector<Group>& groups, bool system) {
  Upgrades upgrades;
  for (const Group& group : groups) {
    const model::Package& package = report.inventory.packages[group.packages.front()].package;
    if (model::is_of_distribution(package.type) != system) continue;
    Upgrades::Step step = step_of(package, group);
    if (step.fixes == 0) continue;
    upgrades.fixable += step.fixes;
    for (const Finding* finding : group.findings) {
      if (is_fixable(*finding) && finding->vulnerability.severity >= model::Severity::high) ++upgrades.grave;
    }
    const auto same = std::ranges::find(upgrades.steps, step.name, &Upgrades::Step::name);
    if (same == upgrades.steps.end()) {
      upgrades.steps.push_back(std::move(step));
    } else {
      same->fixes += step.fixes;
      same->version.clear();
    }
  }
  std::ranges::sort(upgrades.steps, [](const Upgrades::Step& a, const Upgrades::Step& b) {
    return std::tie(b.fixes, a.name) < std::tie(a.fixes, b.name);
  });
  return upgrades;
}

std::string listed(const std::vector<Upgrades::Step>& steps) {
  if (steps.size() == 1 && !steps.front().version.empty())
    return steps.front().name + " to " + steps.front().version;
  if (steps.size() == 1) return steps.front().name;
  if (steps.size() == 2) return fmt::format("{} and {}", steps[0].name, steps[1].name);
  return fmt::format("{}, {} and {} more", steps[0].name, steps[1].name, steps.size() - 2);
}

std::string gain_of(const Upgrades& upgrades, std::uint64_t fixable) {
  std::string gain = upgrades.fixable != fixable ? fmt::format("fixes {} of {} fixable", upgrades.fixable, fixable)
                     : fixable == 1              ? "fixes the only fixable one"
                                                 : fmt::format("fixes all {} fixable", fixable);
  if (fixable > 1 && upgrades.grave != 0) gain += fmt::format(", {} critical or high", upgrades.grave);
  return gain;
}

}  // namespace

std::vector<Group> group_findings(const model::Report& report) {
  std::map<std::uint32_t, std::vector<const Finding*>> by_package;
  std::vector<std::uint32_t> order;
  for (const Finding& finding : report.findings) {
    if (finding.package >= report.inventory.packages.size()) continue;
    auto& list = by_package[finding.package];
    if (list.empty()) order.push_back(finding.package);
    list.push_back(&finding);
  }
  std::vector<Group> groups;
  std::map<GroupKey, std::size_t> known;
  for (const std::uint32_t index : order) {
    auto& findings = by_package[index];
    const auto [at, is_new] =
        known.try_emplace(key_of(report.inventory.packages[index].package, findings), groups.size());
    if (is_new) groups.push_back({{index}, std::move(findings)});
    else groups[at->second].packages.push_back(index);
  }
  return groups;
}

Counts count(const std::vector<Group>& groups) {
  Counts counts;
  for (const Group& group : groups) {
    for (const Finding* finding : group.findings) {
      ++counts.by_severity[static_cast<std::size_t>(finding->vulnerability.severity)];
      ++counts.total;
      if (is_fixable(*finding)) ++counts.fixable;
    }
  }
  return counts;
}

std::string name_of(const model::Distribution& distribution) {
  if (!distribution.pretty_name.empty()) return distribution.pretty_name;
  if (distribution.version_id.empty()) return distribution.id;
  return distribution.id + " " + distribution.version_id;
}

std::string advice(const model::Report& report, const std::vector<Group>& groups) {
  const auto& distribution = report.inventory.distribution;
  if (distribution && report.inventory.support.state == model::Support::State::ended) {
    return fmt::format("Move to a supported release: {} gets no security fixes any more.", name_of(*distribution));
  }
  const std::uint64_t fixable = count(groups).fixable;
  if (fixable == 0) return "";
  const Upgrades system = upgrades_of(report, groups, true);
  if (system.fixable * 2 >= fixable) {
    return fmt::format("Rebuild with the current packages of {} ({}): {}.",
                       distribution ? name_of(*distribution) : "the distribution", listed(system.steps),
                       gain_of(system, fixable));
  }
  const Upgrades language = upgrades_of(report, groups, false);
  return fmt::format("Upgrade {}: {}.", listed(language.steps), gain_of(language, fixable));
}

}  // namespace doorman::sink
