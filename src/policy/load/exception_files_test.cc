// SPDX-License-Identifier: Apache-2.0
#include "policy/load/exception_files.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::policy {
namespace {

using model::EventSource;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Rule rule(std::string name, EventSource source) {
  Rule made;
  made.name = std::move(name);
  made.source = source;
  return made;
}

RuleSet rules() {
  RuleSet set;
  set.rules = {rule("Runs as root", EventSource::image), rule("Critical flaw", EventSource::vulnerability),
               rule("Critical secret", EventSource::secret)};
  return set;
}

LoadedExceptions load(std::string text) { return load_exceptions({{"exceptions.yaml", std::move(text)}}, rules()); }

/// The messages of a file that has nothing but mistakes.
std::vector<std::string> mistakes(std::string text) {
  const LoadedExceptions loaded = load(std::move(text));
  EXPECT_TRUE(loaded.exceptions.empty());
  std::vector<std::string> messages;
  messages.reserve(loaded.diagnostics.size());
  for (const Diagnostic& each : loaded.diagnostics) messages.push_back(each.message);
  return messages;
}

constexpr std::string_view sound = R"(
- exception: old openssl
  rule: [Critical flaw, "Critical s*"]
  subject:
    package: openssl
    image: [shop*, "registry.example/shop/*"]
  reason: The flawed part is not built
  expires: 2026-03-01
- exception: everything
  rule: Runs as root
  subject: any
  wide: true
  reason: A test cluster
  expires: never
)";

TEST(Exceptions, NameRulesSubjectReasonAndEnd) {
  const LoadedExceptions loaded = load(std::string(sound));
  ASSERT_TRUE(loaded.ok()) << to_text(loaded.diagnostics.front(), loaded.texts);
  ASSERT_EQ(loaded.exceptions.size(), 2U);
  const Exception& first = loaded.exceptions[0];
  EXPECT_EQ(first.name, "old openssl");
  EXPECT_THAT(first.rules, ElementsAre(false, true, true));
  EXPECT_EQ(subject_text(first), "package=openssl image=shop*,registry.example/shop/*");
  EXPECT_EQ(rules_text(first), "Critical flaw, Critical s*");
  EXPECT_EQ(first.last_day, base::Date(std::chrono::year(2026) / 3 / 1));
  EXPECT_EQ(first.reason, "The flawed part is not built");
  EXPECT_EQ(loaded.exceptions[1].last_day, std::nullopt);
  EXPECT_EQ(subject_text(loaded.exceptions[1]), "any");
}

TEST(Exceptions, AnEmptyFileHasNone) {
  EXPECT_TRUE(load("").ok());
  EXPECT_TRUE(load("# nothing yet\n").ok());
  EXPECT_TRUE(load("[]").ok());
}

TEST(Exceptions, AWideOneIsRefusedUnlessSaidTwice) {
  const auto with = [](std::string_view lines) {
    return mistakes(fmt::format("- exception: e\n  rule: Runs as root\n  reason: r\n  expires: never\n{}", lines));
  };
  EXPECT_THAT(with(""), ElementsAre(HasSubstr("say `subject: any` and `wide: true`")));
  EXPECT_THAT(with("  subject: any\n"), ElementsAre(HasSubstr("say `subject: any` and `wide: true`")));
  EXPECT_THAT(with("  wide: true\n"), ElementsAre(HasSubstr("say `subject: any` and `wide: true`")));
  EXPECT_THAT(with("  wide: yes\n  subject: any\n"), ElementsAre("`wide:` is true or false"));
  EXPECT_THAT(with("  subject: {image: '*'}\n"), ElementsAre(HasSubstr("stands for everything")));
  EXPECT_THAT(with("  subject: {}\n"), ElementsAre("the subject is empty"));
  EXPECT_THAT(with("  subject: {image: shop}\n  wide: true\n"), ElementsAre(HasSubstr("goes with `subject: any`")));
}

TEST(Exceptions, AllMistakesAreToldAtOnceWithTheirPlaces) {
  const LoadedExceptions loaded = load(R"(- exception: one
  rule: Runs as rot
  subject: {packge: openssl}
  reson: typed in haste
- exception: two
  rule: Critical flaw
  subject: {secret: token, secret: other}
  reason: ""
  expires: tomorrow
)");
  std::string told;
  for (const Diagnostic& each : loaded.diagnostics) told += to_text(each, loaded.texts);
  EXPECT_TRUE(loaded.exceptions.empty());
  EXPECT_THAT(told, HasSubstr("exceptions.yaml:4:3: error: an exception has no `reson`"));
  EXPECT_THAT(told, HasSubstr("did you mean reason?"));
  EXPECT_THAT(told, HasSubstr("the exception has no `reason:`"));
  EXPECT_THAT(told, HasSubstr("no rule is named Runs as rot"));
  EXPECT_THAT(told, HasSubstr("did you mean Runs as root?"));
  EXPECT_THAT(told, HasSubstr("a subject has no `packge`"));
  EXPECT_THAT(told, HasSubstr("did you mean package?"));
  EXPECT_THAT(told, HasSubstr("the exception has no `expires:`"));
  EXPECT_THAT(told, HasSubstr("in exception two"));
  EXPECT_THAT(told, HasSubstr("what the rule is asked for has no secret"));
  EXPECT_THAT(told, HasSubstr("`secret` stands twice"));
  EXPECT_THAT(told, HasSubstr("`reason:` is empty"));
  EXPECT_THAT(told, HasSubstr("takes the last day"));
  EXPECT_EQ(loaded.diagnostics.size(), 9U);
}

TEST(Exceptions, WhatIsNoListOfExceptionsIsAnError) {
  EXPECT_THAT(mistakes("exception: one\n"), ElementsAre(HasSubstr("is a list")));
  EXPECT_THAT(mistakes("- one\n"), ElementsAre(HasSubstr("is a mapping")));
  EXPECT_THAT(mistakes("- exception: [\n").size(), 1U);
  EXPECT_THAT(mistakes("- exception: e\n  rule: []\n  subject: any\n  wide: true\n  reason: r\n  expires: never\n"),
              ElementsAre("`rule` is an empty list"));
  EXPECT_THAT(
      mistakes(
          "- exception: e\n  rule: Nothing*\n  subject: any\n  wide: true\n  reason: r\n  expires: 2026-02-30\n"),
      ElementsAre("no rule matches Nothing*", HasSubstr("takes the last day")));
}

TEST(Exceptions, NamesAreUniqueOverAllFiles) {
  const LoadedExceptions loaded = load_exceptions({{"a", std::string(sound)}, {"b", std::string(sound)}}, rules());
  EXPECT_EQ(loaded.exceptions.size(), 2U);
  ASSERT_EQ(loaded.diagnostics.size(), 2U);
  EXPECT_THAT(to_text(loaded.diagnostics[0], loaded.texts), HasSubstr("b:2:"));
}

TEST(Exceptions, LimitsAreErrorsThatNameThem) {
  std::string many;
  for (std::size_t i = 0; i <= max_exceptions; ++i) {
    many += fmt::format(
        "- {{exception: e{}, rule: Runs as root, subject: {{image: i}}, reason: r, expires: never}}\n", i);
  }
  LoadedExceptions loaded = load(many);
  EXPECT_EQ(loaded.exceptions.size(), max_exceptions);
  ASSERT_EQ(loaded.diagnostics.size(), 1U);
  EXPECT_EQ(loaded.diagnostics[0].message, "more than 10000 exceptions");

  std::string values, patterns;
  for (std::size_t i = 0; i <= max_exception_values; ++i) values += fmt::format("p{},", i);
  EXPECT_THAT(mistakes(fmt::format("- {{exception: e, rule: Critical flaw, subject: {{package: [{}]}}, reason: r, "
                                   "expires: never}}\n",
                                   values)),
              ElementsAre("more than 1000 values"));
  EXPECT_THAT(mistakes(fmt::format("- {{exception: e, rule: Critical flaw, subject: {{package: {}}}, reason: r, "
                                   "expires: never}}\n",
                                   std::string(max_exception_value_bytes + 1, 'x'))),
              ElementsAre("longer than 4096 bytes"));
  for (std::size_t i = 0; i <= max_pattern_values; ++i) {
    patterns += fmt::format(
        "- {{exception: e{}, rule: Critical flaw, subject: {{package: 'p{}*'}}, reason: r, "
        "expires: never}}\n",
        i, i);
  }
  loaded = load(patterns);
  EXPECT_EQ(loaded.exceptions.size(), max_pattern_values);
  EXPECT_THAT(loaded.diagnostics.at(0).message, HasSubstr("more than 1000 patterns"));
}

}  // namespace
}  // namespace doorman::policy
