// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "source/container/finder.h"

namespace doorman::source::container {

/// Calls `each` for every group below the root, a group before what is in it, sorted by name; groups that go away
/// meanwhile are passed over. More than max_groups, or deeper than max_group_depth, is left out.
base::Status walk_groups(const std::string& mount, const std::function<void(const RunningContainer::Group&)>& each);

/// Whether a process is in the group or below it. `folder` is the group's.
bool has_processes(const std::string& folder);

/// The first process of a group, or of the first below it that has one.
base::Result<std::optional<std::uint32_t>> first_process(const std::string& folder);

}  // namespace doorman::source::container
