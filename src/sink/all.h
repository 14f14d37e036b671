// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/report.h"
#include "sink/options.h"

namespace doorman::sink {

/// A way to tell reports: equal reports and options give equal bytes. A format that describes one target only
/// answers several with a `usage` error; other errors are those of `out`.
struct Format {
  std::string_view name;       ///< as in --format
  std::string_view extension;  ///< of files that hold it, with its dot
  bool one_target;
  base::Status (*write)(std::span<const model::Report> reports, const Options& options, const Out& out);
};
/// The whole text.
base::Result<std::string> render(const Format& format, std::span<const model::Report> reports,
                                 const Options& options);

std::span<const Format> all_formats();
/// nullptr when there is none of that name.
const Format* find_format(std::string_view name);
/// By the end of a file's name, the longest extension first: `app.cdx.json` is CycloneDX, `app.json` our own.
const Format* format_of_file(std::string_view file_name);

}  // namespace doorman::sink
