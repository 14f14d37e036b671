// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <variant>

#include "app/packs.h"
#include "app/policy/case_file.h"
#include "app/policy/compile.h"
#include "app/policy/tell.h"
#include "app/policy/verbs.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/text.h"
#include "policy/output.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using policy::Rule;

std::string listed(const std::vector<std::string>& names) {
  return names.empty() ? "none" : base::printable(base::join(names, ", "));
}

/// The worst that the rules ask for.
model::Decision decision_of(const std::vector<const Rule*>& matches) {
  auto worst = model::Decision::allow;
  for (const Rule* rule : matches) {
    if (rule->finds()) worst = std::max(worst, model::decision_of(rule->action));
  }
  return worst;
}

/// What the rule says of the facts. Whether its output can be read was checked when it was compiled.
std::string output_of(const Rule& rule, const model::Facts& facts) {
  const auto format = policy::OutputFormat::parse(rule.output, rule.source);
  if (const auto* wrong = std::get_if<policy::CheckError>(&format)) return wrong->message;
  base::Arena scratch;
  return std::get<policy::OutputFormat>(format).render(facts, scratch);
}

/// One pack, its cases, and what became of them.
class PackTest {
 public:
  explicit PackTest(Pack pack) : pack_(std::move(pack)) {}

  /// Reads everything before anything is asked.
  Status prepare() {
    if (pack_.cases.empty()) {
      return Error(ErrorCode::not_found, pack_.name + ": no cases: a pack has them in its folder tests, as *.yaml");
    }
    compiled_ = compile_policy(std::move(pack_.rules));
    if (!compiled_.ok()) {
      base::log(base::LogLevel::error, fmt::format("{}: `doorman policy check` tells more", pack_.name));
      return Error(ErrorCode::invalid,
                   fmt::format("{}: {} in its rules", pack_.name, counted(compiled_.errors, "error")));
    }
    for (const policy::SourceText& file : pack_.cases) {
      DOORMAN_TRY(auto cases, std::move(parse_cases(file.text)).in(file.name));
      for (Case& each : cases) {
        if (!each.rules) {
          return Error(ErrorCode::invalid,
                       fmt::format("{}: line {}: the case does not say which `rules` match", file.name, each.line));
        }
        cases_.push_back({&file, std::move(each)});
      }
    }
    return {};
  }

  /// The text to tell: failed cases, rules that no case tries, and how many passed.
  std::string run() {
    policy::Evaluator evaluator(compiled_.engine);
    for (const Placed& each : cases_) check(each, evaluator);
    warn_of_untried();
    fmt::format_to(std::back_inserter(text_), "{}: {} of {}: {} passed, {} failed\n", pack_.name,
                   counted(cases_.size(), "case"), counted(compiled_.rules, "rule"), cases_.size() - failed_,
                   failed_);
    return std::move(text_);
  }

  [[nodiscard]] bool passed() const { return failed_ == 0; }

 private:
  struct Placed {
    const policy::SourceText* file;
    Case what;
  };

  [[nodiscard]] const std::vector<Rule>& rules() const { return compiled_.engine->rules().rules; }

  void check(const Placed& placed, policy::Evaluator& evaluator) {
    const Case& what = placed.what;
    std::vector<const Rule*> matches;
    for (const std::uint32_t index : evaluator.match(*what.facts)) matches.push_back(&rules()[index]);
    note_tried(what, matches);
    const std::string differences = compare(what, matches);
    if (differences.empty()) return;
    ++failed_;
    fmt::format_to(std::back_inserter(text_), "{}:{}: FAILED: {}\n{}", placed.file->name, what.line,
                   base::printable(what.name), differences);
  }

  [[nodiscard]] std::string compare(const Case& what, const std::vector<const Rule*>& matches) const {
    std::string text;
    const auto differ = [&](std::string_view of, std::string_view wanted, std::string_view got) {
      if (wanted == got) return;
      fmt::format_to(std::back_inserter(text), "  {}\n    wanted  {}\n    got     {}\n", of, wanted, got);
    };
    std::vector<std::string> names;
    names.reserve(matches.size());
    for (const Rule* rule : matches) names.push_back(rule->name);
    std::ranges::sort(names);
    differ("rules that match", listed(*what.rules), listed(names));
    for (const std::string& wanted : *what.rules) text += unknown_rule(wanted);
    if (what.verdict) differ("verdict", to_text(*what.verdict), to_text(decision_of(matches)));
    for (const auto& [name, wanted] : what.outputs) {
      const auto rule = std::ranges::find(matches, name, &Rule::name);
      const std::string got = rule == matches.end() ? "nothing" : output_of(**rule, *what.facts);
      differ(fmt::format("output of {}", base::printable(name)), base::printable(wanted), base::printable(got));
    }
    return text;
  }

  [[nodiscard]] std::string unknown_rule(std::string_view name) const {
    std::vector<std::string_view> known;
    for (const Rule& rule : rules()) known.push_back(rule.name);
    if (std::ranges::find(known, name) != known.end()) return {};
    return fmt::format("  there is no rule `{}`{}\n", base::printable(name), base::did_you_mean(name, known));
  }

  void note_tried(const Case& what, const std::vector<const Rule*>& matches) {
    for (const Rule& rule : rules()) {
      if (rule.source != what.facts->source()) continue;
      const bool matched = std::ranges::find(matches, &rule) != matches.end();
      (matched ? matched_ : unmatched_).insert(rule.name);
    }
  }

  /// A rule is tried when one case has it match, and another has it not match.
  void warn_of_untried() {
    for (std::uint32_t index = 0; index < rules().size(); ++index) {
      if (!compiled_.engine->is_asked(index)) continue;
      const Rule& rule = rules()[index];
      const auto warn = [&](std::string_view missing) {
        fmt::format_to(std::back_inserter(text_), "{}: warning: no case {} `{}`\n", pack_.name, missing,
                       base::printable(rule.name));
      };
      if (!matched_.contains(rule.name)) warn("is matched by");
      if (!unmatched_.contains(rule.name)) warn("is passed over by");
    }
  }

  Pack pack_;
  CompiledPolicy compiled_;
  std::vector<Placed> cases_;
  std::set<std::string_view> matched_, unmatched_;  ///< names of rules, by what some case saw them do
  std::size_t failed_ = 0;
  std::string text_;
};

}  // namespace

int policy_test(const cli::ParsedCommand& command) {
  int code = 0;
  for (const std::string& operand : command.operands()) {
    auto pack = open_pack(operand);
    if (!pack.ok()) return tell_failure(pack.error());
    PackTest test(std::move(*pack));
    if (const auto prepared = test.prepare(); !prepared.ok()) return tell_failure(prepared.error());
    if (const int written = tell(test.run()); written != 0) return written;
    if (!test.passed()) code = 1;
  }
  return code;
}

}  // namespace doorman::app
