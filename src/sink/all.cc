// SPDX-License-Identifier: Apache-2.0
#include "sink/all.h"

#include <array>

#include "sink/cyclonedx.h"
#include "sink/json.h"
#include "sink/sarif.h"
#include "sink/spdx.h"
#include "sink/table.h"

namespace doorman::sink {
namespace {

constexpr std::array formats{
    Format{"table", ".txt", false, to_table},
    Format{"json", ".json", false, to_json},
    Format{"cyclonedx", ".cdx.json", true, to_cyclonedx},
    Format{"spdx", ".spdx.json", true, to_spdx},
    Format{"sarif", ".sarif", false, to_sarif},
};

}  // namespace

std::span<const Format> all_formats() { return formats; }

const Format* find_format(std::string_view name) {
  for (const Format& format : formats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

const Format* format_of_file(std::string_view file_name) {
  const Format* best = nullptr;
  for (const Format& format : formats) {
    if (!file_name.ends_with(format.extension)) continue;
    if (best == nullptr || format.extension.size() > best->extension.size()) best = &format;
  }
  return best;
}

}  // namespace doorman::sink
