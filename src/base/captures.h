// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::base {

/// An expression of RE2 that is looked for in bytes and tells where its first group matched. Linear time, whatever
/// the expression and the bytes; no byte sequence is invalid. May be shared between threads.
class Captures {
 public:
  static constexpr std::size_t max_expression_bytes = 4096;
  static constexpr std::size_t max_memory_bytes = 8U << 20U;

  static Result<Captures> compile(std::string_view expression);
  Captures(Captures&&) noexcept;
  Captures& operator=(Captures&&) noexcept;
  ~Captures();

  struct Match {
    std::size_t begin, end;  ///< offsets in the text: of the whole match
    Bytes group;             ///< the first group, or the whole match where there is none or it took no part
  };
  /// The first match that begins and ends within [from, to) of the text; what stands around counts for `\b` and
  /// `^`.
  [[nodiscard]] std::optional<Match> find(Bytes text, std::size_t from, std::size_t to) const;

 private:
  struct Expression;
  explicit Captures(std::unique_ptr<Expression> expression);
  std::unique_ptr<Expression> expression_;
};

}  // namespace doorman::base
