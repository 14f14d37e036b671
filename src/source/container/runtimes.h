// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parse/container/runtime_state.h"
#include "source/container/cached_file.h"

namespace doorman::source::container {

/// What runc and crun remember of the containers that they made, in their state roots.
class RuntimeRoot {
 public:
  enum class Runtime : std::uint8_t { runc, crun };
  static constexpr std::size_t max_containers = 1U << 16U;

  RuntimeRoot(Runtime runtime, std::string folder, std::string groups);

  [[nodiscard]] std::string_view name() const { return runtime_ == Runtime::runc ? "runc" : "crun"; }

  /// By its id; nothing: no such container, or its state is not written yet.
  std::optional<parse::container::RuntimeState> with_id(std::string_view id);
  /// By its control group. Every container of the root is looked at, those that are known already not again.
  std::optional<parse::container::RuntimeState> with_group(std::string_view path);

 private:
  using State = parse::container::RuntimeState;
  [[nodiscard]] std::optional<State> read(const std::string& id, CachedFile<State>& file) const;
  [[nodiscard]] CachedFile<State> file_of(const std::string& id) const;

  Runtime runtime_;
  std::string folder_;
  std::string groups_;
  std::map<std::string, CachedFile<State>, std::less<>> known_;
};

}  // namespace doorman::source::container
