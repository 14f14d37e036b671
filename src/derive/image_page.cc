// SPDX-License-Identifier: Apache-2.0
#include "derive/image_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/ip.h"
#include "model/merged_usr.h"

namespace doorman::derive {
namespace {

void add_programs(const model::ProgramNode& node, std::map<std::string, model::ProgramSeen>& all) {
  for (const auto& [path, each] : node.started) {
    if (each.runs.count != 0) {
      model::ProgramSeen& seen = all[path];
      seen.path = path;
      seen.first = seen.count == 0 ? each.runs.first : std::min(seen.first, each.runs.first);
      seen.last = std::max(seen.last, each.runs.last);
      seen.count += each.runs.count;
    }
    add_programs(each, all);
  }
}

void add_times(model::SeenTimes& into, const model::SeenTimes& more) {
  if (more.count == 0) return;
  into.first = into.count == 0 ? more.first : std::min(into.first, more.first);
  into.last = std::max(into.last, more.last);
  into.count += more.count;
}

/// A list of things that are told once each.
template <typename Item>
class Once {
 public:
  Once(std::vector<Item>& list, std::size_t most, std::uint64_t& not_kept)
      : list_(list), most_(most), not_kept_(not_kept) {}

  /// The one of that key, with the times of `item` added; a new one is a copy of it. nullptr: there is no room.
  Item* add(std::string key, const Item& item) {
    const auto place = places_.find(key);
    if (place == places_.end() && list_.size() >= most_) {
      ++not_kept_;
      return nullptr;
    }
    is_new_ = place == places_.end();
    if (is_new_) {
      places_.emplace(std::move(key), list_.size());
      return &list_.emplace_back(item);
    }
    Item& known = list_[place->second];
    add_times(known.times, item.times);
    return &known;
  }
  [[nodiscard]] bool is_new() const { return is_new_; }

 private:
  std::vector<Item>& list_;
  std::size_t most_;
  std::uint64_t& not_kept_;
  std::unordered_map<std::string, std::size_t> places_;
  bool is_new_ = false;
};

std::string key_of(const model::PeerSeen& peer) {
  return fmt::format("{} {} {} {} {}", peer.inbound, peer.protocol, base::to_text(peer.address), peer.port,
                     peer.name);
}
std::string key_of(const model::DriftSeen& drift) {
  return fmt::format("{} {} {}", static_cast<int>(drift.reason), static_cast<int>(drift.done), drift.path);
}

}  // namespace

model::ContainerHistory put_together(const std::vector<const model::ContainerHistory*>& histories,
                                     std::size_t most) {
  model::ContainerHistory all;
  Once<model::PeerSeen> peers(all.peers, most, all.not_kept);
  Once<model::DriftSeen> drifted(all.drifted, most, all.not_kept);
  Once<model::AlertSeen> alerted(all.alerted, most, all.not_kept);
  for (const model::ContainerHistory* each : histories) {
    add_times(all.records, each->records);
    all.executions += each->executions;
    all.alerts += each->alerts;
    all.drift += each->drift;
    all.refused += each->refused;
    all.lost += each->lost;
    all.not_kept += each->not_kept;
    all.is_there = all.is_there || each->is_there;
    for (const model::PeerSeen& peer : each->peers) {
      model::PeerSeen* const known = peers.add(key_of(peer), peer);
      if (known == nullptr || peers.is_new()) continue;
      known->refused += peer.refused;
      known->unknown += peer.unknown;
      known->sent += peer.sent;
      known->received += peer.received;
    }
    for (const model::DriftSeen& drift : each->drifted) drifted.add(key_of(drift), drift);
    for (const model::AlertSeen& alert : each->alerted) alerted.add(alert.rule, alert);
  }
  return all;
}

void join_use(model::ImagePage& page, const model::FileUses& uses) {
  if (!page.scan) return;
  const std::vector<PackageUse> found = packages_in_use(page.scan->inventory, uses);
  page.in_use.clear();
  for (std::uint32_t i = 0; i < found.size(); ++i) {
    if (found[i].use != nullptr) page.in_use.push_back({i, std::string(found[i].path), *found[i].use});
  }
  const auto rest = std::ranges::stable_partition(
      page.scan->findings, [&](const model::Finding& finding) { return page.use_of(finding.package) != nullptr; });
  page.findings_in_use = page.scan->findings.size() - rest.size();
}

std::vector<model::ProgramSeen> programs_of(const std::vector<const model::ContainerHistory*>& histories) {
  std::map<std::string, model::ProgramSeen> all;
  for (const model::ContainerHistory* history : histories) add_programs(history->programs, all);
  std::vector<model::ProgramSeen> programs;
  programs.reserve(all.size());
  for (auto& [path, seen] : all) programs.push_back(std::move(seen));
  return programs;
}

std::vector<model::ProgramSeen> programs_of(const model::ImagePage& page) {
  std::vector<model::ProgramSeen> programs = programs_of(page.histories);
  add_packages(page, programs);
  return programs;
}

void add_packages(const model::ImagePage& page, std::vector<model::ProgramSeen>& programs) {
  if (!page.scan) return;
  std::map<std::string_view, std::string_view> owners;
  for (const model::FoundProgram& program : page.scan->inventory.programs) {
    if (program.owner == model::FoundPackage::none) continue;
    owners.emplace(model::merged_usr(program.file.path), page.scan->inventory.packages[program.owner].purl);
  }
  for (model::ProgramSeen& seen : programs) {
    if (!seen.path.starts_with('/')) continue;
    const auto owner = owners.find(model::merged_usr(std::string_view(seen.path).substr(1)));
    if (owner != owners.end()) seen.package = owner->second;
  }
}

}  // namespace doorman::derive
