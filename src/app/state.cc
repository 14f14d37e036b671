// SPDX-License-Identifier: Apache-2.0
#include "app/state.h"

#include <unistd.h>

namespace doorman::app {

base::Result<store::StateDir> open_state(const std::optional<std::string>& named,
                                         const cli::Environment& environment) {
  if (named) return store::StateDir::open(*named);
  const store::StateEnvironment from{::geteuid() == 0, cli::variable(environment, "XDG_CACHE_HOME"),
                                     cli::variable(environment, "HOME")};
  DOORMAN_TRY(std::string path, store::default_state_path(from));
  return store::StateDir::open(std::move(path));
}

base::Result<std::string> LazyState::path() {
  if (!opened_) opened_ = open_state(named_, environment_);
  if (!opened_->ok()) return opened_->error();
  return opened_->value().path();
}

}  // namespace doorman::app
