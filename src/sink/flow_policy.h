// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/flow.h"

namespace doorman::sink {

/// Rules of source `flow` that refuse to each container of the map everything that was not seen of it, and tell of
/// everything that reaches it from outside and did not before. Asked about the map itself they match nothing. What
/// was refused is not among what is allowed.
///
/// A container is meant by one label where one tells it from all others, else by two, else by its image, else by
/// the image's digest, with its workload if need be. Labels and names that hold more than plain words are not used:
/// they come from the containers.
std::string suggested_policy(const model::FlowGraph& graph);

/// The same as NetworkPolicy objects of Kubernetes (networking.k8s.io/v1), one for each workload that labels tell
/// from all others; comments name what such an object cannot say (names: the addresses that were seen stand in
/// their place).
std::string suggested_network_policies(const model::FlowGraph& graph);

}  // namespace doorman::sink
