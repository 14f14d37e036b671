// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/path.h"

namespace doorman::parse::secret {

/// Patterns of paths, compared without case. `*` stands for any text without a slash, `**` for any text, `?` for
/// one byte but a slash. A pattern without a slash is compared with the last component, one with a slash with the
/// whole canonical path.
class PathGlobs {
 public:
  void add(std::string_view pattern);
  [[nodiscard]] bool empty() const { return patterns_.empty(); }
  /// `lower_path`: canonical, in lower case.
  [[nodiscard]] bool match(std::string_view lower_path) const;

 private:
  struct Pattern {
    std::string text;  ///< in lower case
    bool whole_path;
  };
  std::vector<Pattern> patterns_;
};

/// Takes at most as many steps as the pattern is long times the square of the text.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace doorman::parse::secret
