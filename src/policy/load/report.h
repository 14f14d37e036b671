// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/diagnostic.h"

namespace doorman::policy {

using Places = std::vector<Place>;

/// The chain, one step longer.
Places within(const Places& outer, Place inner);

/// Codes of diagnostics. The first group has Falco's names.
namespace code {
inline constexpr std::string_view yaml_parse = "LOAD_ERR_YAML_PARSE";
inline constexpr std::string_view yaml_validate = "LOAD_ERR_YAML_VALIDATE";
inline constexpr std::string_view validate = "LOAD_ERR_VALIDATE";
inline constexpr std::string_view compile_condition = "LOAD_ERR_COMPILE_CONDITION";
inline constexpr std::string_view compile_output = "LOAD_ERR_COMPILE_OUTPUT";
inline constexpr std::string_view unknown_source = "LOAD_UNKNOWN_SOURCE";
inline constexpr std::string_view unsafe_na_check = "LOAD_UNSAFE_NA_CHECK";
inline constexpr std::string_view no_event_type = "LOAD_NO_EVTTYPE";
inline constexpr std::string_view unknown_filter = "LOAD_UNKNOWN_FILTER";
inline constexpr std::string_view unused_macro = "LOAD_UNUSED_MACRO";
inline constexpr std::string_view unused_list = "LOAD_UNUSED_LIST";
inline constexpr std::string_view unknown_item = "LOAD_UNKNOWN_ITEM";
inline constexpr std::string_view deprecated_item = "LOAD_DEPRECATED_ITEM";
inline constexpr std::string_view append_no_values = "LOAD_APPEND_NO_VALUES";
inline constexpr std::string_view exception_not_unique = "LOAD_EXCEPTION_NAME_NOT_UNIQUE";
inline constexpr std::string_view invalid_macro_name = "LOAD_INVALID_MACRO_NAME";
inline constexpr std::string_view invalid_list_name = "LOAD_INVALID_LIST_NAME";
inline constexpr std::string_view condition_warning = "LOAD_COMPILE_CONDITION";
inline constexpr std::string_view unknown_key = "LOAD_UNKNOWN_KEY";

inline constexpr std::string_view limit = "LOAD_ERR_LIMIT";               ///< a named limit of ours was reached
inline constexpr std::string_view not_spliced = "LOAD_LIST_NOT_SPLICED";  ///< Falco would paste a list's text here
inline constexpr std::string_view repeated_key = "LOAD_REPEATED_KEY";
}  // namespace code

/// Collects what is wrong. At most so many are kept; the last then says so.
class Report {
 public:
  static constexpr std::size_t max_diagnostics = 1000;

  explicit Report(std::vector<Diagnostic>& found) : found_(found) {}

  void error(std::string_view code, std::string message, Places places, std::string hint = "");
  void warning(std::string_view code, std::string message, Places places, std::string hint = "");

  [[nodiscard]] std::size_t errors() const { return errors_; }
  /// Nothing more is kept: what costs time to say need not be said.
  [[nodiscard]] bool full() const { return found_.size() > max_diagnostics; }

 private:
  void add(Diagnostic diagnostic);

  std::vector<Diagnostic>& found_;
  std::size_t errors_ = 0;
};

}  // namespace doorman::policy
