// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::base {
namespace {

using ::testing::ElementsAre;

TEST(Text, SplitKeepsEmptyPieces) {
  EXPECT_THAT(split("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(split("", ','), ElementsAre(""));
}

TEST(Text, NumbersAreWholeOrNothing) {
  EXPECT_EQ(to_number("18446744073709551615"), 18446744073709551615ULL);
  for (const char* wrong : {"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616"})
    EXPECT_FALSE(to_number(wrong)) << wrong;
}

TEST(Text, LinesLoseTheirEnds) {
  std::string_view rest = "a\r\n\nb";
  std::string_view line;
  std::vector<std::string_view> lines;
  while (next_line(rest, line)) lines.push_back(line);
  EXPECT_THAT(lines, ElementsAre("a", "", "b"));
}

TEST(Text, PrintableObeysNoTerminalAndHidesNoName) {
  EXPECT_EQ(printable("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(printable("\x1b[31m\n"), "\\x1b[31m\\x0a");
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\xe2\\x80\\xaeb")
      << "right-to-left override";
  EXPECT_EQ(printable("\xff\xc0\x80"), "\\xff\\xc0\\x80") << "no UTF-8";
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "C1 control sequence introducer";
}

}  // namespace
}  // namespace doorman::base
