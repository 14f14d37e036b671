// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "parse/container/memory_map.h"

namespace doorman::fuzz {

/// Whatever a container calls its files, a path is a part of its own line, and safe to be told.
void memory_map(base::Bytes input) {
  std::string_view line;
  while (base::next_line(input, line)) {
    const auto file = parse::container::parse_mapped_file(line);
    if (!file) continue;
    if (!file->path.starts_with('/') || !line.ends_with(file->path) || !line.starts_with(file->range)) std::abort();
    if (file->path.ends_with(" (deleted)") || file->path.find('\0') != std::string_view::npos) std::abort();
    if (file->range.find('/') != std::string_view::npos) std::abort();
  }
}

}  // namespace doorman::fuzz
