// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/text_finder.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace doorman::policy {
namespace {

using Numbers = std::set<std::uint32_t>;

Numbers search(const TextFinder& finder, std::string_view text) {
  Numbers found;
  finder.search(text, [&](std::uint32_t number) { found.insert(number); });
  return found;
}

TextFinder make(Where where, const std::vector<std::string>& texts) {
  TextFinder finder(where);
  for (std::uint32_t i = 0; i < texts.size(); ++i) finder.add(texts[i], i);
  finder.finish();
  return finder;
}

bool lies(Where where, std::string_view part, std::string_view text) {
  switch (where) {
    case Where::whole:
      return text == part;
    case Where::front:
      return text.starts_with(part);
    case Where::end:
      return text.ends_with(part);
    case Where::inside:
      return text.find(part) != std::string_view::npos;
  }
  return false;
}

TEST(TextFinder, FindsWhatASearchOneByOneFinds) {
  std::mt19937 random(3);  // NOLINT(cert-msc*): the same each time
  const auto word = [&](std::size_t longest) {
    std::string made;
    for (auto left = random() % (longest + 1); left > 0; --left) made += static_cast<char>('a' + random() % 3);
    return made;
  };
  for (const Where where : {Where::whole, Where::front, Where::end, Where::inside}) {
    for (int round = 0; round < 300; ++round) {
      std::vector<std::string> texts;
      for (auto count = random() % 20; count > 0; --count) texts.push_back(word(8));
      const TextFinder finder = make(where, texts);
      for (int look = 0; look < 20; ++look) {
        const std::string text = word(24);
        Numbers wanted;
        for (std::uint32_t i = 0; i < texts.size(); ++i) {
          if (lies(where, texts[i], text)) wanted.insert(i);
        }
        EXPECT_EQ(search(finder, text), wanted) << text;
      }
    }
  }
}

TEST(TextFinder, NothingToFind) {
  EXPECT_TRUE(search(make(Where::inside, {}), "text").empty());
  EXPECT_TRUE(search(make(Where::whole, {}), "").empty());
  EXPECT_EQ(search(make(Where::front, {""}), ""), Numbers{0});
  EXPECT_EQ(search(make(Where::inside, {"", "a"}), "ba"), (Numbers{0, 1}));
}

TEST(TextFinder, NumbersMayBeShared) {
  TextFinder finder(Where::whole);
  finder.add("a", 7);
  finder.add("b", 7);
  finder.add("a", 8);
  finder.finish();
  EXPECT_EQ(search(finder, "a"), (Numbers{7, 8}));
  EXPECT_EQ(search(finder, "b"), Numbers{7});
}

}  // namespace
}  // namespace doorman::policy
