// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <utility>

#include "base/text.h"
#include "parse/package/all.h"
#include "parse/package/language.h"

// Gemfile.lock and gems.locked. Source: rubygems bundler/lib/bundler/lockfile_parser.rb. A section begins at the
// margin, its gems are indented by four blanks below `specs:`, their requirements by six. Groups are not in it.

namespace doorman::parse::package {
namespace {

constexpr std::uint64_t max_file_bytes = 16U << 20U;

constexpr Pattern wants[] = {
    {Pattern::Kind::basename, "Gemfile.lock"},
    {Pattern::Kind::basename, "gems.locked"},
};

/// `nokogiri (1.13.0-x86_64-linux)`: the platform is behind the first hyphen, since versions have none.
void add_gem(std::string_view entry, DeclaredPackages& declared) {
  const std::size_t open = entry.find(" (");
  if (open == std::string_view::npos || !entry.ends_with(')')) return declared.add(entry, {});
  std::string_view version = entry.substr(open + 2);
  version.remove_suffix(1);
  declared.add(entry.substr(0, open), version.substr(0, version.find('-')));
}

base::Status parse_gem_lock(const File& file, model::FileFacts& facts) {
  if (is_inside_package(file.path)) return {};
  DeclaredPackages declared(model::PackageType::gem);
  base::Bytes rest = file.content;
  std::string_view line;
  bool listed = false;
  while (base::next_line(rest, line)) {
    // PATH holds the project's own gems, PLUGIN SOURCE what no registry knows.
    if (!line.empty() && line.front() != ' ') listed = line == "GEM" || line == "GIT";
    else if (listed && line.starts_with("    ") && !line.starts_with("     ")) add_gem(line.substr(4), declared);
  }
  std::move(declared).finish(file, facts);
  return {};
}

}  // namespace

const Parser gem_lock_parser = {"gem-lock", wants, max_file_bytes, parse_gem_lock};

}  // namespace doorman::parse::package
