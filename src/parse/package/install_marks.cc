// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <string_view>

#include "base/text.h"
#include "parse/package/all.h"
#include "parse/package/dependency.h"
#include "parse/package/notes.h"

// What package managers know of why a package is there. Sources: apt's extended_states, stanzas as in dpkg's status
// with `Auto-Installed: 1` (apt-mark(8)); apk's world, the names that were asked for (apk-world(5)).

namespace doorman::parse::package {
namespace {

constexpr std::uint64_t max_file_bytes = 16U << 20U;
constexpr std::size_t max_packages = 200'000;
constexpr std::string_view apk_world = "etc/apk/world";

constexpr std::array<Pattern, 2> wants = {{
    {Pattern::Kind::path, "var/lib/apt/extended_states"},
    {Pattern::Kind::path, apk_world},
}};

base::Status over_limit() {
  return base::Error(base::ErrorCode::limit, "more than " + std::to_string(max_packages) + " packages");
}

base::Status read_extended_states(base::Bytes content, model::FileFacts& facts) {
  std::string_view package;
  std::string_view line;
  while (base::next_line(content, line)) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = base::trim(line.substr(std::min(line.size(), colon + 1)));
    if (name == "Package") package = value;
    if (name != "Auto-Installed" || value != "1" || package.empty()) continue;
    if (facts.automatic.size() >= max_packages) return over_limit();
    facts.automatic.emplace_back(package);
  }
  return {};
}

base::Status read_world(base::Bytes content, model::FileFacts& facts) {
  std::string_view line;
  while (base::next_line(content, line)) {
    if (facts.requested.size() >= max_packages) return over_limit();
    std::vector<std::string> names;
    add_apk_names(base::trim(line), names);
    facts.requested.insert(facts.requested.end(), names.begin(), names.end());
  }
  return {};
}

base::Status parse_install_marks(const File& file, model::FileFacts& facts) {
  return file.path == apk_world ? read_world(file.content, facts) : read_extended_states(file.content, facts);
}

}  // namespace

const Parser install_marks_parser = {"install_marks", wants, max_file_bytes, parse_install_marks};

}  // namespace doorman::parse::package
