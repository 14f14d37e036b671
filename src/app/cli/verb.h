// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "app/cli/option.h"

namespace doorman::app::cli {

enum class VerbId : std::uint8_t {
  scan,
  ls,
  show,
  status,
  report_isolation,
  guard,
  up,
  events,
  ps,
  flows,
  runtime_check,
  runtime_install,
  runtime_remove,
  policy_check,
  policy_parse,
  policy_test,
  policy_explain,
  policy_fields,
  db_build,
  db_info,
  cache_info,
  cache_clear,
  completion,
  help,
  version,
};

/// A word and what it means, under a heading: targets, examples, exit codes.
struct Term {
  std::string_view word;
  std::string_view meaning;
};
struct Section {
  std::string_view heading;
  std::span<const Term> terms;
};

/// A row of the table of verbs.
struct Verb {
  VerbId id;
  std::string_view words;          ///< `scan`, `db build`
  std::string_view operands = {};  ///< as help writes them: `TARGET...`; empty for none
  std::size_t min_operands = 0, max_operands = 0;
  std::span<const std::string_view> operand_choices = {};  ///< what the shell offers; empty for files
  std::string_view summary;                                ///< one line
  std::string_view about = {};                             ///< paragraphs, separated by empty lines
  std::span<const Option* const> options = {};             ///< without the common ones
  std::span<const Section> sections = {};
  bool takes_settings = true;  ///< of configuration files and the environment
};

inline constexpr std::size_t any_number = 0xffffffff;

}  // namespace doorman::app::cli
