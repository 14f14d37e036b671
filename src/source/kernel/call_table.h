// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kern/call_filter.h"
#include "model/kernel_needs.h"

namespace doorman::source::kernel {

/// What the kernel side has to tell for these needs. System calls alone: executions, forks and exits are told
/// anyway, and what is no system call is not the kernel's. Where limits do not allow a filter, more is told.
kern::CallFilter filter_of(const model::KernelNeeds& needs);

}  // namespace doorman::source::kernel
