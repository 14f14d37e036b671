// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/neighbours.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/runtime/judge.h"
#include "app/runtime/request.h"
#include "derive/image_words.h"
#include "derive/neighbours.h"
#include "model/field.h"
#include "source/container/host_reach.h"
#include "store/arrivals.h"

namespace doorman::app {
namespace {

using model::AdmissionRequest;
using model::Resident;

NeighbourNeed need_of_field(std::string_view name) {
  if (name.starts_with("neighbour.trust.")) return NeighbourNeed::trust;
  return name.starts_with("neighbour.") ? NeighbourNeed::all : NeighbourNeed::none;
}

/// By the fields that its condition and its output name.
NeighbourNeed need_of(const policy::Rule& rule) {
  NeighbourNeed need = NeighbourNeed::none;
  const auto add = [&need](std::string_view name) { need = std::max(need, need_of_field(name)); };
  asks_for(rule.condition, [&](const model::Field& field) {
    add(field.name);
    return false;  // go on
  });
  std::string_view rest = rule.output;
  for (std::size_t at = rest.find('%'); at != rest.npos; at = rest.find('%')) {
    rest.remove_prefix(at + 1);
    add(rest);
  }
  return need;
}

Resident without_paths(const model::Container& container, std::optional<std::uint32_t> trust) {
  Resident made;
  made.id = container.id;
  made.name = container.name;
  made.image = container.repository.empty() ? container.image : container.repository;
  made.pod = container.pod_sandbox;
  made.trust = trust;
  return made;
}

}  // namespace

NeighbourNeed neighbour_need(const std::vector<policy::Rule>& rules) {
  NeighbourNeed need = NeighbourNeed::none;
  for (const policy::Rule& rule : rules) {
    if (rule.enabled && rule.source == model::EventSource::admission) need = std::max(need, need_of(rule));
  }
  return need;
}

Resident resident_of(const AdmissionRequest& request) {
  Resident made = without_paths(request.container, request.trust);
  made.host_paths = request.host_paths;
  made.writable_paths = request.writable_host_paths;
  return made;
}

AdmissionRequest request_of_running(const source::container::RunningContainer& running,
                                    std::span<const model::ImageWord> words) {
  const source::container::Finding& finding = running.finding;
  source::container::HostReach reach;
  if (finding.settings) {
    reach = source::container::reach_of(*finding.settings, finding.bundle,
                                        {finding.container.id, finding.container.pod_sandbox});
  }
  AdmissionRequest request = request_of(finding, std::move(reach));
  request.trust = derive::trust_of(finding.container, words);
  return request;
}

base::Result<model::Neighbours> look_around(const AdmissionRequest& request, NeighbourNeed need,
                                            std::span<const model::ImageWord> words,
                                            const std::string& state_folder) {
  const Resident self = resident_of(request);
  // Noted before anybody is looked for: who comes later finds either the note or the container.
  DOORMAN_TRY(std::vector<Resident> residents, store::Arrivals(state_folder).enter(self));
  DOORMAN_TRY(auto folders, source::container::EngineFolders::of_this_host());
  source::container::ContainerFinder finder(std::move(folders));
  DOORMAN_TRY(const auto running, finder.running());
  for (const auto& each : running) {
    if (each.finding.settings && kind_of(*each.finding.settings) == "sandbox") continue;
    if (need == NeighbourNeed::all) residents.push_back(resident_of(request_of_running(each, words)));
    else
      residents.push_back(without_paths(each.finding.container, derive::trust_of(each.finding.container, words)));
  }
  return derive::neighbours_of(self, residents);
}

}  // namespace doorman::app
