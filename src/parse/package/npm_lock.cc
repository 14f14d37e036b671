// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "parse/package/all.h"
#include "parse/package/language.h"

// package-lock.json and npm-shrinkwrap.json, lockfileVersion 1 to 3. Source: npm-docs "package-lock.json".

namespace doorman::parse::package {
namespace {

using base::JsonValue;

constexpr std::uint64_t max_file_bytes = 16U << 20U;

constexpr Pattern wants[] = {
    {Pattern::Kind::basename, "package-lock.json"},
    {Pattern::Kind::basename, "npm-shrinkwrap.json"},
};

/// Versions 2 and 3: `packages` by place. Outside of node_modules are the project itself and its workspaces; a
/// link stands for one of these.
void read_places(const JsonValue& packages, DeclaredPackages& declared) {
  constexpr std::string_view modules = "node_modules/";
  for (const auto& [place, entry] : packages.members()) {
    const std::size_t at = place.rfind(modules);
    if (at == std::string_view::npos || entry["link"].boolean() == true) continue;
    const std::string_view name = entry["name"].string_or(place.substr(at + modules.size()));
    declared.add(name, entry["version"].string_or(""), entry["dev"].boolean() == true);
  }
}

/// Version 1: `dependencies` by name, nested as the folders are. The version of an alias is `npm:real@1.0.0`; that
/// of a folder or a repository is its address.
void read_tree(const JsonValue& dependencies, DeclaredPackages& declared) {
  constexpr std::string_view alias = "npm:";
  std::vector<JsonValue> open = {dependencies};
  while (!open.empty()) {
    const JsonValue level = open.back();
    open.pop_back();
    for (const auto& [key, entry] : level.members()) {
      std::string_view name = key;
      std::string_view version = entry["version"].string_or("");
      if (version.starts_with(alias)) {
        version.remove_prefix(alias.size());
        const std::size_t at = version.rfind('@');
        name = version.substr(0, at);
        version = at == std::string_view::npos ? std::string_view() : version.substr(at + 1);
      }
      if (version.find_first_of(":/") != std::string_view::npos) version = {};
      declared.add(name, version, entry["dev"].boolean() == true);
      if (entry["dependencies"].is_object()) open.push_back(entry["dependencies"]);
    }
  }
}

base::Status parse_npm_lock(const File& file, model::FileFacts& facts) {
  if (is_inside_package(file.path)) return {};
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(file.content));
  const JsonValue root = document.root();
  if (!root.is_object()) return base::Error(base::ErrorCode::invalid, "not a JSON object");
  DeclaredPackages declared(model::PackageType::npm);
  if (root["packages"].is_object()) read_places(root["packages"], declared);
  else read_tree(root["dependencies"], declared);
  std::move(declared).finish(file, facts);
  return {};
}

}  // namespace

const Parser npm_lock_parser = {"npm-lock", wants, max_file_bytes, parse_npm_lock};

}  // namespace doorman::parse::package
