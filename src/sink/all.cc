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

template <auto to_text>
base::Status write_whole(std::span<const model::Report> reports, const Options& options, const Out& out) {
  DOORMAN_TRY(const std::string text, to_text(reports, options));
  return out(text);
}

constexpr std::array formats{
    Format{"table", ".txt", false, write_whole<to_table>},
    Format{"json", ".json", false, write_json},
    Format{"cyclonedx", ".cdx.json", true, write_whole<to_cyclonedx>},
    Format{"spdx", ".spdx.json", true, write_whole<to_spdx>},
    Format{"sarif", ".sarif", false, write_whole<to_sarif>},
};

}  // namespace

base::Result<std::string> render(const Format& format, std::span<const model::Report> reports,
                                 const Options& options) {
  std::string text;
  DOORMAN_CHECK(format.write(reports, options, [&](std::string_view piece) {
    text += piece;
    return base::Status();
  }));
  return text;
}

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
