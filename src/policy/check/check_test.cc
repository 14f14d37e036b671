// SPDX-License-Identifier: Apache-2.0
#include "policy/check/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/check/literal.h"

namespace doorman::policy {
namespace {

using model::EventSource;
using model::FieldType;
using testing::HasSubstr;

/// A condition that was checked; it stays where it is, as what was found points into it.
struct Outcome {
  explicit Outcome(std::string_view text, EventSource source = EventSource::syscall)
      : condition(parse_condition(text).condition.value_or(Condition{})),
        checked(check_condition(condition, source)) {}
  Outcome(const Outcome&) = delete;
  Outcome& operator=(const Outcome&) = delete;

  Condition condition;
  CheckedCondition checked;
};

std::string first_error(std::string_view text, EventSource source = EventSource::syscall) {
  const Outcome outcome(text, source);
  return outcome.checked.errors.empty() ? "" : outcome.checked.errors.front().what.message;
}

std::string first_hint(std::string_view text, EventSource source = EventSource::syscall) {
  const Outcome outcome(text, source);
  return outcome.checked.errors.empty() ? "" : outcome.checked.errors.front().what.hint;
}

TEST(CheckCondition, FieldsAreThoseOfTheSource) {
  EXPECT_EQ(first_error("proc.name = a"), "");
  EXPECT_THAT(first_error("proc.nam = a"), HasSubstr("nonexistent field proc.nam"));
  EXPECT_THAT(first_hint("proc.nmae = a"), HasSubstr("proc.name"));
  EXPECT_THAT(first_error("proc.name = a", EventSource::image), HasSubstr("for source image"));
  EXPECT_THAT(first_hint("proc.name = a", EventSource::image), HasSubstr("syscall"));
  EXPECT_TRUE(Outcome("proc.nam = a").checked.errors.front().what.unknown_field);
}

TEST(CheckCondition, ArgumentsAreWantedOrNot) {
  EXPECT_EQ(first_error("proc.aname[2] = a and proc.aname = a and evt.arg.flags = a"), "");
  EXPECT_NE(first_error("proc.name[2] = a"), "");
  EXPECT_NE(first_error("proc.aname[x] = a"), "");
  EXPECT_NE(first_error("container.mount.dest = a"), "");
}

TEST(CheckCondition, TellsEveryErrorAtItsPlace) {
  const Outcome outcome("proc.nam = a and fd.num contains 1 or not user.uid = b");
  ASSERT_EQ(outcome.checked.errors.size(), 3U);
  EXPECT_EQ(outcome.checked.errors[0].what.at.offset, 0U);
  EXPECT_EQ(outcome.checked.errors[1].what.at.offset, 17U);
  EXPECT_EQ(outcome.checked.errors[2].part->at.offset, 42U);
  EXPECT_FALSE(outcome.checked.tree);
}

TEST(CheckCondition, StopsAfterManyErrors) {
  std::string text = "no.field = a";
  for (std::size_t i = 0; i < 2 * max_check_errors; ++i) text += " or no.field = a";
  EXPECT_EQ(Outcome(text).checked.errors.size(), max_check_errors);
}

TEST(CheckCondition, PatternsAreCompiledOnceAndCounted) {
  const Condition condition = parse_condition("proc.name regex 'a.b' or fd.name regex 'a.b'").condition.value();
  Patterns patterns;
  EXPECT_TRUE(check_condition(condition, EventSource::syscall, model_catalogue(), patterns).tree);
  EXPECT_EQ(patterns.size(), 1U);
  patterns.clear();
  for (std::size_t i = 0; i < max_patterns; ++i) patterns.emplace(std::to_string(i), nullptr);
  const auto checked = check_condition(condition, EventSource::syscall, model_catalogue(), patterns);
  ASSERT_FALSE(checked.errors.empty());
  EXPECT_THAT(checked.errors.front().what.message, HasSubstr("different patterns"));
}

TEST(CheckCondition, OperatorsFitTheType) {
  EXPECT_THAT(first_error("fd.num contains 1"), HasSubstr("not supported for numeric"));
  EXPECT_THAT(first_error("fd.name bcontains 00"), HasSubstr("not supported for string"));
  EXPECT_THAT(first_error("fd.sip < 1"), HasSubstr("ip address"));
  EXPECT_THAT(first_error("fd.types = file"), HasSubstr("list"));
  EXPECT_EQ(first_error("fd.types in (file) and fd.ip = 1.2.3.4 and proc.aname contains sh"), "");
}

TEST(CheckCondition, LiteralsFitTheType) {
  for (const char* text : {"fd.num = a", "fd.num = 0x10", "fd.num = 1.5", "fd.sport = 65536", "fd.sport = nosuch",
                           "fd.sip = 1.2.3", "fd.snet = 10.0.0.0", "fd.snet = 10.0.0.0/33", "evt.is_io = yes",
                           "evt.buffer bcontains 0", "proc.name regex '('", "evt.type = nosuchcall"})
    EXPECT_NE(first_error(text), "") << text;
  EXPECT_EQ(first_error("fd.sport in (22, https) and fd.snet = ::/8 and fd.num = -1 and evt.is_io = true"), "");
  EXPECT_THAT(first_hint("evt.type = opena"), HasSubstr("open"));
}

TEST(CheckCondition, FunctionsFitWhatTheyAreApplied) {
  EXPECT_EQ(
      first_error("len(fd.types) > 1 and toupper(basename(fd.name)) = A and join(\",\", (\"a\", fd.num)) = x"), "");
  EXPECT_THAT(first_error("tolower(fd.num) = a"), HasSubstr("not supported"));
  EXPECT_THAT(first_error("tolower(proc.aname) = a"), HasSubstr("does not support transformers"));
  EXPECT_THAT(first_error("len(fd.name) = a"), HasSubstr("not a valid number"));
  EXPECT_THAT(first_error("toupper(fd.name)[x] = a"), HasSubstr("field arguments"));
}

TEST(CheckCondition, FieldsOnTheRight) {
  EXPECT_EQ(first_error("fd.name = val(proc.exepath) and proc.name = tolower(proc.pname)"), "");
  EXPECT_THAT(first_error("proc.name = val(proc.pid)"), HasSubstr("incompatible type"));
  EXPECT_THAT(first_error("proc.name = val(fd.types)"), HasSubstr("right-hand side"));
  EXPECT_THAT(first_error("proc.aname = val(proc.name)"), HasSubstr("right-hand side"));
  EXPECT_THAT(first_error("proc.name regex val(proc.pname)"), HasSubstr("right-hand side"));
}

TEST(CheckCondition, WarnsOfWhatWasHardlyMeant) {
  const auto warnings = [](std::string_view text) { return Outcome(text).checked.warnings.size(); };
  EXPECT_EQ(warnings("proc.name = proc.pname"), 1U);
  EXPECT_EQ(warnings("proc.name = \" proc.aname[ 1 ]\""), 1U);
  EXPECT_EQ(warnings("proc.name = 'toupper(proc.name)'"), 1U);
  EXPECT_EQ(warnings("proc.name regex ^bash$"), 1U);
  EXPECT_EQ(warnings("proc.name regex 'ba[s]h'"), 0U);
  EXPECT_EQ(warnings("proc.name = proc.nosuch and proc.name = bash"), 0U);
}

TEST(CheckCondition, NumbersOfEventsAreKnown) {
  const auto known = [](std::string_view text) { return Outcome(text).checked.tree.value().predicate->known; };
  EXPECT_EQ(known("evt.num = 0"), false);
  EXPECT_EQ(known("evt.num >= 0"), true);
  EXPECT_EQ(known("evt.num in (0)"), false);
  EXPECT_EQ(known("evt.num = 1"), std::nullopt);
  EXPECT_EQ(known("fd.num = 0"), std::nullopt);
}

TEST(ReadLiteral, Numbers) {
  const auto read = [](FieldType type, std::string_view text) { return read_literal(type, text, false); };
  EXPECT_EQ(read(FieldType::natural, "18446744073709551615").value(), Literal(~std::uint64_t{0}));
  EXPECT_EQ(read(FieldType::natural, "-1").value(), Literal(~std::uint64_t{0}));
  EXPECT_EQ(read(FieldType::integer, "+7").value(), Literal(std::int64_t{7}));
  EXPECT_EQ(read(FieldType::real, "0.5").value(), Literal(0.5));
  EXPECT_FALSE(read_literal(FieldType::real, "0.5", true).ok());
  EXPECT_EQ(read(FieldType::port, "ssh").value(), Literal(std::uint64_t{22}));
  EXPECT_EQ(read(FieldType::port, "").value(), Literal(std::uint64_t{0}));
  for (const char* text : {"", "+", "+-1", "1 ", "1e5x", "99999999999999999999", "nan", "inf"}) {
    EXPECT_FALSE(read(FieldType::integer, text).ok()) << text;
    EXPECT_FALSE(read(FieldType::natural, text).ok()) << text;
  }
  for (const char* text : {"nan", "inf", "1e5", "0x1"}) EXPECT_FALSE(read(FieldType::real, text).ok()) << text;
}

TEST(ReadLiteral, TextsAndLimits) {
  EXPECT_FALSE(read_literal(FieldType::text, std::string_view("a\0b", 3), false).ok());
  EXPECT_TRUE(read_literal(FieldType::bytes, std::string_view("a\0b", 3), false).ok());
  EXPECT_TRUE(read_literal(FieldType::text, std::string(max_literal_bytes, 'a'), false).ok());
  EXPECT_FALSE(read_literal(FieldType::text, std::string(max_literal_bytes + 1, 'a'), false).ok());
  EXPECT_EQ(read_hex("00fF").value(), Literal(std::string("\0\xff", 2)));
  for (const char* text : {"0", "0g", "-1", "+1", "0 "}) EXPECT_FALSE(read_hex(text).ok()) << text;
}

}  // namespace
}  // namespace doorman::policy
