// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/policy/case_facts.h"
#include "base/bytes.h"
#include "base/result.h"
#include "model/verdict.h"

namespace doorman::app {

/// One event or fact that somebody wrote down, and what rules should say of it.
struct Case {
  std::string name;      ///< may be empty where there is one case alone
  std::size_t line = 0;  ///< in its file, from 1
  std::unique_ptr<CaseFacts> facts;
  std::optional<std::vector<std::string>> rules;  ///< that should match, sorted
  std::optional<model::Decision> verdict;
  std::map<std::string, std::string> outputs;  ///< what a rule should say, by its name
};

inline constexpr std::size_t max_cases = 10'000;          ///< in one file
inline constexpr std::size_t max_case_fields = 1'000;     ///< of one case
inline constexpr std::size_t max_field_values = 100'000;  ///< of one field

/// A YAML (or JSON) list of cases, or one case alone. Format: docs/policy-language.md. Errors begin with `line N:`;
/// an unknown key, field, event type or source is one, and so is a value that its field cannot hold.
base::Result<std::vector<Case>> parse_cases(base::Bytes text);

}  // namespace doorman::app
