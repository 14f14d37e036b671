// SPDX-License-Identifier: Apache-2.0
#include "source/registry_error.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"

namespace doorman::source {
namespace {

constexpr std::size_t max_shown_bytes = 300;

std::string shown(std::string_view text) { return base::printable(text.substr(0, max_shown_bytes)); }

}  // namespace

std::string describe_error_body(std::string_view body) {
  const auto document = base::JsonDocument::parse(body);
  if (!document.ok()) return {};
  const auto root = document->root();
  if (const auto errors = root["errors"].items(); !errors.empty()) {
    const std::string_view code = errors[0]["code"].string_or("");
    const std::string_view message = errors[0]["message"].string_or("");
    return shown(fmt::format("{}{}{}", code, code.empty() || message.empty() ? "" : ": ", message));
  }
  for (const char* member : {"error_description", "details", "message", "error"}) {
    if (const auto text = root[member].string()) return shown(*text);
  }
  return {};
}

}  // namespace doorman::source
