// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "app/packs.h"
#include "app/policy/case_file.h"
#include "app/policy/compile.h"
#include "app/policy/tell.h"
#include "app/policy/verbs.h"
#include "base/fd.h"
#include "base/nearest.h"
#include "base/text.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using policy::Explanation;
using policy::Rule;

/// Those of that name, or all where no name is given. An error when there are none.
template <typename T>
Result<std::vector<const T*>> named(const std::vector<T>& all, const std::optional<std::string>& name,
                                    std::string_view what) {
  std::vector<const T*> found;
  std::vector<std::string_view> known;
  for (const T& each : all) {
    known.push_back(each.name);
    if (!name || each.name == *name) found.push_back(&each);
  }
  if (!name || !found.empty()) return found;
  return Error(ErrorCode::not_found, fmt::format("there is no {} `{}`{}", what, base::printable(*name),
                                                 base::did_you_mean(*name, known)));
}

std::string_view words_of(policy::Condition::Kind kind) {
  switch (kind) {
    case policy::Condition::Kind::all:
      return "all of";
    case policy::Condition::Kind::any:
      return "any of";
    case policy::Condition::Kind::no:
      return "not";
    case policy::Condition::Kind::check:
    case policy::Condition::Kind::name:
      return "";
  }
  return {};
}

/// One line a part, `>` before those that decided, and what their fields held.
void append(std::string& text, const Explanation& part, std::size_t depth, std::string_view outer_macro) {
  const auto out = std::back_inserter(text);
  const std::string_view words = words_of(part.kind);
  fmt::format_to(out, "{} {:<3}  {:{}}{}", part.decided ? '>' : ' ', part.truth ? "yes" : "no", "", 2 * depth,
                 words.empty() ? base::printable(part.text) : std::string(words));
  if (!part.macro.empty() && part.macro != outer_macro)
    fmt::format_to(out, "  (macro {})", base::printable(part.macro));
  text += '\n';
  for (const Explanation::Seen& seen : part.seen) {
    fmt::format_to(out, "       {:{}}{} is {}\n", "", 2 * depth + 4, base::printable(seen.field), seen.value);
  }
  for (const Explanation& inner : part.parts) append(text, inner, depth + 1, part.macro);
}

bool is_asked(const policy::Engine& engine, const Rule& rule) {
  return engine.is_asked(static_cast<std::uint32_t>(&rule - engine.rules().rules.data()));
}

std::string explained(const Rule& rule, const policy::Engine& engine, const model::Facts& facts) {
  const std::string name = base::printable(rule.name);
  if (!rule.enabled) return fmt::format("{}: not asked: it is disabled\n", name);
  if (!is_asked(engine, rule)) return fmt::format("{}: not asked: it wants a field that is unknown\n", name);
  if (rule.source != facts.source()) {
    return fmt::format("{}: not asked: it is for {}, the case is of {}\n", name, to_text(rule.source),
                       to_text(facts.source()));
  }
  const Explanation answer = policy::explain(rule, engine.rules(), facts);
  std::string text = fmt::format("{}: {}\n", name, answer.truth ? "matches" : "does not match");
  append(text, answer, 0, "");
  return text;
}

Result<std::string> explain_all(const cli::ParsedCommand& command) {
  DOORMAN_TRY(Pack pack, open_pack(command.operands()[0]));
  const CompiledPolicy compiled = compile_policy(std::move(pack.rules));
  if (!compiled.ok()) {
    return Error(ErrorCode::invalid, fmt::format("{}: {} in its rules; `doorman policy check` tells them",
                                                 pack.name, counted(compiled.errors, "error")));
  }
  const std::string& file = command.operands()[1];
  DOORMAN_TRY(const std::string text, base::read_file(file, max_rule_file_bytes));
  DOORMAN_TRY(const std::vector<Case> all_cases, parse_cases(text).in(file));
  const policy::Engine& engine = *compiled.engine;
  const auto rule_name = command.get(cli::options::rule);
  DOORMAN_TRY(const auto rules, named(engine.rules().rules, rule_name, "rule"));
  DOORMAN_TRY(const auto cases, named(all_cases, command.get(cli::options::case_name), "case"));
  std::string answer;
  for (const Case* each : cases) {
    if (!answer.empty()) answer += '\n';
    fmt::format_to(std::back_inserter(answer), "# {}:{}: {}\n", base::printable(file), each->line,
                   each->name.empty() ? "the case" : base::printable(each->name));
    for (const Rule* rule : rules) {
      if (rule_name || (is_asked(engine, *rule) && rule->source == each->facts->source())) {
        answer += explained(*rule, engine, *each->facts);
      }
    }
  }
  return answer;
}

}  // namespace

int policy_explain(const cli::ParsedCommand& command) {
  const auto answer = explain_all(command);
  return answer.ok() ? tell(*answer) : tell_failure(answer.error());
}

}  // namespace doorman::app
