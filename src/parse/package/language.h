// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/layer_facts.h"
#include "parse/package/parser.h"

// What the parsers of language packages share.

namespace doorman::parse::package {

/// The longest name, version or licence that is kept.
inline constexpr std::size_t max_text_bytes = 512;
inline constexpr std::size_t max_licenses = 16;

/// Fit to name a package: not empty, at most max_text_bytes of UTF-8, no blank and no control character.
bool is_token(std::string_view text);

/// Adds the package, or a note where its name or version is no token. Licences that are empty, too long (some
/// packages put the whole text there) or more than max_licenses are left out.
void add_installed(const File& file, model::FileFacts& facts, model::Package package);

/// Whether `folder` (one component or several) stands in the path, above its last component.
bool has_folder(std::string_view path, std::string_view folder);

/// Whether a lock file lies inside somebody's installed package. It then tells what that package was developed
/// with, not what this image needs.
bool is_inside_package(std::string_view path);

/// Gathers what a lock file names: each name and version once, however many places want it.
class DeclaredPackages {
 public:
  static constexpr std::size_t max_packages = 100'000;

  explicit DeclaredPackages(model::PackageType type) : type_(type) {}

  /// An entry without a version (a path, a branch) is counted for the note. A package is for development only
  /// when every entry of it is.
  void add(std::string_view name, std::string_view version, bool development = false);

  /// Hands the packages over, sorted by name and version, and notes what was left out.
  void finish(const File& file, model::FileFacts& facts) &&;

 private:
  model::PackageType type_;
  std::map<std::pair<std::string, std::string>, bool> development_;
  std::size_t unnamed_ = 0;
  std::size_t beyond_limit_ = 0;
};

/// Who needs whom in a lock file that does not mark its development packages. A vertex stands for a key of the
/// file.
class DependencyGraph {
 public:
  static constexpr std::size_t max_edges = 1'000'000;
  using Vertex = std::uint32_t;

  /// The vertex of that key, made when it is new.
  Vertex vertex(std::string_view key);
  void add_root(Vertex root) { roots_.push_back(root); }
  void add_edge(Vertex from, Vertex to);

  /// Follows the edges from all roots, once; afterwards `reached` answers.
  void follow();
  /// True for everything when there was no root, or more than max_edges: what is not known to be for development
  /// only is needed.
  [[nodiscard]] bool reached(std::string_view key) const;

 private:
  struct Node {
    std::vector<Vertex> needs;
    bool reached = false;
  };
  // Ordered: keys that were chosen to collide cost nothing here.
  std::map<std::string, Vertex, std::less<>> vertices_;
  std::vector<Node> nodes_;
  std::vector<Vertex> roots_;
  std::size_t edges_ = 0;
  bool complete_ = true;
};

}  // namespace doorman::parse::package
