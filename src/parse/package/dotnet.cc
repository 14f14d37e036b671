// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "parse/package/all.h"
#include "parse/package/language.h"

// NuGet packages: NAME.deps.json beside a .NET program tells what was published with it, packages.lock.json what a
// project wants. Sources: dotnet/sdk documentation/specs/runtime-configuration-file.md; NuGet "Package references
// in project files", section "Locking dependencies".

namespace doorman::parse::package {
namespace {

using base::JsonValue;

constexpr std::uint64_t max_file_bytes = 8U << 20U;

constexpr Pattern wants[] = {{Pattern::Kind::suffix, ".deps.json"}};
constexpr Pattern lock_wants[] = {{Pattern::Kind::basename, "packages.lock.json"}};

/// A package brings files of these kinds, or nothing was deployed for it: it only groups others, or the shared
/// framework has a newer copy of what it holds.
bool brings_files(const JsonValue& target) {
  for (const std::string_view kind : {"runtime", "native", "runtimeTargets", "resources"}) {
    if (!target[kind].members().empty()) return true;
  }
  return false;
}

/// The keys of the deployed libraries, `Name/1.0.0`; of all libraries where the file names no runtime target.
std::set<std::string_view> deployed(const JsonValue& root) {
  std::set<std::string_view> keys;
  const JsonValue target = root["targets"][root["runtimeTarget"]["name"].string_or("")];
  for (const auto& [key, library] : target.members()) {
    if (brings_files(library)) keys.insert(key);
  }
  if (!target.is_object()) {
    for (const auto& member : root["libraries"].members()) keys.insert(member.key);
  }
  return keys;
}

base::Status parse_dotnet(const File& file, model::FileFacts& facts) {
  constexpr std::string_view pack = "runtimepack.";
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(file.content));
  const JsonValue root = document.root();
  const auto keys = deployed(root);
  for (const auto& [key, library] : root["libraries"].members()) {
    // A self-contained program brings the runtime as a `runtimepack`: the package of that name, prefixed.
    const std::string_view type = library["type"].string_or("");
    if ((type != "package" && type != "runtimepack") || !keys.contains(key)) continue;
    if (facts.packages.size() >= DeclaredPackages::max_packages) {
      return base::Error(base::ErrorCode::limit, "more than 100000 packages");
    }
    const std::size_t slash = key.rfind('/');
    std::string_view name = key.substr(0, slash);
    if (type == "runtimepack" && name.starts_with(pack)) name.remove_prefix(pack.size());
    model::Package package;
    package.type = model::PackageType::nuget;
    package.name = name;
    package.version = slash == std::string_view::npos ? std::string_view() : key.substr(slash + 1);
    add_installed(file, facts, std::move(package));
  }
  return {};
}

base::Status parse_dotnet_lock(const File& file, model::FileFacts& facts) {
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(file.content));
  DeclaredPackages declared(model::PackageType::nuget);
  for (const auto& framework : document.root()["dependencies"].members()) {
    for (const auto& [name, entry] : framework.value.members()) {
      if (entry["type"].string() != "Project") declared.add(name, entry["resolved"].string_or(""));
    }
  }
  std::move(declared).finish(file, facts);
  return {};
}

}  // namespace

const Parser dotnet_parser = {"dotnet", wants, max_file_bytes, parse_dotnet};
const Parser dotnet_lock_parser = {"dotnet-lock", lock_wants, max_file_bytes, parse_dotnet_lock};

}  // namespace doorman::parse::package
