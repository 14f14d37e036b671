// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/show/knowledge.h"
#include "source/local_images.h"

namespace doorman::app {

/// Where control groups do not tell what runs: the containers that are there at the event log's end run. Without a
/// log it stays unknown.
void add_running_of_log(const LogStory& story, source::LocalImages& local);

}  // namespace doorman::app
