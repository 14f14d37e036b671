// SPDX-License-Identifier: Apache-2.0
#include "app/policy/case_file.h"

#include <gtest/gtest.h>

namespace doorman::app {
namespace {

TEST(CaseFile, ReadsEventsAndFacts) {
  const auto cases = parse_cases(R"(
- case: a shell reads passwords
  event:
    type: openat
    proc.name: sh
    fd.name: /etc/shadow
    evt.failed: false
    proc.tty: ~
  rules: [Read passwords, A shell]
  verdict: warn
  output:
    A shell: sh was here
- case: root
  source: image
  facts: {image.is_root: true, image.exposed_ports: [22/tcp, 80/tcp]}
  rules: []
)");
  ASSERT_TRUE(cases.ok()) << cases.error().message();
  ASSERT_EQ(cases->size(), 2U);
  const Case& shell = cases->front();
  EXPECT_EQ(shell.name, "a shell reads passwords");
  EXPECT_EQ(shell.line, 2U);
  EXPECT_EQ(shell.facts->event_type(), model::EventType::openat);
  EXPECT_EQ(shell.rules, (std::vector<std::string>{"A shell", "Read passwords"}));
  EXPECT_EQ(shell.verdict, model::Decision::warn);
  EXPECT_EQ(shell.outputs.at("A shell"), "sh was here");
  base::Arena scratch;
  EXPECT_EQ(shell.facts->read(model::use_field("fd.name").value(), scratch).text(), "/etc/shadow");
  EXPECT_FALSE(shell.facts->read(model::use_field("proc.tty").value(), scratch).exists());
  const Case& root = cases->back();
  EXPECT_EQ(root.facts->source(), model::EventSource::image);
  EXPECT_EQ(root.facts->read(model::use_field("image.exposed_ports").value(), scratch).list().size(), 2U);
  ASSERT_TRUE(root.rules);
  EXPECT_TRUE(root.rules->empty());
}

TEST(CaseFile, OneCaseAloneMayStandAsItIs) {
  const auto yaml = parse_cases("source: package\nfacts:\n  pkg.name: openssl\n");
  ASSERT_TRUE(yaml.ok()) << yaml.error().message();
  EXPECT_EQ(yaml->size(), 1U);
  EXPECT_FALSE(yaml->front().rules);
  const auto json = parse_cases(R"({"event": {"type": "close", "fd.num": 3, "fd.name": null}, "rules": ["A"],
                                    "output": "x"})");
  ASSERT_TRUE(json.ok()) << json.error().message();
  EXPECT_EQ(json->front().outputs.at("A"), "x");
  EXPECT_TRUE(parse_cases("").value().empty());
}

TEST(CaseFile, SaysWhereAndWhatIsWrong) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"- 1", "line 1: a case is a mapping with `case`, `facts` or `event`, and `rules`"},
      {"- case: a\n  fact: {}",
       "line 2: `fact` is no part of a case (case, source, event, facts, rules, verdict, output); did you mean "
       "facts?"},
      {"case: a", "line 1: a case has either `event` or `facts`"},
      {"facts: {}", "line 1: `facts` need `source: image` or another beside them"},
      {"source: imge\nfacts: {}",
       "line 1: `imge` is no source (syscall, image, package, vulnerability, file, secret, admission, flow, "
       "k8s_audit, host); did you mean image?"},
      {"source: syscall\nfacts: {}", "line 1: system calls have `event`, all other sources have `facts`"},
      {"event: {}", "line 1: an event needs its `type`: openat"},
      {"event: {type: opnat}", "line 1: there is no event `opnat`; did you mean openat?"},
      {"event:\n  type: open\n  fd.nme: x", "line 3: there is no field `fd.nme`; did you mean fd.name?"},
      {"event:\n  type: open\n  fd.num: x", "line 3: fd.num: `x` is not a whole number"},
      {"event:\n  type: open\n  fd.name: {}", "line 3: neither a value nor a list of values"},
      {"event:\n  type: open\n  proc.aname: [[a]]", "line 3: a list within a list"},
      {"event: {type: open}\nverdict: maybe", "line 2: `maybe` is no verdict (allow, warn, deny)"},
      {"event: {type: open}\nrules: [a, b]\noutput: x",
       "line 3: one output alone goes with one rule; of several, write `RULE: OUTPUT` lines"},
  };
  for (const auto& [text, message] : cases) {
    const auto parsed = parse_cases(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().message(), message) << text;
  }
}

TEST(CaseFile, LimitsAreNamed) {
  std::string many;
  for (std::size_t i = 0; i <= max_cases; ++i) many += "- {event: {type: open}}\n";
  const auto cases = parse_cases(many);
  ASSERT_FALSE(cases.ok());
  EXPECT_EQ(cases.error().code(), base::ErrorCode::limit);
  EXPECT_EQ(cases.error().message(), "line 10001: more than 10000 cases");

  std::string wide = "event:\n  type: open\n";
  for (std::size_t i = 0; i <= max_case_fields; ++i) wide += "  evt.arg[" + std::to_string(i) + "]: 1\n";
  const auto fields = parse_cases(wide);
  ASSERT_FALSE(fields.ok());
  EXPECT_EQ(fields.error().code(), base::ErrorCode::limit);

  std::string list = "event:\n  type: open\n  proc.aname: [";
  for (std::size_t i = 0; i <= max_field_values; ++i) list += "a,";
  const auto values = parse_cases(list + "]\n");
  ASSERT_FALSE(values.ok());
  EXPECT_EQ(values.error().code(), base::ErrorCode::limit);
}

}  // namespace
}  // namespace doorman::app
