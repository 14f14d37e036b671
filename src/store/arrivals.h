// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/neighbours.h"

namespace doorman::store {

/// Who is about to be made and does not run yet: of two containers that ask at the same moment neither finds the
/// other among those that run.
///
///     STATE/arrivals      a line of JSON each, of processes that make a container
class Arrivals {
 public:
  static constexpr std::size_t max_bytes = 4U << 20U;

  explicit Arrivals(std::string state_folder) : folder_(std::move(state_folder)) {}

  /// Notes that the calling process is making `self`, and tells whom it comes after: who was noted before, by a
  /// process that lives. So of two the later always knows of the earlier. The note is void when the process ends,
  /// whether it becomes the runtime or refuses. Waits half a second at most for others who note themselves; what
  /// cannot be read or written is an error, and `self` is then not noted.
  [[nodiscard]] base::Result<std::vector<model::Resident>> enter(const model::Resident& self) const;

 private:
  std::string folder_;
};

}  // namespace doorman::store
