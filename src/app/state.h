// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "app/cli/parse.h"
#include "base/result.h"
#include "store/state_dir.h"

namespace doorman::app {

/// The state folder that --state-dir names, or the default one; made where it is missing.
base::Result<store::StateDir> open_state(const std::optional<std::string>& named,
                                         const cli::Environment& environment);

/// The same for who needs it several times, or perhaps never: it is opened when it is first asked for.
class LazyState {
 public:
  /// Borrows the environment.
  LazyState(std::optional<std::string> named, const cli::Environment& environment)
      : named_(std::move(named)), environment_(environment) {}

  /// Where it is.
  base::Result<std::string> path();

 private:
  std::optional<std::string> named_;
  const cli::Environment& environment_;
  std::optional<base::Result<store::StateDir>> opened_;
};

}  // namespace doorman::app
