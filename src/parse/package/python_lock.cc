// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/path.h"
#include "base/text.h"
#include "base/toml.h"
#include "parse/package/all.h"
#include "parse/package/python.h"

// What a Python project declares: poetry.lock, uv.lock, Pipfile.lock, and the pinned lines of requirements.txt.
// Sources: python-poetry.org "poetry.lock", docs.astral.sh/uv "Locking and syncing", pypa/pipfile "Pipfile.lock",
// pip.pypa.io "Requirements File Format", PEP 440 for `==`.

namespace doorman::parse::package {
namespace {

using base::TomlSection;
using base::TomlValue;

constexpr std::uint64_t max_file_bytes = 16U << 20U;

constexpr Pattern wants[] = {
    {Pattern::Kind::basename, "poetry.lock"},
    {Pattern::Kind::basename, "uv.lock"},
    {Pattern::Kind::basename, "Pipfile.lock"},
    {Pattern::Kind::basename, "requirements.txt"},
};

bool begins_package(const TomlSection& section) {
  return section.element && section.path.size() == 1 && section.path[0] == "package";
}

/// Poetry 1 has `category = "dev"`, Poetry 2 the dependency groups that want the package.
bool is_poetry_development(const TomlValue& package) {
  if (const auto category = package["category"].string()) return *category == "dev";
  const auto groups = package["groups"].items();
  for (const TomlValue& group : groups) {
    if (group.string() == "main") return false;
  }
  return !groups.empty();
}

base::Status parse_poetry(const File& file, DeclaredPackages& declared) {
  DOORMAN_TRY(const auto document, base::TomlDocument::parse(file.content));
  for (const TomlSection& section : document.sections()) {
    if (!begins_package(section)) continue;
    const TomlValue& package = section.table;
    declared.add(normal_python_name(package["name"].string_or("")), package["version"].string_or(""),
                 is_poetry_development(package));
  }
  return {};
}

/// The project itself and its workspace members, which lie beside the lock file.
bool is_own_project(const TomlValue& source) {
  return source["virtual"].exists() || source["editable"].exists() || source["directory"].exists();
}

void add_needs(const TomlValue& list, DependencyGraph::Vertex from, DependencyGraph& graph) {
  for (const TomlValue& need : list.items()) {
    graph.add_edge(from, graph.vertex(need["name"].string_or("")));
  }
}

/// uv.lock does not mark development packages: they are those that only the own projects' dev-dependencies lead to.
DependencyGraph needed_at_run_time(const std::vector<TomlSection>& sections) {
  DependencyGraph graph;
  DependencyGraph::Vertex package = graph.vertex("");
  for (const TomlSection& section : sections) {
    if (begins_package(section)) {
      package = graph.vertex(section.table["name"].string_or(""));
      if (is_own_project(section.table["source"])) graph.add_root(package);
      add_needs(section.table["dependencies"], package, graph);
    } else if (section.path == std::vector<std::string>{"package", "optional-dependencies"}) {
      for (const auto& extra : section.table.members()) add_needs(extra.value, package, graph);
    }
  }
  graph.follow();
  return graph;
}

base::Status parse_uv(const File& file, DeclaredPackages& declared) {
  DOORMAN_TRY(const auto document, base::TomlDocument::parse(file.content));
  const DependencyGraph graph = needed_at_run_time(document.sections());
  for (const TomlSection& section : document.sections()) {
    if (!begins_package(section) || is_own_project(section.table["source"])) continue;
    const std::string_view name = section.table["name"].string_or("");
    declared.add(normal_python_name(name), section.table["version"].string_or(""), !graph.reached(name));
  }
  return {};
}

/// The version in `==1.0` (or `===1.0`), where that fixes exactly one.
std::string_view pinned_version(std::string_view specifier) {
  specifier = base::trim(specifier);
  if (!specifier.starts_with("==")) return {};
  specifier.remove_prefix(2);
  if (specifier.starts_with('=')) specifier.remove_prefix(1);
  specifier = base::trim(specifier);
  return specifier.find_first_of("*,<>=!~ ") == std::string_view::npos ? specifier : std::string_view();
}

base::Status parse_pipfile(const File& file, DeclaredPackages& declared) {
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(file.content));
  for (const std::string_view group : {"default", "develop"}) {
    for (const auto& [name, entry] : document.root()[group].members()) {
      declared.add(normal_python_name(name), pinned_version(entry["version"].string_or("")), group == "develop");
    }
  }
  return {};
}

/// `name[extra] == 1.0 ; marker --hash=…  # comment`; only what is pinned says what there will be.
void parse_requirement(std::string_view line, DeclaredPackages& declared) {
  if (line.starts_with('#')) return;
  line = line.substr(0, line.find(" #"));
  line = line.substr(0, line.find(" --"));
  line = line.substr(0, line.find(';'));
  if (line.ends_with('\\')) line.remove_suffix(1);
  const std::size_t equals = line.find("==");
  if (equals == std::string_view::npos) return;
  std::string_view name = line.substr(0, equals);
  name = base::trim(name.substr(0, name.find('[')));
  const std::string_view version = pinned_version(line.substr(equals));
  const bool plain = name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
                     std::string_view::npos;
  if (plain && !version.empty()) declared.add(normal_python_name(name), version);
}

base::Status parse_requirements(const File& file, DeclaredPackages& declared) {
  base::Bytes rest = file.content;
  std::string_view line;
  while (base::next_line(rest, line)) {
    parse_requirement(base::trim(line), declared);
  }
  return {};
}

base::Status parse_python_lock(const File& file, model::FileFacts& facts) {
  if (is_inside_package(file.path)) return {};
  const std::string_view name = base::basename_of(file.path);
  DeclaredPackages declared(model::PackageType::pypi);
  base::Status status;
  if (name == "poetry.lock") status = parse_poetry(file, declared);
  else if (name == "uv.lock") status = parse_uv(file, declared);
  else if (name == "Pipfile.lock") status = parse_pipfile(file, declared);
  else status = parse_requirements(file, declared);
  std::move(declared).finish(file, facts);
  return status;
}

}  // namespace

const Parser python_lock_parser = {"python-lock", wants, max_file_bytes, parse_python_lock};

}  // namespace doorman::parse::package
