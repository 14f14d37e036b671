// SPDX-License-Identifier: Apache-2.0
#include "base/json_tree.h"

#include <gtest/gtest.h>

#include <random>

#include "json_both.h"

namespace doorman::base {
namespace {

using namespace std::string_view_literals;

const std::vector<std::string>& texts() {
  static const std::vector<std::string> all = {
      R"({"a":{"b":[1,"two",true,null,2.5,-0,-1.5e-3,18446744073709551615,9223372036854775808]},"a":false})",
      R"({"\u00e9\ud83d\ude00":"\"\\\/\b\f\n\r\t","é":"\u0000"})",
      R"([[],{},[ ],{ },[{"a" : [ {} , [ ] ] }]])",
      " \t\r\n[1 , 2 ]\n",
      "\xef\xbb\xbf{}",
      "\"x\x7fy\"",
      "true",
      "[nul]",
      "[-9223372036854775808,-9223372036854775809]",
      "[123456789012345678901234567890]",
      "[1e400]",
      "[1e-400, 4.9e-324, 2.2250738585072011e-308, 1.7976931348623159e308]",
      "[0.30000000000000004, 1e22, 123456789.123456789e-5, 00, -, 1.]",
      R"(["\ud800"])",
      R"(["\udc00"])",
      R"(["\ud800\u0041"])",
      "[\"\x01\"]",
      "[\"\xff\"]",
      "[\"open]",
      "{} {}",
      "",
      " ",
      std::string(127, '[') + std::string(127, ']'),
      std::string(128, '[') + std::string(128, ']'),
      std::string(129, '[') + std::string(129, ']'),
      std::string(127, '[') + "1" + std::string(127, ']'),
      std::string(128, '[') + "1" + std::string(128, ']'),
  };
  return all;
}

TEST(JsonTree, KeepsTheOrderOfTheText) {
  const auto tree = JsonTree::parse(R"({"a":[1,"b"],"c":2})");
  ASSERT_TRUE(tree.ok());
  EXPECT_EQ(tree->node(0).size, 2U);
  EXPECT_EQ(tree->text(tree->node(1)), "a");
  EXPECT_EQ(tree->node(2).kind, JsonTree::Kind::array);
  EXPECT_EQ(tree->text(tree->node(4)), "b");
  EXPECT_EQ(tree->after(2), 5U);
  EXPECT_EQ(tree->text(tree->node(5)), "c");
  EXPECT_EQ(tree->after(0), 7U);
}

TEST(JsonTree, TakesWhatSimdjsonTakes) {
  for (const std::string& text : texts()) EXPECT_EQ(test::difference(text), "") << text;
}

/// One to three small changes.
std::string changed(std::string text, std::mt19937_64& random) {
  constexpr std::string_view bytes = "{}[],:\"\\0123456789.eE+-truefalsn \t\n\x01\xff\xc3\xa9u/bdD\0"sv;
  for (std::uint64_t i = random() % 3 + 1; i > 0; --i) {
    const std::size_t at = text.empty() ? 0 : random() % text.size();
    const char c = bytes[random() % bytes.size()];
    switch (random() % 4) {
      case 0:
        text.insert(at, 1, c);
        break;
      case 1:
        text.erase(at, 1);
        break;
      case 2:
        text.replace(at, 1, 1, c);
        break;
      default:
        text.insert(at, text.substr(random() % (text.size() + 1), random() % 8));
    }
  }
  return text;
}

TEST(JsonTree, TakesWhatSimdjsonTakesOfWhatIsNearlyJson) {
  std::mt19937_64 random(1);  // NOLINT(cert-msc*): every run tries the same changes
  for (int i = 0; i < 50'000; ++i) {
    const std::string text = changed(texts()[random() % texts().size()], random);
    ASSERT_EQ(test::difference(text), "") << text;
  }
}

}  // namespace
}  // namespace doorman::base
