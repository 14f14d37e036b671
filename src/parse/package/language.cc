// SPDX-License-Identifier: Apache-2.0
#include "parse/package/language.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "parse/package/notes.h"

namespace doorman::parse::package {

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= max_text_bytes && text.find(' ') == std::string_view::npos &&
         base::printable(text) == text;
}

void add_installed(const File& file, model::FileFacts& facts, model::Package package) {
  package.name = std::string(base::trim(package.name));
  package.version = std::string(base::trim(package.version));
  if (!is_token(package.name) || !is_token(package.version)) {
    if (facts.notes.size() > max_notes) return;
    const std::string name = base::printable(package.name.substr(0, max_text_bytes));
    add_note(facts, std::string(file.path),
             fmt::format("\"{}\" has no usable name and version: not counted", name));
    return;
  }
  std::erase_if(package.licenses, [](const std::string& license) {
    return license.empty() || license.size() > max_text_bytes || base::printable(license) != license;
  });
  if (package.licenses.size() > max_licenses) package.licenses.resize(max_licenses);
  facts.packages.push_back(std::move(package));
}

bool has_folder(std::string_view path, std::string_view folder) {
  for (std::size_t at = path.find(folder); at != std::string_view::npos; at = path.find(folder, at + 1)) {
    const std::size_t end = at + folder.size();
    if ((at == 0 || path[at - 1] == '/') && end < path.size() && path[end] == '/') return true;
  }
  return false;
}

bool is_inside_package(std::string_view path) {
  static constexpr std::string_view folders[] = {
      "node_modules", "usr/share/nodejs", "site-packages", "dist-packages",
      "gems",         "pkg/mod",          "registry/src",  "git/checkouts",
  };
  return std::ranges::any_of(folders, [&](std::string_view folder) { return has_folder(path, folder); });
}

void DeclaredPackages::add(std::string_view name, std::string_view version, bool development) {
  if (!is_token(name) || !is_token(version)) {
    ++unnamed_;
    return;
  }
  std::pair key{std::string(name), std::string(version)};
  if (const auto found = development_.find(key); found != development_.end()) {
    found->second = found->second && development;
  } else if (development_.size() >= max_packages) {
    ++beyond_limit_;
  } else {
    development_.emplace(std::move(key), development);
  }
}

void DeclaredPackages::finish(const File& file, model::FileFacts& facts) && {
  facts.packages.reserve(facts.packages.size() + development_.size());
  for (const auto& [identity, development] : development_) {
    model::Package package;
    package.type = type_;
    package.name = identity.first;
    package.version = identity.second;
    package.evidence = model::Evidence::declared;
    package.development = development;
    facts.packages.push_back(std::move(package));
  }
  const std::string place(file.path);
  if (unnamed_ != 0) add_note(facts, place, fmt::format("entries without a usable name and version: {}", unnamed_));
  if (beyond_limit_ != 0) {
    add_note(facts, place,
             fmt::format("more than {} packages: {} entries are left out", max_packages, beyond_limit_));
  }
}

DependencyGraph::Vertex DependencyGraph::vertex(std::string_view key) {
  if (const auto found = vertices_.find(key); found != vertices_.end()) return found->second;
  const auto made = static_cast<Vertex>(nodes_.size());
  vertices_.emplace(key, made);
  nodes_.emplace_back();
  return made;
}

void DependencyGraph::add_edge(Vertex from, Vertex to) {
  if (edges_ == max_edges) {
    complete_ = false;
    return;
  }
  ++edges_;
  nodes_[from].needs.push_back(to);
}

void DependencyGraph::follow() {
  complete_ = complete_ && !roots_.empty();
  std::vector<Vertex> next = std::move(roots_);
  while (!next.empty()) {
    Node& node = nodes_[next.back()];
    next.pop_back();
    if (std::exchange(node.reached, true)) continue;
    next.insert(next.end(), node.needs.begin(), node.needs.end());
  }
}

bool DependencyGraph::reached(std::string_view key) const {
  if (!complete_) return true;
  const auto found = vertices_.find(key);
  return found != vertices_.end() && nodes_[found->second].reached;
}

}  // namespace doorman::parse::package
