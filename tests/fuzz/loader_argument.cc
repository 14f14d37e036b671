// SPDX-License-Identifier: Apache-2.0
#include "action/drift/loader_argument.h"

#include <cstdlib>

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void loader_argument(base::Bytes input) {
  const action::LoaderArgument argument = action::parse_loader_argument(input);
  if (argument.nothing && !argument.file.empty()) std::abort();
  if (argument.file.empty()) return;
  if (argument.file.find('\0') != std::string_view::npos || argument.file.find('/') == std::string_view::npos) {
    std::abort();
  }
}

}  // namespace doorman::fuzz
