// SPDX-License-Identifier: Apache-2.0
#include "sink/terminal.h"

#include <gtest/gtest.h>

namespace doorman::sink {
namespace {

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("plain"), 5U);
  EXPECT_EQ(display_width("évil → x"), 8U);
  EXPECT_EQ(display_width("包"), 2U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("\U0001F600"), 2U);
  EXPECT_EQ(display_width("\xff"), 1U);
}

TEST(Cut, KeepsCodePointsWhole) {
  EXPECT_EQ(cut_end("abcdef", 6, "…"), "abcdef");
  EXPECT_EQ(cut_end("abcdef", 5, "…"), "abcd…");
  EXPECT_EQ(cut_end("包包包", 5, "…"), "包包…");
  EXPECT_EQ(cut_end("包包包", 4, "…"), "包…");
  EXPECT_EQ(cut_end("abcdef", 2, "..."), "");
  EXPECT_EQ(cut_start("abcdef", 5, "…"), "…cdef");
  EXPECT_EQ(cut_start("包包包", 4, "…"), "…包");
  EXPECT_EQ(cut_start("abcdef", 0, "…"), "");
}

TEST(Shown, HasNoControlsAndIsAsciiWhereAsked) {
  EXPECT_EQ(shown("a\x1b[31mb\n", true), "a\\x1b[31mb\\x0a");
  EXPECT_EQ(shown("é包", true), "é包");
  EXPECT_EQ(shown("é包", false), "??");
}

TEST(Page, PadsToColumnsAndLeavesNoTrailingSpaces) {
  Page page(false, 20);
  page.put("a");
  page.pad_to(5);
  page.put("b");
  page.pad_to(3, 2);
  page.put("c");
  EXPECT_EQ(page.column(), 9U);
  EXPECT_EQ(page.room(), 11U);
  page.pad_to(15);
  page.end_line();
  EXPECT_EQ(page.take(), "a    b  c\n");
}

TEST(Page, ColoursOnlyWhereAsked) {
  Page page(true, 20);
  page.put("x", Style::critical);
  page.put("y");
  EXPECT_EQ(page.take(), "\x1b[1;31mx\x1b[0my");
  Page plain(false, 20);
  plain.put("x", Style::critical);
  EXPECT_EQ(plain.take(), "x");
}

TEST(Numbers, AreForPeople) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(999), "999 B");
  EXPECT_EQ(size_text(1000), "1.00 kB");
  EXPECT_EQ(size_text(685'000'000), "685 MB");
  EXPECT_EQ(size_text(1'856'000'000), "1.86 GB");
  EXPECT_EQ(size_text(999'600), "1.00 MB");
  EXPECT_EQ(size_text(99'960), "100 kB");
  EXPECT_EQ(size_text(~0ULL), "18.4 EB");
}

}  // namespace
}  // namespace doorman::sink
