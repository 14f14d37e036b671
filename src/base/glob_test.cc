// SPDX-License-Identifier: Apache-2.0
#include "base/glob.h"

#include <fnmatch.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace doorman::base {
namespace {

TEST(Glob, StarsAndQuestionMarks) {
  EXPECT_TRUE(matches_glob("", ""));
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("/etc/*", "/etc/ssh/config"));
  EXPECT_TRUE(matches_glob("*.so.?", "libc.so.6"));
  EXPECT_FALSE(matches_glob("*.so.?", "libc.so"));
  EXPECT_FALSE(matches_glob("a", "ab"));
  EXPECT_FALSE(matches_glob("ab", "a"));
  EXPECT_TRUE(matches_glob("a*b*c", "a-b-b-c"));
  EXPECT_TRUE(matches_glob("*", ".hidden"));
  EXPECT_FALSE(matches_glob("ABC", "abc"));
  EXPECT_TRUE(matches_glob("A?C*", "abcd", Case::ignored));
}

TEST(Glob, Brackets) {
  EXPECT_TRUE(matches_glob("[a-c]x", "bx"));
  EXPECT_FALSE(matches_glob("[!a-c]x", "bx"));
  EXPECT_TRUE(matches_glob("[]]", "]"));
  EXPECT_TRUE(matches_glob("[[:digit:]]", "7"));
  EXPECT_TRUE(matches_glob("[a", "[a"));
  EXPECT_TRUE(matches_glob("[\\]]", "]"));
  EXPECT_TRUE(matches_glob("[A-C]", "b", Case::ignored));
  EXPECT_TRUE(matches_glob("\\*", "*"));
  EXPECT_FALSE(matches_glob("\\*", "a"));
  EXPECT_FALSE(matches_glob("a\\", "a\\"));
}

TEST(Glob, AnswersAsFnmatchDoes) {
  std::mt19937 random(7);  // NOLINT(cert-msc*): the same each time
  const std::string in_pattern = "ab*?[]-!^\\A";
  const std::string in_text = "ab]-\\A[^";
  const auto word = [&](const std::string& letters, unsigned longest) {
    std::string made;
    for (auto left = random() % (longest + 1); left > 0; --left) made += letters[random() % letters.size()];
    return made;
  };
  for (int i = 0; i < 200'000; ++i) {
    const std::string pattern = word(in_pattern, 8);
    const std::string text = word(in_text, 6);
    EXPECT_EQ(matches_glob(pattern, text), fnmatch(pattern.c_str(), text.c_str(), 0) == 0)
        << pattern << " " << text;
    if (testing::Test::HasFailure()) break;
  }
}

TEST(Glob, ManyStarsTakeNoLongTime) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(matches_glob(pattern + "b", std::string(20'000, 'a')));
}

}  // namespace
}  // namespace doorman::base
