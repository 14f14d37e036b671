// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/flow.h"
#include "sink/options.h"

namespace doorman::sink {

// The map of who speaks to whom, its times in nanoseconds since 1970. The same graph gives the same bytes. Names in
// it are hostile, and none reaches its reader raw.

/// East-west, then north-south, for people.
std::string flows_table(const model::FlowGraph& graph, const Options& options);
/// Everything, for programs: docs/flows.md.
std::string flows_json(const model::FlowGraph& graph);
/// For graphviz.
std::string flows_dot(const model::FlowGraph& graph);
/// A picture: who comes in on the left, containers in the middle, where they go on the right.
std::string flows_svg(const model::FlowGraph& graph);

}  // namespace doorman::sink
