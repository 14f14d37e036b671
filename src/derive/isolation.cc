// SPDX-License-Identifier: Apache-2.0
#include "derive/isolation.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "derive/neighbours.h"
#include "model/container.h"

namespace doorman::derive {
namespace {

using model::Isolation;

constexpr std::array<std::string_view, 12> ground_packages = {
    "runc",        "crun",   "containerd", "containerd.io", "docker.io", "docker-ce",
    "moby-engine", "podman", "cri-o",      "conmon",        "cri-tools", "kata-runtime"};

void add_findings(std::uint32_t package, const std::vector<model::Finding>& findings, Isolation::Ground& ground) {
  std::vector<const model::Finding*> of_it;
  for (const model::Finding& finding : findings) {
    if (finding.package == package) of_it.push_back(&finding);
  }
  for (const model::Finding* finding : of_it) {
    ground.flaws.add(finding->vulnerability);
    if (finding->fix == model::FixState::fixed) ground.fixable.add(finding->vulnerability);
  }
  // They come worst first.
  std::ranges::stable_partition(of_it, [](const auto* each) { return each->vulnerability.known_exploited; });
  for (std::size_t i = 0; i < std::min(of_it.size(), Isolation::max_worst); ++i) {
    ground.worst.push_back(of_it[i]->vulnerability.id);
  }
}

Isolation::Ground ground_of(std::uint32_t index, const model::Inventory& inventory,
                            const std::vector<model::Finding>& findings) {
  const model::Package& package = inventory.packages[index].package;
  Isolation::Ground ground{.name = package.name, .version = package.version, .package = package.name};
  add_findings(index, findings, ground);
  return ground;
}

void add_path_ties(const Isolation::Container& one, const Isolation::Container& other,
                   std::vector<Isolation::Tie>& ties) {
  for (std::string& path : shared_paths(one.who, other.who)) {
    ties.push_back({std::string(model::name_or_id(other.who.name, other.who.id)), std::move(path)});
  }
}

void add_namespace_ties(const IsolatedContainer& one, const IsolatedContainer& other,
                        std::vector<Isolation::Tie>& ties) {
  for (const auto& [type, number] : one.namespaces) {
    const auto same = other.namespaces.find(type);
    if (same == other.namespaces.end() || same->second != number) continue;
    ties.push_back(
        {std::string(model::name_or_id(other.container.who.name, other.container.who.id)), type + " namespace"});
  }
}

std::vector<model::Resident> residents_of(const std::vector<IsolatedContainer>& containers) {
  std::vector<model::Resident> residents;
  residents.reserve(containers.size());
  for (const IsolatedContainer& each : containers) residents.push_back(each.container.who);
  return residents;
}

}  // namespace

std::vector<Isolation::Ground> grounds_of(std::string_view kernel_release, const model::Inventory& inventory,
                                          const std::vector<model::Finding>& findings) {
  std::vector<Isolation::Ground> grounds = {{.name = "kernel", .version = std::string(kernel_release)}};
  const std::string kernel_package = "linux-image-" + std::string(kernel_release);
  for (std::uint32_t index = 0; index < inventory.packages.size(); ++index) {
    const std::string& name = inventory.packages[index].package.name;
    if (name == kernel_package) {
      grounds.front() = ground_of(index, inventory, findings);
      grounds.front().name = "kernel";
    } else if (std::ranges::find(ground_packages, name) != ground_packages.end()) {
      grounds.push_back(ground_of(index, inventory, findings));
    }
  }
  return grounds;
}

std::vector<Isolation::Container> isolation_of(const std::vector<IsolatedContainer>& containers) {
  const std::vector<model::Resident> residents = residents_of(containers);
  std::vector<Isolation::Container> result;
  result.reserve(containers.size());
  for (const IsolatedContainer& one : containers) {
    Isolation::Container made = one.container;
    for (const IsolatedContainer& other : containers) {
      if (!are_neighbours(made.who, other.container.who)) continue;
      add_path_ties(made, other.container, made.ties);
      add_namespace_ties(one, other, made.ties);
    }
    std::ranges::sort(made.ties, {}, [](const Isolation::Tie& tie) { return std::tie(tie.name, tie.by); });
    model::Neighbours beside = neighbours_of(made.who, residents);
    made.neighbours = beside.count;
    made.farthest = std::move(beside.farthest);
    result.push_back(std::move(made));
  }
  const auto rank = [](const Isolation::Container& each) {
    const std::uint32_t distance = each.farthest ? each.farthest->distance : 0;
    return std::tuple(-static_cast<std::int64_t>(each.ways.size()), -static_cast<std::int64_t>(distance),
                      each.who.name, each.who.id);
  };
  std::ranges::sort(result, {}, rank);
  return result;
}

}  // namespace doorman::derive
