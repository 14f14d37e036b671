// SPDX-License-Identifier: Apache-2.0
#include "base/patterns.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace doorman::base {
namespace {

using Hits = std::vector<std::pair<std::uint32_t, std::size_t>>;

Hits hits_in(const PatternSet& set, Bytes text) {
  Hits hits;
  const auto searcher = set.searcher();
  EXPECT_TRUE(searcher.ok());
  EXPECT_TRUE(searcher
                  ->search(text,
                           [&](std::uint32_t pattern, std::size_t end) {
                             hits.emplace_back(pattern, end);
                             return true;
                           })
                  .ok());
  return hits;
}

PatternSet compiled(const std::vector<SearchPattern>& patterns) {
  auto set = PatternSet::compile(patterns);
  EXPECT_TRUE(set.ok()) << set.error().message();
  return std::move(set).value();
}

TEST(PatternSet, TellsWhichPatternEndsWhere) {
  const PatternSet set = compiled({{.text = "abc"}, {.text = "b"}, {.text = "x[0-9]+y", .literal = false}});
  EXPECT_EQ(hits_in(set, "zabc x17y"), (Hits{{1, 3}, {0, 4}, {2, 9}}));
  EXPECT_EQ(hits_in(set, ""), Hits());
}

TEST(PatternSet, ALiteralStandsForItself) {
  const PatternSet set =
      compiled({{.text = "a.c"}, {.text = std::string("n\0l", 3)}, {.text = "Key", .caseless = true}});
  EXPECT_EQ(hits_in(set, Bytes("abc a.c n\0l KEY", 15)), (Hits{{0, 7}, {1, 11}, {2, 15}}));
}

TEST(PatternSet, StopsWhenToldTo) {
  const PatternSet set = compiled({{.text = "a"}});
  int told = 0;
  ASSERT_TRUE(set.searcher()->search("aaaa", [&](std::uint32_t, std::size_t) { return ++told < 2; }).ok());
  EXPECT_EQ(told, 2);
}

TEST(PatternSet, NamesWhatItRefuses) {
  const auto message = [](const std::vector<SearchPattern>& patterns) {
    const auto set = PatternSet::compile(patterns);
    return set.ok() ? "" : set.error().message();
  };
  EXPECT_EQ(message({}), "no patterns");
  EXPECT_EQ(message({{.text = "a"}, {.text = ""}}), "pattern 1 is empty");
  EXPECT_EQ(message({{.text = "a"}, {.text = "(", .literal = false}}).substr(0, 10), "pattern 1:");
  EXPECT_EQ(message({{.text = "a*", .literal = false}}).substr(0, 10), "pattern 0:");
  EXPECT_EQ(message({{.text = std::string(5000, 'a')}}), "pattern 0 has more than 4096 bytes");
}

}  // namespace
}  // namespace doorman::base
