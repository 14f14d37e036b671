// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/watch/event_feed.h"
#include "sink/event.h"

namespace doorman::app {

/// What a record says, in words and in parts. `facts` is the event's own and outlives what is returned.
sink::ToldEvent told_event(const ReadEvent& event, const model::SystemEvent& facts);

// Words for what records say in numbers.
std::string_view to_text(model::FlowRecord::Kind kind);
std::string_view to_text(model::FlowRecord::Verdict verdict);
std::string_view to_text(model::LostRecord::Cause cause);

}  // namespace doorman::app
