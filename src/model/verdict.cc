// SPDX-License-Identifier: Apache-2.0
#include "model/verdict.h"

#include <array>

#include "base/text.h"

namespace doorman::model {
namespace {

constexpr std::array priorities = {Priority::emergency, Priority::alert,  Priority::critical,      Priority::error,
                                   Priority::warning,   Priority::notice, Priority::informational, Priority::debug};
constexpr std::array actions = {Action::alert, Action::deny, Action::kill, Action::quarantine};

}  // namespace

std::string_view to_text(Priority priority) {
  switch (priority) {
    case Priority::emergency:
      return "emergency";
    case Priority::alert:
      return "alert";
    case Priority::critical:
      return "critical";
    case Priority::error:
      return "error";
    case Priority::warning:
      return "warning";
    case Priority::notice:
      return "notice";
    case Priority::informational:
      return "informational";
    case Priority::debug:
      return "debug";
  }
  return {};
}

std::optional<Priority> parse_priority(std::string_view text) {
  const std::string word = base::to_lower(text);
  if (word == "info") return Priority::informational;
  if (word == "emerg") return Priority::emergency;
  for (const Priority priority : priorities) {
    if (word == to_text(priority)) return priority;
  }
  return std::nullopt;
}

std::string_view to_text(Action action) {
  switch (action) {
    case Action::alert:
      return "alert";
    case Action::deny:
      return "deny";
    case Action::kill:
      return "kill";
    case Action::quarantine:
      return "quarantine";
  }
  return {};
}

std::optional<Action> parse_action(std::string_view text) {
  for (const Action action : actions) {
    if (text == to_text(action)) return action;
  }
  return std::nullopt;
}

std::string_view to_text(Decision decision) {
  switch (decision) {
    case Decision::allow:
      return "allow";
    case Decision::warn:
      return "warn";
    case Decision::deny:
      return "deny";
  }
  return {};
}

Decision decision_of(Action action) { return action == Action::alert ? Decision::warn : Decision::deny; }

std::string_view to_text(ExceptionUse::State state) {
  switch (state) {
    case ExceptionUse::State::used:
      return "used";
    case ExceptionUse::State::unused:
      return "unused";
    case ExceptionUse::State::expired:
      return "expired";
  }
  return {};
}

}  // namespace doorman::model
