// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/admission_record.h"
#include "parse/container/bundle.h"
#include "source/container/finder.h"
#include "source/container/host_reach.h"

namespace doorman::app {

/// What rules are asked about, put together of who asks (with the bundle as its settings) and what he would reach.
model::AdmissionRequest request_of(source::container::Finding who, source::container::HostReach reach);

/// The request as it would be with this bundle. What is privileged stays so: it is known by what it lacks, and one
/// masked path must not make it look tame. So does what it would reach.
void set_bundle(const parse::container::Bundle& bundle, model::AdmissionRequest& request);

/// `sandbox` for the container that holds a pod's namespaces, else `container`.
std::string kind_of(const parse::container::Bundle& bundle);

}  // namespace doorman::app
