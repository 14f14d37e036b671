// SPDX-License-Identifier: Apache-2.0
#include "model/event_type.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace doorman::model {
namespace {

// Each event's parameters; an empty one ends the array, so that an event may have none.
#define P(name, form) \
  EventParameter { #name, ParameterForm::form, type_of(ParameterForm::form) }
#define EVENT_TYPE(id, name, category, number, ...) \
  constexpr auto parameters_of_##id = std::to_array<EventParameter>({__VA_ARGS__ __VA_OPT__(, ) EventParameter{}});
#include "model/event_types.def"
#undef EVENT_TYPE
#undef P

template <std::size_t size>
constexpr std::span<const EventParameter> without_end(const std::array<EventParameter, size>& parameters) {
  static_assert(size <= max_event_parameters);
  return std::span(parameters).first(size - 1);
}

constexpr auto all = std::to_array<EventInfo>({
#define EVENT_TYPE(id, name, category, number, ...) \
  {EventType::id, name, category, number, without_end(parameters_of_##id)},
#include "model/event_types.def"
#undef EVENT_TYPE
});

constexpr std::size_t call_count = [] {
  int highest = 0;
  for (const EventInfo& each : all) highest = std::max(highest, each.system_call);
  return static_cast<std::size_t>(highest) + 1;
}();

constexpr auto by_call = [] {
  std::array<EventType, call_count> calls{};
  for (const EventInfo& each : all) {
    if (each.system_call >= 0) calls.at(static_cast<std::size_t>(each.system_call)) = each.type;
  }
  return calls;
}();

}  // namespace

std::span<const EventInfo> event_types() { return all; }

const EventInfo& info(EventType type) { return all[static_cast<std::size_t>(type) - 1]; }

const EventInfo* find_event_type(std::string_view name) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const EventInfo*> map;
    for (const EventInfo& each : all) map.emplace(each.name, &each);
    return map;
  }();
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

EventType event_type_of_call(std::uint32_t number) {
  return number < by_call.size() ? by_call[number] : EventType::none;
}

}  // namespace doorman::model
