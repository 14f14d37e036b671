// SPDX-License-Identifier: Apache-2.0
#include "app/guard/stats.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "app/watch/event_feed.h"
#include "base/text.h"
#include "model/container.h"
#include "parse/event/guard.h"

namespace doorman::app {
namespace {

using model::EventRecord;
using model::LostRecord;

constexpr std::array<std::string_view, 13> kinds = {
    "system calls", "executions",  "forks", "exits",       "changes", "containers",  "groups",
    "connections",  "DNS answers", "drift", "losses told", "alerts",  "mapped files"};
static_assert(kinds.size() == static_cast<std::size_t>(EventRecord::Kind::mapped) + 1);

std::string_view text_of(LostRecord::Cause cause) {
  switch (cause) {
    case LostRecord::Cause::ring_full:
      return "nobody read fast enough";
    case LostRecord::Cause::over_share:
      return "more than the container's share";
    case LostRecord::Cause::table_full:
      return "no room in a table of the kernel side";
    case LostRecord::Cause::log:
      return "the log could not be written";
  }
  return {};
}

std::string name_of(const derive::EventStream::Seen& seen) {
  if (seen.container == nullptr || seen.container->id.empty()) return "host";
  return base::printable(model::name_or_id(seen.container->name, seen.container->id));
}

}  // namespace

base::Result<std::string> guard_stats(const std::string& state_folder) {
  DOORMAN_TRY(auto log, LogEvents::open(state_folder, 0));
  std::array<std::uint64_t, kinds.size()> seen{};
  std::map<std::pair<std::string, LostRecord::Cause>, std::uint64_t> lost;
  std::uint64_t all_lost = 0;
  while (const auto event = log.next()) {
    if (event->is_opening) continue;
    ++seen.at(static_cast<std::size_t>(event->record.kind));
    if (event->record.kind != EventRecord::Kind::lost) continue;
    const auto told = parse::event::decode_lost(event->record);
    if (!told.ok()) continue;
    lost[{name_of(event->seen), told->cause}] += told->count;
    all_lost += told->count;
  }
  log.tell_notes();
  std::string text;
  for (std::size_t i = 0; i < kinds.size(); ++i) text += fmt::format("{:<14} {:>12}\n", kinds.at(i), seen.at(i));
  text += fmt::format("{:<14} {:>12}\n", "lost", all_lost);
  for (const auto& [who, count] : lost)
    text += fmt::format("  {:>12}  {}: {}\n", count, who.first, text_of(who.second));
  return text;
}

}  // namespace doorman::app
