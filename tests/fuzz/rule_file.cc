// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "fuzz/fuzz.h"
#include "policy/load/load.h"

namespace doorman::fuzz {

namespace {

/// No name of a macro is left, and every place is in one of the files.
void check_condition(const policy::Condition& condition, const policy::RuleSet& rules) {
  if (condition.kind == policy::Condition::Kind::name) std::abort();
  if (condition.at.file >= rules.texts.size()) std::abort();
  if (condition.at.offset > rules.texts[condition.at.file].text.size() + 1) std::abort();
  for (const std::uint32_t macro : condition.through) {
    if (macro >= rules.macros.size()) std::abort();
  }
  for (const policy::Condition& part : condition.parts) check_condition(part, rules);
}

}  // namespace

/// A byte 0 parts one file from the next.
void rule_file(base::Bytes input) {
  std::vector<policy::SourceText> texts;
  for (std::size_t i = 0; i < 4 && !input.empty(); ++i) {
    const std::size_t end = std::min(input.find('\0'), input.size());
    texts.push_back({"rules.yaml", std::string(input.substr(0, end))});
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  const policy::Loaded loaded = policy::load_rules(std::move(texts));
  for (const policy::Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.places.empty()) std::abort();
    for (const char c : policy::to_text(diagnostic, loaded.rules.texts)) {
      if (c != '\n' && static_cast<unsigned char>(c) < 0x20) std::abort();
    }
  }
  for (const policy::Rule& rule : loaded.rules.rules) check_condition(rule.condition, loaded.rules);
}

}  // namespace doorman::fuzz
