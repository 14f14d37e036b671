// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/path.h"
#include "parse/package/all.h"
#include "parse/package/language.h"

// Installed npm packages. What counts is what npm itself would list: the folders that Node's module resolution
// reaches from the outermost node_modules. A package.json deeper in a package (a test fixture, a build for
// another module system, a bundled copy) is a part of it. Sources: npm-docs "folders" and "package.json",
// pnpm.io "Symlinked node_modules structure", Debian's JavaScript policy (usr/share/nodejs).

namespace doorman::parse::package {
namespace {

constexpr std::uint64_t max_file_bytes = 4U << 20U;
constexpr std::string_view modules = "node_modules";

constexpr Pattern wants[] = {{Pattern::Kind::basename, "package.json"}};

/// Cuts the next component off a relative path.
std::string_view take_component(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view component = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return component;
}

/// `usr/share/nodejs`, `usr/lib/nodejs` and `usr/lib/TRIPLET/nodejs` hold packages as a node_modules does.
std::optional<std::string_view> below_debian_folder(std::string_view path) {
  if (take_component(path) != "usr") return std::nullopt;
  const std::string_view kind = take_component(path);
  if (kind != "share" && kind != "lib") return std::nullopt;
  const std::string_view folder = take_component(path);
  if (folder == "nodejs") return path;
  const bool is_triplet = kind == "lib" && folder.find("-linux-") != std::string_view::npos;
  if (is_triplet && take_component(path) == "nodejs") return path;
  return std::nullopt;
}

std::optional<std::string_view> below_first_modules(std::string_view path) {
  while (!path.empty()) {
    if (take_component(path) == modules) return path;
  }
  return std::nullopt;
}

/// pnpm's .pnpm, npm's .store and bun's .bun keep KEY/node_modules/NAME: the real folders behind the links.
bool is_virtual_store(std::string_view name) { return name == ".pnpm" || name == ".store" || name == ".bun"; }

/// The name of the folder (`left-pad`, `@babel/core`) when the path is that of an installed package's
/// package.json; empty otherwise.
std::string_view installed_folder(std::string_view path) {
  const std::string_view folder = base::parent_of(path);
  auto rest = below_debian_folder(folder);
  if (!rest) rest = below_first_modules(folder);
  if (!rest) return {};
  while (!rest->empty()) {
    const char* start = rest->data();
    std::string_view name = take_component(*rest);
    if (is_virtual_store(name)) {
      take_component(*rest);
      if (take_component(*rest) != modules) return {};
      continue;
    }
    if (name.starts_with('@')) {
      const std::string_view in_scope = take_component(*rest);
      if (in_scope.empty() || in_scope.starts_with('.')) return {};
      name = {start, name.size() + 1 + in_scope.size()};
    }
    if (name.starts_with('.')) return {};
    if (rest->empty()) return name;
    if (take_component(*rest) != modules) return {};
  }
  return {};
}

/// `"MIT"`, `{"type": "MIT", "url": …}`, or an array of these, as packages of every age have them.
void add_licenses(const base::JsonValue& value, std::vector<std::string>& licenses) {
  const auto add_one = [&](const base::JsonValue& one) {
    const auto text = one.is_object() ? one["type"].string() : one.string();
    if (text && licenses.size() < max_licenses) licenses.emplace_back(*text);
  };
  if (!value.is_array()) return add_one(value);
  for (const base::JsonValue& one : value.items()) add_one(one);
}

base::Status parse_npm(const File& file, model::FileFacts& facts) {
  const std::string_view folder = installed_folder(file.path);
  if (folder.empty()) return {};
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(file.content));

  // An alias (`npm:real@1.0`) has a folder of another name; its package.json says what it is. JavaScript takes the
  // last of equal keys.
  model::Package package;
  package.type = model::PackageType::npm;
  package.name = folder;
  for (const auto& [key, value] : document.root().members()) {
    if (key == "name") package.name = value.string_or(folder);
    else if (key == "version") package.version = value.string_or("");
    else if (key == "license" || key == "licenses") add_licenses(value, package.licenses);
  }
  add_installed(file, facts, std::move(package));
  return {};
}

}  // namespace

const Parser npm_parser = {"npm", wants, max_file_bytes, parse_npm};

}  // namespace doorman::parse::package
