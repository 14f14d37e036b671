// SPDX-License-Identifier: Apache-2.0
#include "app/cli/completion.h"

namespace doorman::app::cli {

std::string completion_script(Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_completion();
    case Shell::zsh:
      return zsh_completion();
    case Shell::fish:
      return fish_completion();
  }
  return {};
}

}  // namespace doorman::app::cli
