// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/check/operand.h"

namespace doorman::policy {

/// What a rule says when it matches: text with fields in it, `%user.name ran %toupper(proc.name) %20proc.cmdline`.
/// The form is Falco's (falcosecurity/libs userspace/libsinsp/eventformatter.cpp): a number is a width in
/// characters, a `*` in front is taken off.
class OutputFormat {
 public:
  static constexpr std::size_t max_bytes = 64U << 10U;
  static constexpr std::size_t max_width = 1000;
  static constexpr std::size_t max_value_bytes = 4096;  ///< of what is shown of one value; a longer one ends in `…`

  /// Checked: every field exists and may be asked for that source. The error's place is in the format.
  static std::variant<OutputFormat, CheckError> parse(std::string_view format, model::EventSource source);

  /// For these facts. Printable: control characters of values are written as \xNN. What has no value is `<NA>`.
  [[nodiscard]] std::string render(const model::Facts& facts, base::Arena& scratch) const;

  /// A field as it was written after the `%`, with its value as text: what a machine may want beside the message.
  struct Named {
    std::string name, value;
  };
  [[nodiscard]] std::vector<Named> values(const model::Facts& facts, base::Arena& scratch) const;

  /// The fields that it reads; one that is named twice is there twice.
  [[nodiscard]] std::vector<model::FieldId> fields() const;

 private:
  struct Piece {
    std::string text;  ///< as it stands, or the field's name
    bool is_value = false;
    Operand value;
    std::size_t width = 0;  ///< 0: as long as it is
  };

  std::vector<Piece> pieces_;
};

/// A value for people, printable: `true`, `-1`, `10.0.0.1`, `(a,b)`, `<NA>`.
std::string shown(const model::Value& value);

}  // namespace doorman::policy
