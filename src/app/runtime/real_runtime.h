// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace doorman::app {

/// Where a host names the real runtime for every caller: a link to it. A name in the environment comes before it,
/// runc where the system keeps programs behind it.
inline constexpr const char* real_runtime_link = "/etc/doorman/runtime";
inline constexpr const char* real_runtime_variable = "DOORMAN_RUNTIME";

/// Becomes the real runtime, with these arguments and this process's environment; returns only when there is none
/// that could be started, with the reason (of the form strerror has) in `errno`. Neither reads nor allocates:
/// engines call a runtime again and again. Doorman itself is never started, whatever is called runtime.
void become_real_runtime(char* const* arguments);

/// The path of that name in the folder of this program, with its NUL; false where it does not fit.
bool name_beside(const char* name, std::span<char> into);

}  // namespace doorman::app
