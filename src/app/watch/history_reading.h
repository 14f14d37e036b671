// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/watch/event_feed.h"
#include "derive/container_histories.h"

namespace doorman::app {

/// Puts a record into the history of its container. One that cannot be decoded tells nothing; the log's reader has
/// counted what is damaged.
void add_to_histories(derive::ContainerHistories& histories, const ReadEvent& event);

}  // namespace doorman::app
