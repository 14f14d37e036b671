// SPDX-License-Identifier: Apache-2.0
#include "base/json_edit.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace doorman::base {
namespace {

JsonText text(std::string json) { return JsonText::parse(std::move(json)).value(); }

TEST(JsonEdit, SetsAndLeavesEveryOtherByte) {
  JsonText edited = text("\xef\xbb\xbf {\"x\" : 1.50e3, \"a\":{ \"b\" : [1 , {\"b\":2}] , \"c\":\"\\\"}\"}}\n");
  ASSERT_TRUE(edited.set({"a", "c"}, "true").ok());
  EXPECT_EQ(edited.text(), "\xef\xbb\xbf {\"x\" : 1.50e3, \"a\":{ \"b\" : [1 , {\"b\":2}] , \"c\":true}}\n");
  ASSERT_TRUE(edited.set({"x"}, "[]").ok());
  ASSERT_TRUE(edited.append({"a", "b"}, "\"q\"").ok());
  ASSERT_TRUE(edited.append({"x"}, "0").ok());
  EXPECT_EQ(edited.text(), "\xef\xbb\xbf {\"x\" : [0], \"a\":{ \"b\" : [1 , {\"b\":2},\"q\"] , \"c\":true}}\n");
}

TEST(JsonEdit, MakesWhatIsMissingOnTheWay) {
  JsonText edited = text(R"({"n":null})");
  ASSERT_TRUE(edited.set({"a", "b", "c"}, "1").ok());
  EXPECT_EQ(edited.text(), R"({"a": {"b": {"c": 1}},"n":null})");
  ASSERT_TRUE(edited.set({"n", "m"}, "2").ok());
  ASSERT_TRUE(edited.append({"n", "l"}, "3").ok());
  EXPECT_EQ(edited.text(), R"({"a": {"b": {"c": 1}},"n":{"l": [3],"m": 2}})");
  EXPECT_FALSE(edited.set({"a", "b", "c", "d"}, "1").ok());
  EXPECT_FALSE(edited.append({"a"}, "1").ok());
  JsonText array = text("[1]");
  EXPECT_FALSE(array.set({"a"}, "1").ok());
  JsonText empty = text("{ }");
  ASSERT_TRUE(empty.set({"a"}, "1", "\n  ").ok());
  EXPECT_EQ(empty.text(), "{\n  \"a\": 1 }");
}

TEST(JsonEdit, AKeyIsWhatItsEscapesStandFor) {
  JsonText edited = text(R"({"\u0061b":{"c\"d":1}})");
  EXPECT_EQ(edited.find({"ab", "c\"d"}), "1");
  ASSERT_TRUE(edited.set({"ab", "c\"d"}, "2").ok());
  ASSERT_TRUE(edited.set({"x\"\n"}, "3").ok());
  EXPECT_EQ(edited.text(), R"({"x\"\n": 3,"\u0061b":{"c\"d":2}})");
}

TEST(JsonEdit, EraseIsTheWayBack) {
  for (const char* before : {"{}", "{ }", "{\n  \"a\": 1\n}\n", "{\"a\":{},\"b\":2}"}) {
    JsonText edited = text(before);
    ASSERT_TRUE(edited.set({"new"}, R"({"p":[1,2]})", "\n  ").ok());
    EXPECT_NE(edited.text(), before);
    EXPECT_TRUE(edited.erase({"new"}));
    EXPECT_EQ(edited.text(), before);
    EXPECT_FALSE(edited.erase({"new"}));
  }
  JsonText edited = text(R"({"a":1, "b":2 , "c":3 })");
  EXPECT_TRUE(edited.erase({"c"}));
  EXPECT_EQ(edited.text(), R"({"a":1, "b":2  })");
  EXPECT_TRUE(edited.erase({"a"}));
  EXPECT_TRUE(edited.erase({"b"}));
  EXPECT_TRUE(JsonDocument::parse(edited.text()).ok()) << edited.text();
}

}  // namespace
}  // namespace doorman::base
