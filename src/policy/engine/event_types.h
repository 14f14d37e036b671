// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>

#include "model/event_type.h"
#include "policy/syntax/condition.h"

namespace doorman::policy {

/// A set of event types, by the number of EventType.
inline constexpr std::size_t max_event_types = 512;
using EventTypes = std::bitset<max_event_types>;

EventTypes every_event_type();

/// The types of events for which a resolved condition can be true at all, as far as its checks of evt.type,
/// syscall.type and evt.num tell; every other check counts as one that may go either way. Falco's answer
/// (falcosecurity/libs userspace/libsinsp/filter/ppm_codes.cpp), but that an event which the watcher makes itself
/// is in it only when it is named or nothing is.
EventTypes event_types_of(const Condition& condition, bool negated = false);

}  // namespace doorman::policy
