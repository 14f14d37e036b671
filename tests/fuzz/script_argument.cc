// SPDX-License-Identifier: Apache-2.0
#include "action/drift/script_argument.h"

#include <algorithm>
#include <cstdlib>

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

/// The first word is the program.
void script_argument(base::Bytes input) {
  const std::size_t end = std::min(input.find('\0'), input.size());
  const std::string_view arguments = input.substr(std::min(end + 1, input.size()));
  const std::string_view file = action::parse_script_argument(input.substr(0, end), arguments);
  if (file.empty()) return;
  if (file.find('\0') != std::string_view::npos || arguments.find(file) == std::string_view::npos) std::abort();
}

}  // namespace doorman::fuzz
