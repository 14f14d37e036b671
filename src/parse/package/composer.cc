// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/path.h"
#include "parse/package/all.h"
#include "parse/package/language.h"

// PHP packages: vendor/composer/installed.json tells what is installed (Composer 1: an array; Composer 2: an
// object), composer.lock what a project wants. Source: composer/composer
// src/Composer/Repository/FilesystemRepository.php, src/Composer/Package/Locker.php.

namespace doorman::parse::package {
namespace {

using base::JsonValue;

constexpr std::uint64_t max_file_bytes = 8U << 20U;

constexpr Pattern wants[] = {{Pattern::Kind::basename, "installed.json"}};
constexpr Pattern lock_wants[] = {{Pattern::Kind::basename, "composer.lock"}};

std::set<std::string_view> development_names(const JsonValue& root) {
  std::set<std::string_view> names;
  for (const JsonValue& name : root["dev-package-names"].items()) {
    if (const auto text = name.string()) names.insert(*text);
  }
  return names;
}

base::Status parse_composer(const File& file, model::FileFacts& facts) {
  if (base::basename_of(base::parent_of(file.path)) != "composer") return {};
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(file.content));
  const JsonValue root = document.root();
  const auto development = development_names(root);
  for (const JsonValue& entry : (root.is_array() ? root : root["packages"]).items()) {
    if (facts.packages.size() >= DeclaredPackages::max_packages) {
      return base::Error(base::ErrorCode::limit, "more than 100000 packages");
    }
    model::Package package;
    package.type = model::PackageType::composer;
    package.name = entry["name"].string_or("");
    package.version = entry["version"].string_or("");
    package.development = development.contains(entry["name"].string_or(""));
    for (const JsonValue& license : entry["license"].items()) {
      const auto text = license.string();
      if (text && package.licenses.size() < max_licenses) package.licenses.emplace_back(*text);
    }
    add_installed(file, facts, std::move(package));
  }
  return {};
}

base::Status parse_composer_lock(const File& file, model::FileFacts& facts) {
  if (is_inside_package(file.path) || has_folder(file.path, "vendor")) return {};
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(file.content));
  DeclaredPackages declared(model::PackageType::composer);
  for (const std::string_view list : {"packages", "packages-dev"}) {
    for (const JsonValue& entry : document.root()[list].items()) {
      declared.add(entry["name"].string_or(""), entry["version"].string_or(""), list == "packages-dev");
    }
  }
  std::move(declared).finish(file, facts);
  return {};
}

}  // namespace

const Parser composer_parser = {"composer", wants, max_file_bytes, parse_composer};
const Parser composer_lock_parser = {"composer-lock", lock_wants, max_file_bytes, parse_composer_lock};

}  // namespace doorman::parse::package
