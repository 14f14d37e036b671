// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/yaml.h"
#include "parse/package/all.h"
#include "parse/package/language.h"

// yarn.lock: the form of Yarn 1 (blocks by indentation, no YAML) and of Yarn 2 and later (YAML with __metadata).
// Sources: classic.yarnpkg.com "yarn.lock", yarnpkg/berry packages/yarnpkg-core/sources/Project.ts. Neither says
// which packages are for development.

namespace doorman::parse::package {
namespace {

constexpr std::uint64_t max_file_bytes = 16U << 20U;

constexpr Pattern wants[] = {{Pattern::Kind::basename, "yarn.lock"}};

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

/// The name in `name@range` or `@scope/name@range`; the whole where there is no range.
std::string_view name_of(std::string_view descriptor) { return descriptor.substr(0, descriptor.find('@', 1)); }

/// The package behind `"alias@npm:real@^1.0", "alias@npm:real@1":` or `left-pad@^1.0:`.
std::string_view classic_name(std::string_view line) {
  constexpr std::string_view alias = "npm:";
  line.remove_suffix(1);
  std::string_view first = base::trim(line.substr(0, line.find(", ")));
  if (first.starts_with('"')) first.remove_prefix(1);
  if (first.ends_with('"')) first.remove_suffix(1);
  const std::string_view name = name_of(first);
  const std::string_view range = first.substr(std::min(name.size() + 1, first.size()));
  return range.starts_with(alias) ? name_of(range.substr(alias.size())) : name;
}

void read_classic(base::Bytes text, DeclaredPackages& declared) {
  constexpr std::string_view version = "  version ";
  std::string_view line;
  std::string_view name;
  while (base::next_line(text, line)) {
    if (line.empty() || line.starts_with('#')) continue;
    if (line.front() != ' ') {
      name = line.ends_with(':') ? classic_name(line) : std::string_view();
    } else if (!name.empty() && line.starts_with(version)) {
      declared.add(name, unquoted(line.substr(version.size())));
      name = {};
    }
  }
}

/// `resolution: "real@npm:1.0.0"` names the package, whatever the key asked for; a soft link is a workspace.
base::Status read_berry(base::Bytes text, DeclaredPackages& declared) {
  DOORMAN_TRY(const auto document, base::YamlDocument::parse(text));
  for (const auto& [key, entry] : document.root().members()) {
    if (key.text() == "__metadata" || entry["linkType"].text() == "soft") continue;
    declared.add(name_of(entry["resolution"].text_or("")), entry["version"].text_or(""));
  }
  return {};
}

base::Status parse_yarn_lock(const File& file, model::FileFacts& facts) {
  if (is_inside_package(file.path)) return {};
  DeclaredPackages declared(model::PackageType::npm);
  base::Status status;
  if (file.content.find("\n__metadata:") != base::Bytes::npos || file.content.starts_with("__metadata:")) {
    status = read_berry(file.content, declared);
  } else {
    read_classic(file.content, declared);
  }
  std::move(declared).finish(file, facts);
  return status;
}

}  // namespace

const Parser yarn_lock_parser = {"yarn-lock", wants, max_file_bytes, parse_yarn_lock};

}  // namespace doorman::parse::package
