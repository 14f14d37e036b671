// SPDX-License-Identifier: Apache-2.0
#include "base/regex.h"

#include <gtest/gtest.h>

namespace doorman::base {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  const auto regex = Regex::compile(pattern);
  EXPECT_TRUE(regex.ok()) << pattern;
  return regex.ok() && regex->matches(text);
}

TEST(Regex, MatchesTheWholeText) {
  EXPECT_TRUE(matches("[a-z]+", "abc"));
  EXPECT_FALSE(matches("[a-z]+", "abc1"));
  EXPECT_FALSE(matches("b", "abc"));
  EXPECT_TRUE(matches(".*b.*", "abc"));
  EXPECT_TRUE(matches("^abc$", "abc"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_TRUE(matches("a|ab", "ab"));
  EXPECT_TRUE(matches("[[:alpha:]]+", "abc"));
}

TEST(Regex, BytesThatAreNoUtf8) {
  EXPECT_TRUE(matches("a.b",
                      "a\xff"
                      "b"));
  EXPECT_TRUE(matches("a..b",
                      "a\xc3\x28"
                      "b"));
  EXPECT_TRUE(matches("a.b",
                      "a\xc3\xa9"
                      "b"));
}

TEST(Regex, RefusesWhatItCannotRead) {
  for (const std::string_view pattern : {"(", "[a", "*a", "a{2,1}", "\\d+"})
    EXPECT_FALSE(Regex::compile(pattern).ok()) << pattern;
  EXPECT_EQ(Regex::compile("(").error().code(), ErrorCode::invalid);
}

TEST(Regex, Limits) {
  EXPECT_TRUE(Regex::compile(std::string(Regex::max_bytes, 'a')).ok());
  const auto long_one = Regex::compile(std::string(Regex::max_bytes + 1, 'a'));
  ASSERT_FALSE(long_one.ok());
  EXPECT_EQ(long_one.error().code(), ErrorCode::limit);
  const auto large = Regex::compile("((((.{100}){10}){10}){10}){10}");
  ASSERT_FALSE(large.ok());
}

TEST(Regex, PatternsThatExplodeElsewhereTakeLinearTime) {
  EXPECT_FALSE(matches("(a+)+b", std::string(100'000, 'a')));
  EXPECT_FALSE(matches("(.*a){20}b", std::string(20'000, 'a')));
}

}  // namespace
}  // namespace doorman::base
