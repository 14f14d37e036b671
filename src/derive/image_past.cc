// SPDX-License-Identifier: Apache-2.0
#include "derive/image_past.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "derive/image_page.h"

namespace doorman::derive {
namespace {

using model::ContainerHistory;
using model::ImagePage;
using model::ImagePast;
using model::PastVerdict;
using model::SeenTimes;

constexpr std::size_t most_joined = 4096;  // of each list of a page

model::PastContainer container_of(const ContainerHistory& history) {
  const model::Container& known = history.container;
  return {known.id, known.name, known.engine, known.image, history.records.first, history.ended, history.exit};
}

ImagePast past_of(const std::string& image, const std::vector<const ContainerHistory*>& histories) {
  ImagePast past;
  past.image = image;
  ContainerHistory together = put_together(histories);
  past.first = together.records.first;
  past.last = together.records.last;
  for (const ContainerHistory* each : histories) {
    past.containers.push_back(container_of(*each));
    const std::string& name = each->container.image;
    if (!name.empty() && std::ranges::find(past.names, name) == past.names.end()) past.names.push_back(name);
  }
  for (auto& each : programs_of(histories))
    past.programs.push_back({std::move(each.path), {}, {each.count, each.first, each.last}});
  for (const model::AlertSeen& each : together.alerted)
    past.verdicts.push_back({PastVerdict::Door::guard, each.rule, false, each.times});
  past.peers = std::move(together.peers);
  past.drifted = std::move(together.drifted);
  return past;
}

/// The same thing, counted twice.
void join_times(SeenTimes& into, const SeenTimes& same) {
  if (same.count == 0) return;
  into.first = into.count == 0 ? same.first : std::min(into.first, same.first);
  into.last = std::max(into.last, same.last);
  into.count = std::max(into.count, same.count);
}

auto key_of(const model::PeerSeen& peer) {
  return std::tuple(peer.inbound, peer.protocol, base::to_text(peer.address), peer.port, peer.name);
}
auto key_of(const model::DriftSeen& drift) { return std::tuple(drift.reason, drift.done, drift.path); }

void join_item(model::PeerSeen& into, const model::PeerSeen& same) {
  join_times(into.times, same.times);
  into.refused = std::max(into.refused, same.refused);
  into.unknown = std::max(into.unknown, same.unknown);
  into.sent = std::max(into.sent, same.sent);
  into.received = std::max(into.received, same.received);
}
void join_item(model::DriftSeen& into, const model::DriftSeen& same) { join_times(into.times, same.times); }

template <typename Item>
void join_list(std::vector<Item>& into, const std::vector<Item>& more) {
  std::map<decltype(key_of(into.front())), std::size_t> places;
  for (std::size_t i = 0; i < into.size(); ++i) places.emplace(key_of(into[i]), i);
  for (const Item& each : more) {
    if (const auto place = places.find(key_of(each)); place != places.end()) join_item(into[place->second], each);
    else if (into.size() < most_joined) into.push_back(each);
  }
}

void join_programs(ImagePage& page, const std::vector<model::PastProgram>& more) {
  std::map<std::string_view, const model::PastProgram*> rest;
  for (const model::PastProgram& each : more) rest.emplace(each.path, &each);
  for (model::ProgramSeen& seen : page.programs) {
    const auto same = rest.find(seen.path);
    if (same == rest.end()) continue;
    SeenTimes times{seen.count, seen.first, seen.last};
    join_times(times, same->second->times);
    std::tie(seen.count, seen.first, seen.last) = std::tuple(times.count, times.first, times.last);
    rest.erase(same);
  }
  for (const auto& [path, each] : rest) {
    if (page.programs.size() >= most_joined) break;
    page.programs.push_back({each->path, each->times.count, each->times.first, each->times.last, {}});
  }
  std::ranges::sort(page.programs, {}, &model::ProgramSeen::path);
  add_packages(page, page.programs);
}

ContainerHistory life_of(const model::PastContainer& past, const std::string& image) {
  ContainerHistory life;
  life.container.id = past.id;
  life.container.name = past.name;
  life.container.engine = past.engine;
  life.container.image = past.image;
  life.container.image_id = image;
  life.records = {1, past.began, std::max(past.began, past.ended)};
  life.ended = past.ended;
  life.exit = past.exit;
  return life;
}

void join_containers(ImagePage& page, const ImagePast& past, std::vector<ContainerHistory>& lives) {
  std::map<std::string_view, bool> told;
  for (const ContainerHistory* each : page.histories) told.emplace(each->container.id, true);
  lives.clear();
  lives.reserve(past.containers.size());  // the page points at them
  for (const model::PastContainer& each : past.containers) {
    if (!told.contains(each.id)) lives.push_back(life_of(each, past.image));
  }
  for (const ContainerHistory& life : lives) page.histories.push_back(&life);
  std::ranges::stable_sort(page.histories, {}, [](const ContainerHistory* each) { return each->records.first; });
}

}  // namespace

std::vector<ImagePast> pasts_of(const std::vector<const ContainerHistory*>& histories) {
  std::map<std::string, std::vector<const ContainerHistory*>> by_image;
  for (const ContainerHistory* each : histories) {
    if (!each->container.image_id.empty()) by_image[each->container.image_id].push_back(each);
  }
  std::vector<ImagePast> pasts;
  pasts.reserve(by_image.size());
  for (const auto& [image, lives] : by_image) pasts.push_back(past_of(image, lives));
  return pasts;
}

void join_past(ImagePage& page, ImagePast past, std::vector<ContainerHistory>& lives) {
  join_containers(page, past, lives);
  join_list(page.together.peers, past.peers);
  join_list(page.together.drifted, past.drifted);
  join_programs(page, past.programs);
  page.past = std::move(past);
}

}  // namespace doorman::derive
