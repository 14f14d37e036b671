// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "kern/call_programs.h"

namespace doorman::kern {
namespace {

/// What does not fit is cut, and then stands for everything that begins so: too much is let through, not too
/// little.
void make_key(PathFilter& path, std::size_t most_bytes) {
  if (path.match == PathFilter::Match::whole) path.text += '\0';
  if (path.text.size() <= most_bytes) return;
  path.text.resize(most_bytes);
  path.match = PathFilter::Match::beginning;
}

}  // namespace

std::vector<PathFilter> trie_of(std::vector<PathFilter> paths, std::size_t most_bytes) {
  std::erase_if(paths, [](const PathFilter& path) { return path.match == PathFilter::Match::ending; });
  for (PathFilter& path : paths) make_key(path, most_bytes);
  std::ranges::sort(paths, {}, &PathFilter::text);
  std::vector<PathFilter> trie;
  std::vector<std::size_t> around;  // of `trie`: those that the next one may begin with, the longest last
  for (PathFilter& path : paths) {
    while (!around.empty() && !path.text.starts_with(trie[around.back()].text)) around.pop_back();
    if (!around.empty()) path.filters |= trie[around.back()].filters;
    if (!trie.empty() && trie.back().text == path.text) {
      trie.back().filters |= path.filters;
      continue;
    }
    around.push_back(trie.size());
    trie.push_back(std::move(path));
  }
  return trie;
}

LeafFilters leaves_of(const std::vector<PathFilter>& paths, std::size_t most_bytes) {
  using Match = PathFilter::Match;
  LeafFilters filters;
  for (const PathFilter& path : paths) {
    std::string_view text = path.text;
    if (path.match == Match::inside && text.ends_with('/')) text.remove_suffix(1);
    const std::size_t slash = text.rfind('/');
    const bool names_both = path.match == Match::whole || path.match == Match::inside;
    if (!names_both || slash == std::string_view::npos || slash + 1 == text.size() ||
        path.text.size() >= most_bytes) {
      filters.any |= path.filters;
      continue;
    }
    auto& names = path.match == Match::whole ? filters.leaves : filters.folders;
    names[std::string(text.substr(slash + 1))] |= path.filters;
  }
  return filters;
}

}  // namespace doorman::kern
