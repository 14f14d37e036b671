// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace doorman::base {

/// A POSIX regular expression over UTF-8 that a whole text must match, in time linear in the text whatever the
/// expression is. Any number of threads may match with one.
class Regex {
 public:
  static constexpr std::size_t max_bytes = 16U << 10U;  ///< of a pattern
  static constexpr std::size_t max_memory = 8U << 20U;  ///< of what it is compiled to

  /// Errors: `limit` for a pattern beyond the limits above, `invalid` with what is wrong with it.
  static Result<Regex> compile(std::string_view pattern);
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// The whole text. Bytes that are no UTF-8 count as U+FFFD.
  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] const std::string& pattern() const;

 private:
  struct Compiled;
  explicit Regex(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace doorman::base
