// SPDX-License-Identifier: Apache-2.0
#include "base/toml.h"

#include <gtest/gtest.h>

#include <string>

#include "repeated.h"

namespace doorman::base {
namespace {

using tests::repeated;

TomlDocument parsed(std::string_view text) {
  auto document = TomlDocument::parse(text);
  EXPECT_TRUE(document.ok()) << (document.ok() ? "" : document.error().message());
  return document.ok() ? std::move(document).value() : TomlDocument::parse("").value();
}

std::string failure(std::string_view text) {
  const auto document = TomlDocument::parse(text);
  return document.ok() ? "no error" : document.error().message();
}

TEST(Toml, GivesSectionsInTheOrderOfTheText) {
  const TomlDocument document = parsed(
      "version = 3\n\n[[package]]\nname = \"serde\"\n[package.source]\nurl = 'x'\n[[package]]\nname = \"log\" # "
      "tail\n");
  ASSERT_EQ(document.sections().size(), 4U);
  EXPECT_EQ(document.sections()[0].table["version"].literal(), "3");
  EXPECT_TRUE(document.sections()[1].element);
  EXPECT_EQ(document.sections()[1].table["name"].string(), "serde");
  EXPECT_EQ(document.sections()[1].table["name"].line(), 4U);
  EXPECT_EQ(document.sections()[2].path, (std::vector<std::string>{"package", "source"}));
  EXPECT_FALSE(document.sections()[2].element);
  EXPECT_EQ(document.sections()[3].table["name"].string(), "log");
}

TEST(Toml, ReadsArraysInlineTablesAndDottedKeys) {
  const TomlDocument document = parsed(
      "a = [\n  \"x\", # one\n  { name = \"y\", n = 2 },\n]\nb.c.\"d e\" = true\nw = 1979-05-27 07:32:00Z\nempty = "
      "{}\n");
  const TomlValue table = document.sections()[0].table;
  ASSERT_EQ(table["a"].items().size(), 2U);
  EXPECT_EQ(table["a"].items()[0].string(), "x");
  EXPECT_EQ(table["a"].items()[1]["name"].string(), "y");
  EXPECT_EQ(table["a"].items()[1]["n"].literal(), "2");
  EXPECT_EQ(table["a"].items()[1].line(), 3U);
  EXPECT_EQ(table["b"]["c"]["d e"].literal(), "true");
  EXPECT_EQ(table["w"].literal(), "1979-05-27 07:32:00Z");
  EXPECT_TRUE(table["empty"].is_table());
  EXPECT_TRUE(table["empty"].members().empty());
  ASSERT_EQ(table.members().size(), 4U);
  EXPECT_EQ(table.members()[1].key, "b");
  EXPECT_FALSE(table["nothing"]["here"].exists());
}

TEST(Toml, ReadsEveryFormOfString) {
  const TomlDocument document = parsed(
      "a = \"q\\\"\\u00e9\\U0001F600\\n\"\nb = 'c:\\d'\nc = \"\"\"\none\ntwo \\\n   three\"\"\"\nd = "
      "'''it''s'''''\n"
      "e = \"\"\nf = \"\"\"x\"\"\"\"\n");
  const TomlValue table = document.sections()[0].table;
  EXPECT_EQ(table["a"].string(), "q\"\u00e9\U0001F600\n");
  EXPECT_EQ(table["b"].string(), "c:\\d");
  EXPECT_EQ(table["c"].string(), "one\ntwo three");
  EXPECT_EQ(table["d"].string(), "it''s''");
  EXPECT_EQ(table["e"].string(), "");
  EXPECT_EQ(table["f"].string(), "x\"");
  EXPECT_EQ(table["f"].line(), 9U);
}

TEST(Toml, ErrorsNameTheLine) {
  EXPECT_EQ(failure("a = 1\nb\n"), "line 2: expected = after the key");
  EXPECT_EQ(failure("a = \"x\ny\"\n"), "line 1: a string without end");
  EXPECT_EQ(failure("a = '''x\ny"), "line 2: a string without end");
  EXPECT_EQ(failure("a = [1 2\n"), "line 2: expected , or ] in an array");
  EXPECT_EQ(failure("a = [\"x\" \"y\"]"), "line 1: expected , or ] in an array");
  EXPECT_EQ(failure("a = {b = 1"), "line 1: expected , or } in an inline table");
  EXPECT_EQ(failure("[a\nb = 1"), "line 1: expected the end of the table's header");
  EXPECT_EQ(failure("a = 1 = 2\n[b] c"), "line 2: expected the end of the line");
  EXPECT_EQ(failure("a ="), "line 1: expected a value");
  EXPECT_EQ(failure("= 1"), "line 1: expected a key");
  EXPECT_EQ(failure("a = \"\\x\""), "line 1: an unknown escape in a string");
  EXPECT_EQ(failure("a = \"\\ud800\""), "line 1: an escape that is no Unicode character");
  EXPECT_EQ(failure("a = \"\\u12"), "line 1: an escape that is no Unicode character");
}

TEST(Toml, RefusesWhatIsTooDeepOrTooLong) {
  EXPECT_EQ(failure("a = " + repeated("[", 31) + "1" + repeated("]", 31)), "no error");
  EXPECT_EQ(failure("a = " + repeated("[", 100'000)), "line 1: TOML nested deeper than 32 levels");
  EXPECT_EQ(failure("a = " + repeated("{a=", 100'000)), "line 1: TOML nested deeper than 32 levels");
  EXPECT_EQ(failure(repeated("a.", 100'000) + "a = 1"), "line 1: TOML nested deeper than 32 levels");
  EXPECT_EQ(failure("[" + repeated("a.", 100'000) + "a]"), "line 1: TOML nested deeper than 32 levels");
  EXPECT_EQ(failure("x = {" + repeated("a.a.a.a={", 20)), "line 1: TOML nested deeper than 32 levels");
  EXPECT_EQ(failure("a = [" + repeated("1,", TomlDocument::max_values)),
            "line 1: TOML with more than 1000000 values");
  EXPECT_EQ(failure(repeated("[a]\n", TomlDocument::max_sections)),
            "line 100000: TOML with more than 100000 sections");
  EXPECT_EQ(failure(std::string(TomlDocument::max_bytes + 1, '\n')), "TOML text over the limit of 32 MiB");
}

}  // namespace
}  // namespace doorman::base
