// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/path.h"
#include "base/text.h"
#include "parse/package/all.h"
#include "parse/package/language.h"
#include "parse/package/notes.h"

// Installed gems: the specifications that RubyGems writes when it installs one. They are Ruby, but made by
// Gem::Specification#to_ruby, whose lines have one form; its first comment (`# stub: name version platform …`) is
// what RubyGems itself reads. Source: rubygems lib/rubygems/{specification,stub_specification}.rb.

namespace doorman::parse::package {
namespace {

constexpr std::uint64_t max_file_bytes = 1U << 20U;

constexpr Pattern wants[] = {{Pattern::Kind::suffix, ".gemspec"}};

/// `specifications/` holds what is installed, `specifications/default/` what comes with Ruby. A gem's own source
/// may bring a .gemspec too: that one is not evaluated.
bool is_installed_specification(std::string_view path) {
  std::string_view folder = base::parent_of(path);
  if (base::basename_of(folder) == "default") folder = base::parent_of(folder);
  return base::basename_of(folder) == "specifications";
}

/// Cuts the next "quoted" literal off; nothing when there is none.
std::optional<std::string_view> take_literal(std::string_view& code) {
  const std::size_t start = code.find('"');
  const std::size_t end = start == std::string_view::npos ? start : code.find('"', start + 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view literal = code.substr(start + 1, end - start - 1);
  code.remove_prefix(end + 1);
  return literal;
}

/// `name` and the code behind `=` of a line `  s.name = "rake".freeze`.
std::optional<std::pair<std::string_view, std::string_view>> assignment(std::string_view line) {
  line = base::trim(line);
  const std::size_t equals = line.find(" = ");
  const std::size_t dot = line.find('.');
  if (equals == std::string_view::npos || dot == std::string_view::npos || dot > equals) return std::nullopt;
  return std::pair(base::trim(line.substr(dot + 1, equals - dot - 1)), line.substr(equals + 3));
}

void take_stub(std::string_view line, model::Package& package) {
  constexpr std::string_view stub = "# stub: ";
  if (!line.starts_with(stub)) return;
  const auto words = base::split(line.substr(stub.size()), ' ');
  if (words.size() < 3) return;
  package.name = words[0];
  package.version = words[1];
}

void take_assignment(std::string_view field, std::string_view code, model::Package& package) {
  if (field == "name" && package.name.empty()) {
    package.name = take_literal(code).value_or("");
  } else if (field == "version" && package.version.empty()) {
    package.version = take_literal(code).value_or("");
  } else if ((field == "licenses" || field == "license") && package.licenses.empty()) {
    while (const auto license = take_literal(code)) package.licenses.emplace_back(*license);
  }
}

base::Status parse_gem(const File& file, model::FileFacts& facts) {
  if (!is_installed_specification(file.path)) return {};
  model::Package package;
  package.type = model::PackageType::gem;
  base::Bytes rest = file.content;
  std::string_view line;
  while (base::next_line(rest, line)) {
    take_stub(line, package);
    if (const auto set = assignment(line)) take_assignment(set->first, set->second, package);
  }
  if (package.name.empty() || package.version.empty()) {
    add_note(facts, std::string(file.path), "no name and version that can be read without running Ruby");
    return {};
  }
  add_installed(file, facts, std::move(package));
  return {};
}

}  // namespace

const Parser gem_parser = {"gem", wants, max_file_bytes, parse_gem};

}  // namespace doorman::parse::package
