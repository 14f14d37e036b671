// SPDX-License-Identifier: Apache-2.0
#include "parse/secret/glob.h"

#include <algorithm>

#include "base/text.h"

namespace doorman::parse::secret {
namespace {

bool is_wild(char c) { return c == '*' || c == '?'; }

/// Whether one end of the text already says no: it nearly always does.
bool cannot_match(std::string_view pattern, std::string_view text) {
  if (pattern.empty() || text.empty()) return false;
  return (!is_wild(pattern.back()) && pattern.back() != text.back()) ||
         (!is_wild(pattern.front()) && pattern.front() != text.front());
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  // Where to go on when what follows a star does not fit: of `*`, which ends at a slash, and of `**`, which does
  // not.
  struct Retry {
    std::size_t pattern = std::string_view::npos, text = 0;
  } star, stars;
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size() || p < pattern.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      const bool any = pattern.substr(p).starts_with("**");
      p += any ? 2 : 1;
      if (any) {
        stars = {p, t};
        star = {};
      } else {
        star = {p, t};
      }
      continue;
    }
    if (p < pattern.size() && t < text.size() && (pattern[p] == text[t] || (pattern[p] == '?' && text[t] != '/'))) {
      ++p;
      ++t;
      continue;
    }
    if (star.pattern != std::string_view::npos && star.text < text.size() && text[star.text] != '/') {
      p = star.pattern;
      t = ++star.text;
    } else if (stars.pattern != std::string_view::npos && stars.text < text.size()) {
      p = stars.pattern;
      t = ++stars.text;
      star = {};
    } else {
      return false;
    }
  }
  return true;
}

void PathGlobs::add(std::string_view pattern) {
  patterns_.push_back({base::to_lower(pattern), pattern.find('/') != std::string_view::npos});
}

bool PathGlobs::match(std::string_view lower_path) const {
  const std::string_view name = base::basename_of(lower_path);
  return std::ranges::any_of(patterns_, [&](const Pattern& pattern) {
    const std::string_view text = pattern.whole_path ? lower_path : name;
    return !cannot_match(pattern.text, text) && glob_matches(pattern.text, text);
  });
}

}  // namespace doorman::parse::secret
