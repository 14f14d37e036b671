// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/field.h"
#include "model/subject.h"

namespace doorman::model {

/// How much a rule matters, most first. Falco's names.
enum class Priority : std::uint8_t { emergency, alert, critical, error, warning, notice, informational, debug };
std::string_view to_text(Priority priority);
std::optional<Priority> parse_priority(std::string_view text);  ///< in any case; `info` and `emerg` too

/// What a match asks for.
enum class Action : std::uint8_t {
  alert,  ///< tell
  deny,   ///< refuse: the image, the admission, the call, the connection
  kill,
  quarantine,
};
std::string_view to_text(Action action);
std::optional<Action> parse_action(std::string_view text);

/// What becomes of what cannot be decided, as what it needs could not be read.
enum class OnError : std::uint8_t { deny, allow };

/// What a door answers. In rising order.
enum class Decision : std::uint8_t { allow, warn, deny };
std::string_view to_text(Decision decision);
/// What one match of a rule with that action makes of it: alert warns, everything stronger denies.
Decision decision_of(Action action);

/// A rule that matched at least once.
struct MatchedRule {
  std::string name;
  EventSource source = EventSource::image;
  Priority priority = Priority::warning;
  Action action = Action::alert;
  std::string description, remediation, reference;
  std::vector<std::string> tags;
  std::uint64_t matches = 0;   ///< those that count
  std::uint64_t excepted = 0;  ///< those that an exception took away
  std::uint64_t hidden = 0;    ///< of both: counted, but not among Verdict::matches
};

/// One match of a rule: for whom, for what, and what it says.
struct RuleMatch {
  static constexpr std::uint32_t none = 0xffffffff;

  RuleMatch(Subject whom, std::uint32_t which) : subject(whom), rule(which) {}
  Subject subject;
  std::uint32_t rule;      ///< index into Verdict::rules
  std::string what;        ///< that the rule was asked for: a purl, a path, an advisory's id; empty for the subject
  std::string message;     ///< the rule's output, filled in; printable
  std::string path;        ///< of the file that it is about; may be empty
  std::uint32_t line = 0;  ///< in that file, from 1; 0 where none is known
  std::uint32_t layer = none;              ///< index into Inventory::layers
  std::uint32_t package = none;            ///< index into Inventory::packages
  std::optional<std::uint32_t> exception;  ///< index into Verdict::exceptions: told, but does not count
};

/// An exception of the user's file and what became of it.
struct ExceptionUse {
  enum class State : std::uint8_t { used, unused, expired };
  std::string name, rule, reason;
  std::string subject;                 ///< as text: `package=openssl image=shop*`
  std::optional<base::Date> last_day;  ///< on which it counts; nothing: it never ends
  State state = State::unused;
  std::uint64_t matches = 0;  ///< that it covers; of an expired one, that it would cover
};
std::string_view to_text(ExceptionUse::State state);

/// The answer of a door about one subject.
struct Verdict {
  Decision decision = Decision::allow;
  std::vector<MatchedRule> rules;  ///< denying first, then by priority and name
  std::vector<RuleMatch> matches;  ///< in the order of their rules, then those that count, then by what and message
  std::vector<ExceptionUse> exceptions;  ///< in the order of the files
  std::vector<std::string> packs;        ///< that judged: `image (built in)`, `team.yaml`
  std::uint64_t asked = 0;               ///< rules
};

}  // namespace doorman::model
