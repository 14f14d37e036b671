// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_writer.h"

namespace doorman::base {
namespace {

TEST(Json, ChainsNeedNoChecks) {
  const auto document = JsonDocument::parse(R"({"a":{"b":[1,"two",true,null,2.5]}})");
  ASSERT_TRUE(document.ok());
  const auto items = document->root()["a"]["b"].items();
  ASSERT_EQ(items.size(), 5U);
  EXPECT_EQ(items[0].integer(), 1);
  EXPECT_EQ(items[1].string(), "two");
  EXPECT_EQ(items[2].boolean(), true);
  EXPECT_EQ(items[3].kind(), JsonValue::Kind::null);
  EXPECT_EQ(items[4].real(), 2.5);
  EXPECT_EQ(document->root()["x"]["y"].string_or("fallback"), "fallback");
  EXPECT_FALSE(document->root()["x"].exists());
  EXPECT_TRUE(document->root()["a"].items().empty());
}

TEST(Json, DepthHasALimit) {
  const std::string deep = std::string(10'000, '[') + std::string(10'000, ']');
  const auto refused = JsonDocument::parse(deep);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::limit);
  EXPECT_TRUE(JsonDocument::parse(std::string(100, '[') + std::string(100, ']')).ok());
}

TEST(Json, WhatIsNoJsonIsAnError) {
  for (const char* wrong : {"", "{", "{\"a\":}", "[1,]", "nul", "{} {}", "\"\xff\""})
    EXPECT_FALSE(JsonDocument::parse(wrong).ok()) << wrong;
  EXPECT_TRUE(JsonDocument::parse("\xef\xbb\xbf{}").ok()) << "a byte order mark is skipped";
}

TEST(JsonWriter, EscapesWhatMustBeAndReplacesWhatIsNoUtf8) {
  JsonWriter json(JsonWriter::Layout::one_line);
  json.begin_object();
  json.member("text", std::string_view("\"\\\n\x01\xff\xc3\xa9", 7));
  json.member("number", -5);
  json.begin_array("list");
  json.value(1U);
  json.value(0.5);
  json.null();
  json.end_array();
  json.end_object();
  EXPECT_EQ(json.take(),
            "{\"text\":\"\\\"\\\\\\n\\u0001\xef\xbf\xbd\xc3\xa9\",\"number\":-5,\"list\":[1,0.5,null]}");
}

TEST(JsonWriter, ATextThatPointsNowhereIsEmpty) {
  JsonWriter writer(JsonWriter::Layout::one_line);
  writer.value(std::string_view());
  EXPECT_EQ(writer.take(), R"("")");
}

// Eight bytes are looked at together: what must be escaped is found at each place among them, and behind them.
TEST(JsonWriter, EscapesAtEveryPlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"\"", "\\\""},
                                                                  {"\\", "\\\\"},
                                                                  {"\t", "\\t"},
                                                                  {std::string(1, '\0'), "\\u0000"},
                                                                  {"\x1f", "\\u001f"},
                                                                  {"\x7f", "\\u007f"},
                                                                  {"\x80", "\xef\xbf\xbd"},
                                                                  {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
                                                                  {"\xe2\x82\xac", "\xe2\x82\xac"},
                                                                  {" ~!#[]", " ~!#[]"}};
  for (const auto& [raw, written] : cases) {
    for (std::size_t before = 0; before < 20; ++before) {
      for (std::size_t after = 0; after < 20; after += 3) {
        JsonWriter json(JsonWriter::Layout::one_line);
        json.value(std::string(before, 'a') + raw + std::string(after, 'z'));
        ASSERT_EQ(json.take(), '"' + std::string(before, 'a') + written + std::string(after, 'z') + '"');
      }
    }
  }
}

TEST(JsonWriter, IndentsHoweverDeep) {
  JsonWriter json;
  for (int i = 0; i < 60; ++i) json.begin_array();
  json.value(1);
  for (int i = 0; i < 60; ++i) json.end_array();
  EXPECT_THAT(json.take(), testing::HasSubstr("[\n" + std::string(120, ' ') + "1\n" + std::string(118, ' ') + "]"));
}

TEST(JsonWriter, IndentsByTwo) {
  JsonWriter json;
  json.begin_object();
  json.begin_array("empty");
  json.end_array();
  json.member("a", true);
  json.end_object();
  EXPECT_EQ(json.take(), "{\n  \"empty\": [],\n  \"a\": true\n}\n");
}

}  // namespace
}  // namespace doorman::base
