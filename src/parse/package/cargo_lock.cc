// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <utility>

#include "base/toml.h"
#include "parse/package/all.h"
#include "parse/package/language.h"

// Cargo.lock, versions 1 to 4. Source: rust-lang/cargo src/cargo/core/resolver/encode.rs. A package without a
// source is one of the workspace's own. What is needed to build or test only is not told apart.

namespace doorman::parse::package {
namespace {

constexpr std::uint64_t max_file_bytes = 16U << 20U;

constexpr Pattern wants[] = {{Pattern::Kind::basename, "Cargo.lock"}};

base::Status parse_cargo_lock(const File& file, model::FileFacts& facts) {
  if (is_inside_package(file.path) || has_folder(file.path, "vendor")) return {};
  DOORMAN_TRY(const auto document, base::TomlDocument::parse(file.content));
  DeclaredPackages declared(model::PackageType::cargo);
  for (const base::TomlSection& section : document.sections()) {
    if (!section.element || section.path.size() != 1 || section.path[0] != "package") continue;
    if (!section.table["source"].exists()) continue;
    declared.add(section.table["name"].string_or(""), section.table["version"].string_or(""));
  }
  std::move(declared).finish(file, facts);
  return {};
}

}  // namespace

const Parser cargo_lock_parser = {"cargo-lock", wants, max_file_bytes, parse_cargo_lock};

}  // namespace doorman::parse::package
