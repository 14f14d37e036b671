// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "app/runtime/arguments.h"
#include "app/runtime/complaint.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {

/// Arguments, one a line.
void runtime_call(base::Bytes input) {
  std::string text(input);
  std::vector<const char*> words;
  for (std::size_t at = 0; at < text.size();) {
    words.push_back(text.data() + at);
    at = std::min(text.find('\n', at), text.size());
    if (at < text.size()) text[at++] = '\0';
  }
  const app::RuntimeCall call = app::parse_runtime_call(words);
  (void)app::complaint_line(call.log_format, app::Level::error, call.id, base::Time());
}

}  // namespace doorman::fuzz
