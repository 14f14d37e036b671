// SPDX-License-Identifier: Apache-2.0
#include "sink/table_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "sink/verdict_text.h"

namespace doorman::sink {
namespace {

using model::ExceptionUse;
using model::MatchedRule;
using model::RuleMatch;

constexpr std::size_t label_column = 2, text_column = 13;
constexpr std::size_t most_matches = 3;  ///< of one rule, unless wide

Style style_of(model::Decision decision) {
  switch (decision) {
    case model::Decision::allow:
      return Style::good;
    case model::Decision::warn:
      return Style::warning;
    case model::Decision::deny:
      return Style::critical;
  }
  return Style::plain;
}

Style style_of(const MatchedRule& rule) {
  if (model::decision_of(rule.action) == model::Decision::deny) return Style::critical;
  return rule.priority <= model::Priority::warning ? Style::warning : Style::quiet;
}

/// What it asks for, or where that is to tell only, how much it matters.
std::string_view label_of(const MatchedRule& rule) {
  if (rule.action != model::Action::alert) return model::to_text(rule.action);
  return rule.priority == model::Priority::informational ? "info" : model::to_text(rule.priority);
}

class VerdictSection {
 public:
  VerdictSection(TablePage& page, const model::Verdict& verdict)
      : page_(page), verdict_(verdict), told_(verdict.rules.size()) {
    for (const RuleMatch& match : verdict.matches) {
      if (match.rule < told_.size() && !match.exception) told_[match.rule].push_back(&match);
    }
  }

  void write() {
    headline();
    for (std::size_t i = 0; i < verdict_.rules.size(); ++i) {
      if (verdict_.rules[i].matches != 0) rule(verdict_.rules[i], told_[i]);
    }
    for (const auto state :
         {ExceptionUse::State::used, ExceptionUse::State::expired, ExceptionUse::State::unused}) {
      exceptions(state);
    }
  }

 private:
  void headline() {
    std::uint64_t denying = 0, warning = 0, excepted = 0;
    for (const MatchedRule& rule : verdict_.rules) {
      excepted += rule.excepted;
      if (rule.matches == 0) continue;
      ++(model::decision_of(rule.action) == model::Decision::deny ? denying : warning);
    }
    std::string text;
    if (denying != 0) text += fmt::format(" by {}", plural(denying, "rule"));
    if (warning != 0) text += fmt::format("{} {}", denying != 0 ? "," : " by", plural(warning, "warning"));
    if (denying + warning == 0) {
      text += fmt::format(": nothing {}found by {}", excepted != 0 ? "else " : "", plural(verdict_.asked, "rule"));
    }
    if (excepted != 0) text += fmt::format("; {} excepted", grouped(excepted));
    page_.end_line();
    page_.put("Verdict", Style::strong);
    page_.pad_to(0, 2);
    page_.put(decision_word(), style_of(verdict_.decision));
    page_.flow(text, label_column);
    page_.end_line();
  }

  [[nodiscard]] std::string_view decision_word() const {
    switch (verdict_.decision) {
      case model::Decision::allow:
        return "ALLOW";
      case model::Decision::warn:
        return "WARN";
      case model::Decision::deny:
        return "DENY";
    }
    return {};
  }

  void rule(const MatchedRule& rule, const std::vector<const RuleMatch*>& told) {
    page_.pad_to(label_column);
    page_.put(label_of(rule), style_of(rule));
    page_.pad_to(text_column, 1);
    page_.flow(page_.clean(rule.name), text_column, Style::strong);
    page_.end_line();
    const std::size_t shown = page_.options().wide ? told.size() : std::min(told.size(), most_matches);
    for (std::size_t i = 0; i < shown; ++i) text_line(told_message(rule, *told[i]));
    if (rule.matches > shown) text_line(fmt::format("+{} more", grouped(rule.matches - shown)), Style::quiet);
    if (!rule.remediation.empty()) text_line(fmt::format("{} {}", page_.arrow(), rule.remediation), Style::quiet);
  }

  void text_line(std::string_view text, Style style = Style::plain) {
    page_.pad_to(text_column);
    page_.flow(page_.clean(base::trim(text)), text_column, style);
    page_.end_line();
  }

  void exceptions(ExceptionUse::State state) {
    const bool any =
        std::ranges::any_of(verdict_.exceptions, [&](const ExceptionUse& use) { return use.state == state; });
    if (!any) return;
    page_.title(fmt::format("Exceptions {}", model::to_text(state)));
    for (const ExceptionUse& use : verdict_.exceptions) {
      if (use.state == state) exception(use);
    }
  }

  void exception(const ExceptionUse& use) {
    page_.pad_to(label_column);
    page_.flow(page_.clean(use.name), 2 * label_column, Style::strong);
    std::string text = fmt::format("{}; {}", use.rule, use.subject);
    if (use.last_day) {
      text += fmt::format("; {} {}", use.state == ExceptionUse::State::expired ? "ended after" : "until",
                          base::format_date(*use.last_day));
    }
    if (use.matches != 0)
      text += fmt::format("; {}", use.matches == 1 ? "1 match" : grouped(use.matches) + " matches");
    page_.end_line();
    page_.pad_to(2 * label_column);
    page_.flow(page_.clean(text), 2 * label_column, Style::quiet);
    page_.end_line();
    page_.pad_to(2 * label_column);
    page_.flow(page_.clean(use.reason), 2 * label_column);
    page_.end_line();
  }

  TablePage& page_;
  const model::Verdict& verdict_;
  std::vector<std::vector<const RuleMatch*>> told_;  ///< by rule, without what is excepted
};

}  // namespace

void write_verdict(TablePage& page, const model::Verdict& verdict) { VerdictSection(page, verdict).write(); }

}  // namespace doorman::sink
