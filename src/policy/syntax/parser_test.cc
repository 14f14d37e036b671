// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/json.h"
#include "golden.h"
#include "policy/syntax/condition.h"
#include "policy/syntax/condition_json.h"

namespace doorman::policy {
namespace {

std::string read_back(std::string_view text) {
  const ParsedCondition parsed = parse_condition(text);
  return parsed.condition ? to_text(*parsed.condition) : "error: " + parsed.error->message;
}

SyntaxError error_of(std::string_view text) {
  ParsedCondition parsed = parse_condition(text);
  return parsed.error.value_or(SyntaxError{"none", "", {}});
}

TEST(ParseCondition, AndBindsStrongerThanOr) {
  EXPECT_EQ(read_back("a or b and not c"), "(a or (b and not c))");
  EXPECT_EQ(read_back("(a or b) and c"), "((a or b) and c)");
  EXPECT_EQ(read_back("a and (b and c)"), "(a and (b and c))");
  EXPECT_EQ(read_back("not not a"), "a");
  EXPECT_EQ(read_back("not(a or b)and(c)"), "(not (a or b) and c)");
}

TEST(ParseCondition, ReadsEachKindOfRightSide) {
  EXPECT_EQ(read_back("pkg.name in (openssl,'lib ssl', \"a\\\"b\")"),
            "pkg.name in (openssl, \"lib ssl\", \"a\\\"b\")");
  EXPECT_EQ(read_back("pkg.name in shells"), "pkg.name in shells");
  EXPECT_EQ(read_back("pkg.age>=0x1F"), "pkg.age >= 0x1F");
  EXPECT_EQ(read_back("a.b = tolower( c.d )"), "a.b = tolower(c.d)");
  EXPECT_EQ(read_back("a.b startswith oneof (/x/, /y/)"), "a.b startswith oneof (/x/, /y/)");
  EXPECT_EQ(read_back("a.b = oneof"), "a.b = oneof");
  EXPECT_EQ(read_back("getopt(a.b,\"nt:\")[t] exists"), "getopt(a.b,nt:)[t] exists");
}

TEST(ParseCondition, TellsThePlaceOfAnError) {
  const SyntaxError misspelt = error_of("a.b = 1 and\n  pkg.name startwith open");
  EXPECT_EQ(misspelt.at.line, 2U);
  EXPECT_EQ(misspelt.at.column, 12U);
  EXPECT_EQ(misspelt.at.offset, 23U);
  EXPECT_EQ(misspelt.hint, "did you mean startswith?");
  EXPECT_EQ(error_of("a.b = 1 && c").hint, "did you mean and?");
  EXPECT_EQ(error_of("a.b = 1 && c").at.column, 9U);
  EXPECT_EQ(error_of("a.b = 'x\\q'").at.column, 9U);
  EXPECT_EQ(error_of("(a").message, "expected a ')' token");
  EXPECT_EQ(error_of("a.b in (x, '\\q')").message, "unsupported string escape sequence: \\q");
}

TEST(ParseCondition, CountsColumnsInCharacters) {
  const ParsedCondition parsed = parse_condition("a.b = 'äöü' and c.d = e");
  ASSERT_TRUE(parsed.condition);
  const Condition& second = parsed.condition->parts[1];
  EXPECT_EQ(second.at.column, 17U);
  EXPECT_EQ(second.at.offset, 19U);
  EXPECT_EQ(second.right.at.column, 23U);
}

TEST(ParseCondition, RefusesWhatIsTooDeepOrTooLong) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '(') + "a" + std::string(levels, ')'); };
  EXPECT_EQ(read_back(nested(19)), "a");
  EXPECT_EQ(error_of(nested(20)).message, "exceeded max depth limit of 100");
  EXPECT_EQ(error_of(nested(500'000)).message, "exceeded max depth limit of 100");
  EXPECT_TRUE(parse_condition(nested(190), {max_rule_condition_depth, {}}).condition);
  EXPECT_EQ(error_of(std::string(max_condition_bytes + 1, 'a')).message, "condition longer than 1048576 bytes");
  EXPECT_TRUE(parse_condition(std::string(max_condition_bytes, 'a')).condition);
}

TEST(ParseCondition, KnowsListNamesThatAreNoWords) {
  ParseOptions options;
  options.odd_list_names = {"my list"};
  const auto parsed = parse_condition("a.b in (my list, c)", options);
  ASSERT_TRUE(parsed.condition);
  EXPECT_EQ(parsed.condition->right.items[0].text, "my list");
  EXPECT_FALSE(parse_condition("a.b in (my lists)", options).condition);
}

TEST(ParseTerm, TakesTheLongestTermAtTheFront) {
  const ParsedTerm field = parse_term("proc.aname[2] (x)");
  ASSERT_TRUE(field.term);
  EXPECT_EQ(field.bytes, 13U);
  EXPECT_EQ(*field.term->argument, "2");
  EXPECT_EQ(parse_term("proc.name. Then").bytes, 9U);
  EXPECT_EQ(parse_term("toupper(proc.name)x").bytes, 18U);
  EXPECT_FALSE(parse_term("nothing").term);
}

TEST(ParseLiteral, TakesAWholeWordOrString) {
  EXPECT_EQ(parse_literal("a/b*")->text, "a/b*");
  EXPECT_EQ(parse_literal("\"a b\"")->text, "a b");
  EXPECT_FALSE(parse_literal("a,b"));
  EXPECT_FALSE(parse_literal("a b"));
  EXPECT_FALSE(parse_literal(""));
}

TEST(ConditionJson, IsOneLine) {
  EXPECT_EQ(parsed_as_json("a.b exists and c"),
            R"j({"ok":true,"text":"(a.b exists and c)","tree":{"kind":"and","parts":[)j"
            R"j({"kind":"check","left":{"kind":"field","name":"a.b","offset":0,"line":1,"column":1},)j"
            R"j("operator":"exists","offset":0,"line":1,"column":1},)j"
            R"j({"kind":"macro","name":"c","offset":15,"line":1,"column":16}],"offset":0,"line":1,"column":1}})j");
  EXPECT_EQ(parsed_as_json("a.b contain c"),
            "{\"ok\":false,\"error\":{\"message\":\"" + error_of("a.b contain c").message +
                R"(","offset":4,"line":1,"column":5,"hint":"did you mean contains?"}})");
}

TEST(ParseCondition, Conformance) {
  DOORMAN_NEED_FIXTURES(fixtures);
  std::ifstream file(fixtures / "policy/parser.jsonl");
  std::string line;
  std::size_t cases = 0;
  while (std::getline(file, line)) {
    const auto document = base::JsonDocument::parse(line);
    ASSERT_TRUE(document.ok());
    const base::JsonValue entry = document->root();
    const std::string_view input = entry["input"].string_or("");
    const std::string_view detail = entry["detail"].string_or("");
    const ParsedCondition parsed = parse_condition(input);
    const bool accepted = entry["expect"].string_or("") == "ok";
    EXPECT_EQ(parsed.condition.has_value(), accepted) << input;
    if (parsed.condition.has_value() != accepted) continue;
    const std::string ours = accepted ? to_text(*parsed.condition) : parsed.error->message;
    EXPECT_NE(ours.find(detail), std::string::npos) << input << "\n  ours:   " << ours << "\n  theirs: " << detail;
    if (accepted) {
      EXPECT_EQ(ours, detail) << input;
    }
    ++cases;
  }
  EXPECT_GT(cases, 200U);
}

}  // namespace
}  // namespace doorman::policy
