// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/result.h"

namespace doorman::app::cli {

/// Under which heading of the help an option stands. Shown in this order.
enum class Group : std::uint8_t { findings, output, input, registry, running, general };
std::string_view heading(Group group);

/// What the shell offers as a value, where the choices are not listed.
enum class Completes : std::uint8_t { nothing, files, folders };

/// One row of the table: everything that parsing, help, manual page, completions, environment and
/// configuration file need to know of an option. `name` rules them all: `fail-on` is the flag `--fail-on`, the
/// variable `DOORMAN_FAIL_ON` and the key `fail-on`.
struct Option {
  std::string_view name;
  char letter = '\0';           ///< `-f`; NUL for none
  std::string_view value = {};  ///< what help calls its value: `SEVERITY`; empty for a flag, which takes none
  std::string_view help = {};   ///< one sentence or two, without a full stop at the end
  Group group = Group::general;
  std::string_view fallback = {};  ///< the value when none is given; empty for none
  std::span<const std::string_view> choices = {};
  Completes completes = Completes::nothing;
  bool repeatable = false;
  bool flag_only = false;                                   ///< neither environment nor file may set it
  base::Status (*check)(std::string_view value) = nullptr;  ///< whether a value can be read

  [[nodiscard]] constexpr bool is_flag() const { return value.empty(); }
};

// An option that knows what it gives. ParsedCommand::get takes one of these four, so that a verb reads typed
// values and a mistaken type does not compile.

struct Flag : Option {};  ///< bool

template <typename T>
struct Optional : Option {  ///< std::optional<T>
  base::Result<T> (*parse)(std::string_view value);
};

template <typename T>
struct Defaulted : Option {  ///< T; `fallback` is the value when none is given
  base::Result<T> (*parse)(std::string_view value);
};

template <typename T>
struct Repeated : Option {  ///< std::vector<T>
  base::Result<T> (*parse)(std::string_view value);
};

template <auto parse>
base::Status check_with(std::string_view value) {
  auto parsed = parse(value);
  if (!parsed.ok()) return parsed.error();
  return {};
}

template <auto parse>
using ParsedBy = typename std::invoke_result_t<decltype(parse), std::string_view>::value_type;

constexpr Flag flag(Option row) { return {row}; }

template <auto parse>
constexpr Optional<ParsedBy<parse>> optional(Option row) {
  row.check = &check_with<parse>;
  return {row, parse};
}

template <auto parse>
constexpr Defaulted<ParsedBy<parse>> defaulted(Option row) {
  row.check = &check_with<parse>;
  return {row, parse};
}

template <auto parse>
constexpr Repeated<ParsedBy<parse>> repeated(Option row) {
  row.check = &check_with<parse>;
  row.repeatable = true;
  return {row, parse};
}

}  // namespace doorman::app::cli
