// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/yaml.h"
#include "parse/package/all.h"
#include "parse/package/language.h"

// pnpm-lock.yaml, lockfileVersion 5 to 9. Source: pnpm/spec lockfile/{5,5.2,6.0,9.0}.md. Its keys:
//   5: `/name/1.0.0_peers` and `/@scope/name/1.0.0`   6: `/name@1.0.0(peers)`   9: `name@1.0.0`, and `snapshots`
// with the peers. What comes from elsewhere than the registry has its address as the key, name and version beside.

namespace doorman::parse::package {
namespace {

using base::YamlValue;

constexpr std::uint64_t max_file_bytes = 16U << 20U;

constexpr Pattern wants[] = {{Pattern::Kind::basename, "pnpm-lock.yaml"}};

struct Identity {
  std::string_view name, version;
};

bool is_version(std::string_view text) {
  return !text.empty() && base::is_digit(text.front()) && text.find_first_of("/:@") == std::string_view::npos;
}

std::string_view without_peers(std::string_view key) { return key.substr(0, key.find('(')); }

/// `name@1.0.0` of version 6 and later.
Identity split_at_sign(std::string_view key) {
  const std::size_t at = key.find('@', 1);
  if (at == std::string_view::npos) return {};
  return {key.substr(0, at), key.substr(at + 1)};
}

/// `/name/1.0.0_peers` of version 5; without the first slash, a registry's host stands before it.
Identity split_at_slash(std::string_view key) {
  const std::size_t start = key.find('/');
  if (start == std::string_view::npos) return {};
  key.remove_prefix(start + 1);
  std::size_t slash = key.find('/');
  if (key.starts_with('@') && slash != std::string_view::npos) slash = key.find('/', slash + 1);
  if (slash == std::string_view::npos) return {};
  const std::string_view version = key.substr(slash + 1);
  return {key.substr(0, slash), version.substr(0, version.find('_'))};
}

Identity identify(std::string_view key, const YamlValue& entry, bool slashes) {
  Identity identity;
  if (slashes) {
    identity = split_at_slash(key);
  } else {
    key = without_peers(key);
    if (key.starts_with('/')) key.remove_prefix(1);
    identity = split_at_sign(key);
  }
  identity.name = entry["name"].text_or(identity.name);
  identity.version = entry["version"].text_or(identity.version);
  if (!is_version(identity.version)) identity.version = {};
  return identity;
}

/// `name: version` of an importer or snapshot leads to `name@version`; an alias names the whole key in its version.
void add_need(DependencyGraph::Vertex from, std::string_view name, std::string_view version,
              DependencyGraph& graph) {
  graph.add_edge(from, graph.vertex(std::string(name).append("@").append(version)));
  if (version.find('@') != std::string_view::npos) graph.add_edge(from, graph.vertex(version));
}

/// Version 9 does not mark development packages: they are those that no importer's other dependencies lead to.
DependencyGraph needed_at_run_time(const YamlValue& root) {
  DependencyGraph graph;
  for (const auto& [path, importer] : root["importers"].members()) {
    const auto from = graph.vertex(std::string("importer ").append(path.text_or("")));
    graph.add_root(from);
    for (const std::string_view kind : {"dependencies", "optionalDependencies"}) {
      for (const auto& [name, need] : importer[kind].members()) {
        add_need(from, name.text_or(""), need["version"].text_or(""), graph);
      }
    }
  }
  for (const auto& [key, snapshot] : root["snapshots"].members()) {
    const auto from = graph.vertex(key.text_or(""));
    // A package is needed as soon as one of its combinations with peers is.
    graph.add_edge(from, graph.vertex(without_peers(key.text_or(""))));
    for (const std::string_view kind : {"dependencies", "optionalDependencies"}) {
      for (const auto& [name, version] : snapshot[kind].members()) {
        add_need(from, name.text_or(""), version.text_or(""), graph);
      }
    }
  }
  graph.follow();
  return graph;
}

void read_packages(const YamlValue& root, DeclaredPackages& declared) {
  const std::string_view format = root["lockfileVersion"].text_or("");
  const bool slashes = format.starts_with('5');
  const bool marked = !root["snapshots"].is_mapping();
  const DependencyGraph graph = marked ? DependencyGraph() : needed_at_run_time(root);
  for (const auto& [key, entry] : root["packages"].members()) {
    const std::string_view key_text = key.text_or("");
    const auto [name, version] = identify(key_text, entry, slashes);
    declared.add(name, version, marked ? entry["dev"].boolean() == true : !graph.reached(key_text));
  }
}

base::Status parse_pnpm_lock(const File& file, model::FileFacts& facts) {
  if (is_inside_package(file.path)) return {};
  DOORMAN_TRY(const auto document, base::YamlDocument::parse(file.content));
  DeclaredPackages declared(model::PackageType::npm);
  for (const YamlValue& root : document.roots()) {
    read_packages(root, declared);
  }
  std::move(declared).finish(file, facts);
  return {};
}

}  // namespace

const Parser pnpm_lock_parser = {"pnpm-lock", wants, max_file_bytes, parse_pnpm_lock};

}  // namespace doorman::parse::package
