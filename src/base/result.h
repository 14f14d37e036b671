// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace doorman::base {

/// Why something failed, as far as a caller may want to act on it.
enum class ErrorCode : std::uint8_t {
  invalid,      ///< the bytes break their format's rules
  truncated,    ///< the bytes end too early
  limit,        ///< a named limit was reached; the message names it
  mismatch,     ///< the content is not what its digest says
  unsupported,  ///< well-formed, but not something we read
  not_found,
  io,       ///< the operating system said no
  network,  ///< the other side did not answer as agreed
  denied,   ///< authentication or permission
  usage,    ///< the user's own command, file or environment is wrong
};

/// An error and the chain of places where it happened, outermost first:
/// `scan app.tar: layer 3: var/lib/dpkg/status:118: no Version`.
class Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  [[nodiscard]] ErrorCode code() const { return code_; }
  [[nodiscard]] const std::string& message() const { return message_; }

  /// The same error seen from one step further out.
  [[nodiscard]] Error in(std::string_view place) const {
    std::string longer;
    longer.reserve(place.size() + 2 + message_.size());
    longer.append(place).append(": ").append(message_);
    return {code_, std::move(longer)};
  }

 private:
  ErrorCode code_;
  std::string message_;
};

/// A value, or the error that stands in its place. Must be looked at: the compiler warns otherwise.
/// `value()` of a failed result is a bug, not a condition to handle.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : value_(std::move(value)) {}      // NOLINT(*-explicit-*)
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & { return *value_; }
  [[nodiscard]] const T& value() const& { return *value_; }
  [[nodiscard]] T&& value() && { return *std::move(value_); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const Error& error() const { return *error_; }

  [[nodiscard]] T value_or(T fallback) && { return ok() ? *std::move(value_) : std::move(fallback); }

  /// Adds the place to the error, if there is one.
  [[nodiscard]] Result in(std::string_view place) && { return ok() ? std::move(*this) : Result(error().in(place)); }

  /// Goes on with `next(value)`, which returns a Result, unless this failed.
  template <typename F>
  [[nodiscard]] auto and_then(F&& next) && -> std::invoke_result_t<F, T&&> {
    if (!ok()) return error();
    return std::forward<F>(next)(*std::move(value_));
  }

 private:
  std::optional<T> value_;
  std::optional<Error> error_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(*-explicit-*)

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const { return error_.value(); }

  [[nodiscard]] Result in(std::string_view place) && { return ok() ? std::move(*this) : Result(error().in(place)); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace doorman::base

// The macros declare what they are given, which no parentheses may enclose.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define DOORMAN_CONCAT_(a, b) a##b
#define DOORMAN_CONCAT(a, b) DOORMAN_CONCAT_(a, b)

/// `DOORMAN_TRY(auto x, expression)`: declares x from a Result, or returns its error from here.
#define DOORMAN_TRY(declaration, expression) \
  DOORMAN_TRY_(DOORMAN_CONCAT(result_, __LINE__), declaration, expression)
#define DOORMAN_TRY_(name, declaration, expression) \
  auto name = (expression);                         \
  if (!name.ok()) return name.error();              \
  declaration = std::move(name).value()

/// `DOORMAN_CHECK(expression)`: returns the error of a Status (or of a Result whose value is not needed).
#define DOORMAN_CHECK(expression)                                              \
  do {                                                                         \
    if (auto outcome_ = (expression); !outcome_.ok()) return outcome_.error(); \
  } while (false)
// NOLINTEND(bugprone-macro-parentheses)
