// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace doorman::base {

/// A path inside a root: relative, `/`-separated, without empty, `.` or `..` components and without NUL.
/// A path that would leave the root cannot be made, so nothing that holds a CanonPath has to check again.
/// The root itself is the empty path.
class CanonPath {
 public:
  static constexpr std::size_t max_bytes = 4096;

  /// `./etc//passwd`, `/etc/passwd` and `etc/passwd` are the same path; `a/../b` is `b`; `..` out of the
  /// root, a NUL and more than max_bytes are errors.
  static Result<CanonPath> parse(std::string_view text);
  CanonPath() = default;

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_root() const { return text_.empty(); }
  [[nodiscard]] std::string_view basename() const;
  [[nodiscard]] std::string_view parent() const;

  /// True for the path itself and for everything below it. Everything is within the root.
  [[nodiscard]] bool is_within(std::string_view folder) const;

  auto operator<=>(const CanonPath&) const = default;

 private:
  std::string text_;
};

/// The last component of a canonical path, and what stands before it ("" at the top).
std::string_view basename_of(std::string_view path);
std::string_view parent_of(std::string_view path);
bool is_within(std::string_view path, std::string_view folder);

/// Where a link found at `link` points to, inside the root: absolute targets start at the root.
Result<CanonPath> resolve_link(std::string_view link, std::string_view target);

/// A 64-bit name for a canonical path, to compare large sets of paths cheaply. Not collision-proof against
/// someone who tries; who writes the image gains nothing from a collision that a deletion would not give.
/// The same path has the same id in every release of the cache format.
using PathId = std::uint64_t;
PathId path_id(std::string_view path);

}  // namespace doorman::base
