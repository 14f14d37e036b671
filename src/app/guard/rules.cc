// SPDX-License-Identifier: Apache-2.0
#include "app/guard/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "app/packs.h"
#include "app/policy/compile.h"
#include "base/log.h"
#include "model/image_word.h"
#include "policy/lower/lower.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view no_rules = "none", default_rules = "runtime";

template <typename Mode>
Mode strictest_of(Mode mode, const policy::Engine* rules, std::optional<Mode> model::ImageWord::* said) {
  if (rules == nullptr) return mode;
  for (const model::ImageWord& word : rules->rules().images) mode = std::max(mode, (word.*said).value_or(mode));
  return mode;
}

}  // namespace

Result<EventRules> open_event_rules(const std::vector<std::string>& rules) {
  if (rules.size() == 1 && rules.front() == no_rules) return EventRules{};
  DOORMAN_TRY(auto packs, open_packs(rules.empty() ? std::vector{std::string(default_rules)} : rules, "--rules"));
  const CompiledPolicy compiled = compile_policy(std::move(packs.rules));
  if (!compiled.ok()) {
    const std::string told = diagnostics_text(compiled);
    (void)std::fwrite(told.data(), 1, told.size(), stderr);
    return Error(ErrorCode::usage, "--rules: " + counted(compiled.errors, "error"));
  }
  if (compiled.warnings != 0) {
    base::log(base::LogLevel::warning,
              fmt::format("--rules: {}; `doorman policy check` tells more", counted(compiled.warnings, "warning")));
  }
  return EventRules{compiled.engine, policy::lower(compiled.engine->rules())};
}

model::DriftMode strictest(model::DriftMode mode, const policy::Engine* rules) {
  return strictest_of(mode, rules, &model::ImageWord::drift);
}

model::FlowMode strictest(model::FlowMode mode, const policy::Engine* rules) {
  return strictest_of(mode, rules, &model::ImageWord::flows);
}

}  // namespace doorman::app
