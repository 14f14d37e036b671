// SPDX-License-Identifier: Apache-2.0
#include "policy/load/load.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "policy/load/collected.h"
#include "policy/load/places.h"

namespace doorman::policy {
namespace {

Loaded load(std::string text) { return load_rules({{"rules.yaml", std::move(text)}}); }

std::string rule(std::string_view condition, std::string_view more = "") {
  return fmt::format("- rule: r\n  desc: d\n  condition: {}\n  output: o\n  priority: INFO\n{}", condition, more);
}

/// `CODE LINE:COLUMN message` of each, the place being the most precise.
std::vector<std::string> told(const Loaded& loaded) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    const Position& at = diagnostic.places.back().at;
    lines.push_back(fmt::format("{} {}:{} {}", diagnostic.code, at.line, at.column, diagnostic.message));
  }
  return lines;
}

std::string first(const Loaded& loaded) { return loaded.diagnostics.empty() ? "" : told(loaded).front(); }

std::string condition_of(const Loaded& loaded) {
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.level == Diagnostic::Level::error) return to_text(diagnostic, loaded.rules.texts);
  }
  return loaded.rules.rules.empty() ? "no rule" : to_text(loaded.rules.rules.front().condition);
}

using Lines = std::vector<std::string>;

TEST(LoadRules, ReadsEverythingThatARuleSays) {
  const Loaded loaded = load(R"(
- required_engine_version: 0.50.0
- rule: Odd shell
  desc: A shell
  condition: evt.type = execve
  output: "%proc.name"
  priority: critical
  source: syscall
  tags: [b, a, b]
  enabled: no
  warn_evttypes: false
  skip-if-unknown-filter: true
  capture: true
  capture_duration: 250
  action: kill
  throttle: 10 per 1m
  on_error: deny
  remediation: Close it.
  reference: https://example.com/1
)");
  EXPECT_EQ(told(loaded), Lines());
  ASSERT_EQ(loaded.rules.rules.size(), 1U);
  const Rule& rule = loaded.rules.rules[0];
  EXPECT_EQ(rule.name, "Odd shell");
  EXPECT_EQ(rule.priority, model::Priority::critical);
  EXPECT_EQ(rule.tags, Lines({"a", "b"}));
  EXPECT_FALSE(rule.enabled);
  EXPECT_FALSE(rule.warn_event_types);
  EXPECT_TRUE(rule.skip_unknown);
  EXPECT_TRUE(rule.capture);
  EXPECT_EQ(rule.capture_duration, 250U);
  EXPECT_EQ(rule.action, model::Action::kill);
  EXPECT_EQ(rule.throttle.matches, 10U);
  EXPECT_EQ(rule.throttle.window, std::chrono::minutes(1));
  EXPECT_EQ(rule.on_error, model::OnError::deny);
  EXPECT_EQ(rule.remediation, "Close it.");
  EXPECT_EQ(rule.reference, "https://example.com/1");
  EXPECT_EQ(loaded.rules.required_engine_version, "0.50.0");
}

TEST(LoadRules, TellsAllMistakesAtOnce) {
  const Loaded loaded = load(
      "- rule: a\n  desc: d\n  condition: evt.type = = x\n  output: o\n  priority: INFO\n"
      "- rule: b\n  condition: evt.type = x\n  priority: high\n"
      "- rule: b\n  condition: or evt.type = y\n  override: {condition: append}\n"
      "- macro: m\n  condition: (evt.type = x\n"
      "- rule: c\n  desc: d\n  condition: m and nobody\n  output: '%no.such'\n  priority: INFO\n"
      "- lisst: l\n");
  EXPECT_EQ(told(loaded)[0], "LOAD_ERR_YAML_VALIDATE 6:3 Item has no mapping for key 'output'");
  EXPECT_EQ(told(loaded)[1], "LOAD_ERR_YAML_VALIDATE 6:3 Item has no mapping for key 'desc'");
  EXPECT_EQ(told(loaded)[2], "LOAD_ERR_YAML_VALIDATE 8:13 Invalid priority");
  EXPECT_EQ(told(loaded)[3], "LOAD_UNKNOWN_ITEM 19:3 Unknown top level item");
  EXPECT_EQ(loaded.diagnostics[3].hint, "did you mean list?");
  EXPECT_EQ(told(loaded)[4], "LOAD_ERR_COMPILE_CONDITION 13:27 expected a ')' token");
  EXPECT_TRUE(told(loaded)[5].starts_with("LOAD_ERR_COMPILE_CONDITION 3:25 expected a string value"));
  EXPECT_TRUE(told(loaded)[6].starts_with("LOAD_ERR_COMPILE_OUTPUT 17:13 unknown filter"));
  EXPECT_EQ(told(loaded)[7], "LOAD_ERR_VALIDATE 16:20 Undefined macro 'nobody' used in filter.");
  EXPECT_EQ(loaded.diagnostics.size(), 8U);
  EXPECT_FALSE(loaded.ok());
}

TEST(LoadRules, FindsThePlaceInEveryKindOfScalar) {
  EXPECT_EQ(first(load(rule(">\n    evt.type = x\n\n      and\n    nobody"))).substr(0, 22),
            "LOAD_ERR_VALIDATE 7:5 ");
  EXPECT_EQ(first(load(rule("|\n    evt.type = x\n    and nobody"))).substr(0, 22), "LOAD_ERR_VALIDATE 5:9 ");
  EXPECT_EQ(first(load(rule("evt.type = x\n    and äö\n    and nobody"))).substr(0, 39),
            "LOAD_ERR_COMPILE_CONDITION 4:9 expected");
  EXPECT_EQ(first(load(rule("'evt.type = ''x'' and nobody'"))).substr(0, 23), "LOAD_ERR_VALIDATE 3:36 ");
  EXPECT_EQ(first(load(rule("\"evt.type = \\\"\\x41\\u00e4\\\" \\\n    and\\n nobody\""))).substr(0, 23),
            "LOAD_ERR_VALIDATE 4:11 ");
  EXPECT_EQ(first(load(rule("!!str &a nobody"))).substr(0, 23), "LOAD_ERR_VALIDATE 3:23 ");
}

TEST(LoadRules, KnowsThePlaceOfWhatWasAppendedFromAnotherFile) {
  const Loaded loaded =
      load_rules({{"a.yaml", rule("evt.type = x")},
                  {"b.yaml", "\n\n- rule: r\n  condition: and nobody\n  override:\n    condition: append\n"}});
  ASSERT_EQ(loaded.diagnostics.size(), 1U);
  EXPECT_EQ(to_text(loaded.diagnostics[0], loaded.rules.texts),
            "b.yaml:4:18: error: Undefined macro 'nobody' used in filter. [LOAD_ERR_VALIDATE]\n"
            "  in rule r: a.yaml:1:3\n"
            "  in rule condition: a.yaml:3:14\n"
            " 4 |   condition: and nobody\n"
            "   |                  ^\n");
}

TEST(LoadRules, RemembersTheMacrosThatAPartCameThrough) {
  const Loaded loaded =
      load("- macro: inner\n  condition: fd.name = x\n- macro: outer\n  condition: evt.type = y and inner\n" +
           rule("not outer"));
  ASSERT_TRUE(loaded.ok());
  const Rule& rule = loaded.rules.rules[0];
  EXPECT_EQ(to_text(rule.condition), "not (evt.type = y and fd.name = x)");
  const Condition& part = rule.condition.parts[0].parts[1];
  std::string chain;
  for (const Place& place : places_of(loaded.rules, rule, part, part.left.at))
    chain += fmt::format("{} {}:{}:{}; ", place.kind, place.name, place.at.line, place.at.column);
  EXPECT_EQ(chain,
            "rule r:5:3; rule condition :7:14; macro outer:3:3; macro inner:1:3; condition expression :2:14; ");
}

TEST(LoadRules, RefusesCirclesOfMacros) {
  const std::string circle =
      "- macro: a\n  condition: b\n- macro: b\n  condition: c\n- macro: c\n  condition: evt.type = x\n"
      "- macro: b\n  condition: or a\n  override: {condition: append}\n"
      "- macro: a\n  condition: or b\n  override: {condition: append}\n";
  EXPECT_EQ(told(load(circle + rule("a"))), Lines({"LOAD_ERR_VALIDATE 2:14 reference loop in macro 'b'",
                                                   "LOAD_ERR_VALIDATE 11:17 reference loop in macro 'b'"}));
  const Loaded itself = load("- macro: a\n  condition: evt.type = x or a\n" + rule("a"));
  EXPECT_EQ(told(itself), Lines({"LOAD_ERR_VALIDATE 2:30 Undefined macro 'a' used in filter."}));
  EXPECT_EQ(itself.diagnostics[0].hint, "a macro may use those that come before it; 'a' is defined at line 1");
}

TEST(LoadRules, StopsMacrosThatDouble) {
  std::string text = "- macro: m0\n  condition: evt.type = x\n";
  for (int i = 1; i <= 40; ++i) text += fmt::format("- macro: m{}\n  condition: m{} or m{}\n", i, i - 1, i - 1);
  const Loaded loaded = load(text + rule("m40"));
  EXPECT_EQ(told(loaded), Lines({"LOAD_ERR_LIMIT 34:21 condition of more than 100000 parts"}));
}

TEST(LoadRules, StopsMacrosAndListsThatNestTooDeep) {
  std::string macros = "- macro: m0\n  condition: evt.type = x\n";
  std::string lists = "- list: l0\n  items: [x]\n";
  for (std::size_t i = 1; i <= LoadLimits::nesting; ++i) {
    macros += fmt::format("- macro: m{}\n  condition: m{}\n", i, i - 1);
    lists += fmt::format("- list: l{}\n  items: [l{}]\n", i, i - 1);
  }
  EXPECT_EQ(first(load(macros + rule("m100"))), "LOAD_ERR_LIMIT 205:14 macros inside macros, more than 100 levels");
  EXPECT_EQ(first(load(lists + rule("evt.type in (l100)"))),
            "LOAD_ERR_LIMIT 202:11 lists inside lists, more than 100 levels");
}

TEST(LoadRules, PutsTheValuesOfLists) {
  const std::string lists =
      "- list: shells\n  items: [sh, '\"odd shell\"', two words]\n- list: none\n  items: []\n"
      "- list: programs\n  items: [vi, shells, one]\n- list: one\n  items: [only]\n";
  EXPECT_EQ(condition_of(load(lists + rule("proc.name in (a, programs, none)"))),
            "proc.name in (a, vi, sh, \"odd shell\", \"two words\", only)");
  EXPECT_EQ(condition_of(load(lists + rule("proc.name in shells"))),
            "proc.name in (sh, \"odd shell\", \"two words\")");
  EXPECT_EQ(condition_of(load(lists + rule("proc.name startswith anyof (one)"))),
            "proc.name startswith anyof (only)");
  EXPECT_EQ(condition_of(load(lists + rule("proc.name = one"))), "proc.name = only");
  EXPECT_EQ(condition_of(load(lists + rule("proc.name in (\"shells\")"))), "proc.name in (shells)");
  EXPECT_EQ(condition_of(load("- list: my list\n  items: [a, b]\n" + rule("proc.name in (my list)"))),
            "proc.name in (a, b)");
}

TEST(LoadRules, NeverPastesTheTextOfLists) {
  const std::string lists = "- list: l\n  items: ['a, b) or (evt.type = x']\n- list: two\n  items: [l, l]\n";
  const Loaded pasted = load(lists + rule("proc.name in (l)"));
  EXPECT_EQ(condition_of(pasted), "proc.name in (\"a, b) or (evt.type = x\")");
  EXPECT_EQ(condition_of(load("- list: c\n  items: ['a,b']\n" + rule("proc.name in (c)"))), "proc.name in (a,b)");
  EXPECT_EQ(first(load("- list: c\n  items: ['a,b']\n" + rule("proc.name in (c)"))),
            "LOAD_LIST_NOT_SPLICED 2:11 'a,b' is one value, as it is written; Falco would paste its text into "
            "conditions");
  EXPECT_EQ(told(load(lists + rule("proc.name in (two)  and proc.cmdline = \"the l word\""))).back(),
            "LOAD_LIST_NOT_SPLICED 7:53 'l' is only a word in this text; Falco would paste the list of that name");
  EXPECT_EQ(first(load(lists + rule("proc.name = two"))),
            "LOAD_ERR_COMPILE_CONDITION 7:26 list 'two' holds 2 values where one must stand");
  const Loaded as_macro = load("- list: names\n  items: [a]\n" + rule("names"));
  EXPECT_EQ(as_macro.diagnostics[0].hint, "'names' is a list: write `FIELD in (names)`");
}

TEST(LoadRules, RefusesCirclesOfLists) {
  EXPECT_EQ(first(load("- list: a\n  items: [b]\n- list: b\n  items: [x, a]\n" + rule("proc.name in (a)"))),
            "LOAD_ERR_VALIDATE 4:14 reference loop in list 'a'");
  EXPECT_EQ(condition_of(load("- list: sh\n  items: [sh, bash]\n" + rule("proc.name in (sh)"))),
            "proc.name in (sh, bash)");
}

TEST(LoadRules, TakesExceptionsAway) {
  const auto with = [](std::string_view exception) {
    return condition_of(
        load(rule("evt.type = x or evt.type = y", fmt::format("  exceptions:\n    - name: e\n{}", exception))));
  };
  const std::string before = "((evt.type = x or evt.type = y) and not ";
  EXPECT_EQ(with("      fields: proc.name\n      values: [a, b c]\n"), before + "proc.name in (a, \"b c\"))");
  EXPECT_EQ(with("      fields: proc.name\n      comps: startswith anyof\n      values: [a]\n"),
            before + "proc.name startswith anyof (a))");
  EXPECT_EQ(with("      fields: [proc.name, fd.name]\n      values: [[a, b], [c, d]]\n"),
            before + "((proc.name = a and fd.name = b) or (proc.name = c and fd.name = d)))");
  EXPECT_EQ(
      with("      fields: [proc.name, fd.name]\n      comps: [in, startswith]\n      values: [[[a, b], /etc]]\n"),
      before + "(proc.name in (a, b) and fd.name startswith /etc))");
  EXPECT_EQ(with("      fields: [proc.name]\n      comps: [in]\n      values: [['(a, b)']]\n"),
            before + "proc.name in (a, b))");
  EXPECT_EQ(with("      fields: proc.name\n"), "(evt.type = x or evt.type = y)");
}

TEST(LoadRules, KeepsTheTextOfExceptionsOutOfTheCondition) {
  const Loaded loaded = load(rule("evt.type = x",
                                  "  exceptions:\n    - name: e\n      fields: [proc.name]\n"
                                  "      values:\n        - ['a)or(evt.type=y']\n"));
  EXPECT_EQ(condition_of(loaded), "(evt.type = x and not proc.name = \"a)or(evt.type=y\")");
  EXPECT_EQ(first(loaded),
            "LOAD_LIST_NOT_SPLICED 10:12 'a)or(evt.type=y' is taken as one value, as it is written; Falco would "
            "paste its "
            "text into the condition");
}

TEST(LoadRules, SaysWhatIsWrongWithAnException) {
  const auto wrong = [](std::string_view exception) {
    return first(load(rule("evt.type = x", fmt::format("  exceptions:\n    - name: e\n{}", exception))));
  };
  EXPECT_EQ(wrong("      fields: [proc.name]\n      comps: [=, =]\n      values: []\n"),
            "LOAD_ERR_VALIDATE 7:7 Fields and comps lists must have equal length");
  EXPECT_EQ(wrong("      fields: [proc.name, fd.name]\n      comps: [=]\n      values: [[a, b]]\n"),
            "LOAD_ERR_VALIDATE 7:7 Fields and comps lists must have equal length");
  EXPECT_EQ(wrong("      fields: [proc.name, fd.name]\n      values: [[a]]\n"),
            "LOAD_ERR_VALIDATE 9:16 Fields and values lists must have equal length");
  EXPECT_EQ(wrong("      fields: [proc.nmae]\n      values: [[a]]\n"),
            "LOAD_ERR_VALIDATE 7:7 'proc.nmae' is not a supported filter field");
  EXPECT_EQ(wrong("      fields: proc.name\n      comps: startswith\n      values: [a]\n").substr(0, 50),
            "LOAD_ERR_VALIDATE 7:7 When fields is a single valu");
  EXPECT_EQ(wrong("      values: [a]\n"), "LOAD_ERR_YAML_VALIDATE 7:7 Item has no mapping for key 'fields'");
}

TEST(LoadRules, ChangesRulesThatAreThere) {
  const std::string base = rule("evt.type = x", "  tags: [a]\n");
  const Loaded changed =
      load(base +
           "- rule: r\n  condition: and fd.name = y\n  output: and more\n  tags: [b]\n  action: deny\n"
           "  override: {condition: append, output: append, tags: replace, action: replace}\n");
  EXPECT_EQ(condition_of(changed), "(evt.type = x and fd.name = y)");
  EXPECT_EQ(changed.rules.rules[0].output, "o and more");
  EXPECT_EQ(changed.rules.rules[0].written, "evt.type = x and fd.name = y");
  EXPECT_EQ(changed.rules.rules[0].tags, Lines({"b"}));
  EXPECT_EQ(changed.rules.rules[0].action, model::Action::deny);
  EXPECT_FALSE(load(base + "- rule: r\n  enabled: false\n").rules.rules[0].enabled);
  EXPECT_EQ(first(load(base + "- rule: r\n  priority: INFO\n  override: {priority: append}\n")),
            "LOAD_ERR_YAML_VALIDATE 9:14 Key 'priority' cannot be appended to, use 'replace' instead");
  EXPECT_EQ(first(load(base + "- rule: r\n  override: {tags: replace}\n")),
            "LOAD_ERR_YAML_VALIDATE 7:3 An replace override for 'tags' was specified but 'tags' is not defined");
}

TEST(LoadRules, SaysWhatIsWrongWithOurOwnKeys) {
  const auto wrong = [](std::string_view line) { return first(load(rule("evt.type = x", line))); };
  EXPECT_EQ(wrong("  action: explode\n"), "LOAD_ERR_YAML_VALIDATE 6:11 'explode' is no action");
  EXPECT_EQ(wrong("  throttle: 10 a minute\n"), "LOAD_ERR_YAML_VALIDATE 6:13 '10 a minute' is no throttle");
  EXPECT_EQ(wrong("  throttle: 0 per 1m\n"), "LOAD_ERR_YAML_VALIDATE 6:13 '0 per 1m' is no throttle");
  EXPECT_EQ(wrong("  throttle: 1 per 99999999999999999999h\n").substr(0, 27), "LOAD_ERR_YAML_VALIDATE 6:13");
  EXPECT_EQ(wrong("  on_error: ignore\n"), "LOAD_ERR_YAML_VALIDATE 6:13 'ignore' is no answer to an error");
  EXPECT_EQ(wrong("  throtle: 1 per 1m\n"), "LOAD_UNKNOWN_KEY 6:3 Unknown key 'throtle'. The key will be ignored.");
  EXPECT_EQ(wrong("  enabled: maybe\n"), "LOAD_ERR_YAML_VALIDATE 6:12 Can't decode YAML scalar value");
  EXPECT_EQ(wrong("  desc: again\n"), "LOAD_REPEATED_KEY 6:3 Key 'desc' is there twice; the first one counts.");
}

TEST(LoadRules, WarnsOfWhatNobodyUses) {
  EXPECT_EQ(told(load("- macro: m\n  condition: evt.type = x\n- list: l\n  items: [a]\n" + rule("evt.type = x"))),
            Lines({"LOAD_UNUSED_MACRO 1:3 Macro not referred to by any other rule/macro",
                   "LOAD_UNUSED_LIST 3:3 List not referred to by any other rule/macro"}));
}

TEST(LoadRules, LeavesOutRulesOfSourcesThatItDoesNotKnow) {
  const Loaded loaded = load(rule("ct.name = x", "  source: aws_cloudtrail\n"));
  EXPECT_EQ(told(loaded), Lines({"LOAD_UNKNOWN_SOURCE 1:3 Unknown source aws_cloudtrail, skipping"}));
  EXPECT_TRUE(loaded.ok() && loaded.rules.rules.empty());
}

TEST(LoadRules, AsksForNoNewerEngine) {
  EXPECT_EQ(first(load("- required_engine_version: 0.64.0\n")),
            "LOAD_ERR_VALIDATE 1:3 Rules require engine version 0.64.0, but engine version is 0.63.0");
  EXPECT_EQ(first(load("- required_engine_version: 63\n")), "");
}

TEST(LoadRules, TakesWhatIsNoRuleFile) {
  EXPECT_EQ(first(load("a: b")), "LOAD_ERR_YAML_VALIDATE 1:1 Rules content is not yaml array of objects");
  EXPECT_EQ(first(load("word")), "LOAD_ERR_YAML_VALIDATE 1:1 Rules content is not yaml");
  EXPECT_EQ(first(load("- [a]\n- ~\n")).substr(0, 58),
            "LOAD_ERR_YAML_VALIDATE 1:3 Unexpected element type. Each e");
  EXPECT_EQ(first(load("\n- rule: 'a\n")).substr(0, 23), "LOAD_ERR_YAML_PARSE 3:1");
  EXPECT_EQ(first(load("")), "");
  EXPECT_EQ(first(load("---\n---\n" + rule("nobody"))).substr(0, 22), "LOAD_ERR_VALIDATE 5:14");
}

TEST(LoadRules, ShowsNamesWithoutTheirControlCharacters) {
  const Loaded loaded = load("- macro: \"m\\e[2J\"\n  condition: evt.type = x\n  \"k\\a\": y\n");
  const std::string shown =
      to_text(loaded.diagnostics[0], loaded.rules.texts) + to_text(loaded.diagnostics[1], loaded.rules.texts);
  EXPECT_EQ(std::ranges::count_if(shown, [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; }),
            0);
  EXPECT_NE(shown.find("m\\x1b[2J"), std::string::npos);
  EXPECT_EQ(loaded.diagnostics[1].message, "Unknown key 'k\\x07'. The key will be ignored.");
}

TEST(LoadRules, NamesItsLimits) {
  EXPECT_EQ(first(load(std::string(LoadLimits::file_bytes + 1, ' '))),
            "LOAD_ERR_LIMIT 1:1 rule file longer than 16777216 bytes");
  EXPECT_EQ(
      first(load("- macro: " + std::string(LoadLimits::name_bytes + 1, 'a') + "\n  condition: evt.type = x\n")),
      "LOAD_ERR_LIMIT 1:3 name longer than 4096 bytes");
  std::string items;
  for (std::size_t i = 0; i <= LoadLimits::items; ++i) items += "- {list: l, items: []}\n";
  EXPECT_EQ(first(load(items)), "LOAD_ERR_LIMIT 100001:3 more than 100000 rules, macros and lists");
  std::string values = "- list: l\n  items: [";
  for (std::size_t i = 0; i <= LoadLimits::list_values; ++i) values += "a,";
  EXPECT_EQ(first(load(values + "]\n")), "LOAD_ERR_LIMIT 1:3 list of more than 100000 values");
  std::string exceptions = "  exceptions:\n";
  for (std::size_t i = 0; i <= LoadLimits::exceptions; ++i)
    exceptions += fmt::format("    - {{name: e{}, fields: proc.name, values: [a]}}\n", i);
  EXPECT_EQ(first(load(rule("evt.type = x", exceptions))),
            "LOAD_ERR_LIMIT 1007:7 more than 1000 exceptions of one rule");
  std::string mistakes;
  for (std::size_t i = 0; i < 3000; ++i) mistakes += "- {rule: r}\n";
  EXPECT_EQ(load(mistakes).diagnostics.size(), 1001U);
}

TEST(Load, APolicyHasAWordOnImages) {
  const Loaded loaded =
      load("- images: [a/*, b]\n  trust: high\n  drift: alert\n- images: [c]\n  flows: protect\n");
  ASSERT_TRUE(loaded.ok());
  ASSERT_EQ(loaded.rules.images.size(), 2U);
  EXPECT_EQ(loaded.rules.images[0].images, (std::vector<std::string>{"a/*", "b"}));
  EXPECT_EQ(loaded.rules.images[0].trust, 75U);
  EXPECT_EQ(loaded.rules.images[0].drift, model::DriftMode::alert);
  EXPECT_FALSE(loaded.rules.images[0].flows);
  EXPECT_EQ(loaded.rules.images[1].flows, model::FlowMode::protect);
  EXPECT_EQ(first(load("- images: [a]\n  trust: 101\n")),
            "LOAD_ERR_YAML_VALIDATE 2:10 '101' is none of 0 to 100, low, medium, high or full");
  EXPECT_FALSE(load("- images: [a]\n  drift: refuse\n").ok());
  EXPECT_FALSE(load("- images: a\n").ok());
}

TEST(Load, AHardeningTakesAway) {
  const Loaded loaded = load(R"(
- harden: H
  condition: container.is_root = true
  on_error: allow
  set:
    no_new_privileges: true
    drop_capabilities: {all_but: [CAP_CHOWN, kill]}
    read_only_root: yes
    read_only_paths: [/a]
    masked_paths: [/b, /c]
    user: 1000:100
    seccomp: /etc/profile.json
- harden: Other
  condition: container.id exists
  enabled: false
  set: {drop_capabilities: [ALL], user: 7}
)");
  ASSERT_TRUE(loaded.ok()) << first(loaded);
  ASSERT_EQ(loaded.rules.rules.size(), 2U);
  const Rule& rule = loaded.rules.rules[0];
  EXPECT_FALSE(rule.finds());
  EXPECT_EQ(rule.source, model::EventSource::admission);
  EXPECT_EQ(rule.on_error, model::OnError::allow);
  const model::Hardening& made = *rule.hardening;
  EXPECT_TRUE(made.no_new_privileges && made.read_only_root && made.drop->all_but);
  EXPECT_EQ(made.drop->names, (Lines{"CHOWN", "KILL"}));
  EXPECT_EQ(made.read_only_paths, Lines{"/a"});
  EXPECT_EQ(made.masked_paths, (Lines{"/b", "/c"}));
  EXPECT_EQ(made.user->uid, 1000U);
  EXPECT_EQ(made.user->gid, 100U);
  EXPECT_EQ(made.seccomp, "/etc/profile.json");
  EXPECT_FALSE(loaded.rules.rules[1].enabled);
  EXPECT_FALSE(loaded.rules.rules[1].hardening->drop->all_but);
  EXPECT_FALSE(loaded.rules.rules[1].hardening->user->gid);
}

TEST(Load, AHardeningThatGivesIsAMistake) {
  const auto with = [](std::string_view set) {
    return first(load(fmt::format("- harden: H\n  condition: container.id exists\n  set: {}\n", set)));
  };
  EXPECT_EQ(with("{no_new_privileges: false}"),
            "LOAD_ERR_YAML_VALIDATE 3:28 A hardening takes away, and gives nothing back");
  EXPECT_EQ(with("{user: 0}"), "LOAD_ERR_YAML_VALIDATE 3:15 Root in the place of another would be no hardening");
  EXPECT_EQ(with("{user: '5:0'}"), with("{user: 0}"));
  EXPECT_EQ(with("{user: root}"), "LOAD_ERR_YAML_VALIDATE 3:15 'root' is no user");
  EXPECT_EQ(with("{user: 4294967295}"), "LOAD_ERR_YAML_VALIDATE 3:15 '4294967295' is no user");
  EXPECT_EQ(with("{drop_capabilities: [NET_ROW]}"), "LOAD_ERR_YAML_VALIDATE 3:28 'NET_ROW' is no capability");
  EXPECT_EQ(with("{drop_capabilities: {all_but: [ALL]}}"), "LOAD_ERR_YAML_VALIDATE 3:28 'ALL' is no capability");
  EXPECT_EQ(with("{masked_paths: [proc]}"), "LOAD_ERR_YAML_VALIDATE 3:23 'proc' is no absolute path");
  EXPECT_EQ(with("{seccomp: unconfined}"), "LOAD_ERR_YAML_VALIDATE 3:18 'unconfined' is no profile");
  EXPECT_EQ(with("{}"), "LOAD_ERR_YAML_VALIDATE 3:8 It sets nothing");
  EXPECT_EQ(with("[]"), "LOAD_ERR_YAML_VALIDATE 3:8 Value is not a mapping");
  EXPECT_EQ(with("{seccomp: default, privileged: true}"),
            "LOAD_UNKNOWN_KEY 3:27 Unknown key 'privileged'. The key will be ignored.");
  EXPECT_FALSE(load("- harden: H\n  set: {read_only_root: true}\n").ok()) << "no condition";
  EXPECT_FALSE(load("- harden: H\n  condition: container.id exists\n").ok()) << "nothing set";
}

TEST(Load, BreakGlassSaysWhichRules) {
  const Loaded loaded = load(
      "- break_glass: G\n  condition: container.id exists\n  rules: [A*, b]\n"
      "- break_glass: Other\n  condition: container.id exists\n  rules: ['*']\n  annotation: x.y\n");
  ASSERT_TRUE(loaded.ok()) << first(loaded);
  EXPECT_EQ(loaded.rules.rules[0].break_glass->rules, (Lines{"A*", "b"}));
  EXPECT_EQ(loaded.rules.rules[0].break_glass->annotation, "io.doorman.break-glass");
  EXPECT_EQ(loaded.rules.rules[1].break_glass->annotation, "x.y");
  EXPECT_FALSE(load("- break_glass: G\n  condition: container.id exists\n  rules: []\n").ok());
  EXPECT_FALSE(load("- break_glass: G\n  condition: container.id exists\n").ok());
  EXPECT_FALSE(load("- break_glass: G\n  condition: nonsense\n  rules: [a]\n").ok());
}

}  // namespace
}  // namespace doorman::policy
