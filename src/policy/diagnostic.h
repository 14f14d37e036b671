// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy/syntax/condition.h"

namespace doorman::policy {

/// One rule file, in memory. The name is what messages say.
struct SourceText {
  std::string name, text;
};

/// One step on the way to a mistake, outermost first: the file's rule, its exception, the macro that it uses.
struct Place {
  std::string kind;        ///< `rule`, `macro`, `list`, `exception`, `condition expression`, `output` …
  std::string name;        ///< of the item; may be empty
  std::uint32_t file = 0;  ///< index into the texts that were loaded
  Position at;             ///< in that file
};

/// What is wrong with a rule file, or what its author should know.
struct Diagnostic {
  enum class Level : std::uint8_t { error, warning };
  /// Machine-readable, Falco's own names where it has one: `LOAD_ERR_VALIDATE`, `LOAD_DEPRECATED_ITEM` …
  std::string code;
  Level level = Level::error;
  std::string message;
  std::vector<Place> places;  ///< never empty; the last is the most precise
  std::string hint;           ///< `did you mean proc.name?`; may be empty
};

/// For a person: `rules.yaml:12:14: error: message`, the chain of places that led there, the line with a caret
/// below, the hint. Ends with a line feed. Control characters of the file are made printable.
std::string to_text(const Diagnostic& diagnostic, const std::vector<SourceText>& texts);

/// The nearest of the known names, as `did you mean NAME?`, or nothing when none is near.
std::string hint_for(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace doorman::policy
