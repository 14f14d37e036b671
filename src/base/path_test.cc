// SPDX-License-Identifier: Apache-2.0
#include "base/path.h"

#include <gtest/gtest.h>

namespace doorman::base {
namespace {

TEST(CanonPath, HasOneSpelling) {
  for (const char* spelling :
       {"etc/passwd", "/etc/passwd", "./etc//passwd", "././etc/./passwd/", "a/../etc/passwd", "//etc/passwd//"}) {
    const auto path = CanonPath::parse(spelling);
    ASSERT_TRUE(path.ok()) << spelling;
    EXPECT_EQ(path->text(), "etc/passwd") << spelling;
  }
  for (const char* root : {"", "/", ".", "./", "a/..", "/./"}) {
    const auto path = CanonPath::parse(root);
    ASSERT_TRUE(path.ok()) << root;
    EXPECT_TRUE(path->is_root()) << root;
  }
}

TEST(CanonPath, NeverLeadsOutOfTheRoot) {
  for (const char* evil : {"..", "../x", "/..", "a/../..", "a/b/../../../c", "./.."}) {
    EXPECT_FALSE(CanonPath::parse(evil).ok()) << evil;
  }
  EXPECT_FALSE(CanonPath::parse(std::string_view("a\0b", 3)).ok());
  EXPECT_FALSE(CanonPath::parse(std::string(4097, 'a')).ok());
  EXPECT_TRUE(CanonPath::parse(std::string(4096, 'a')).ok());
  EXPECT_EQ(CanonPath::parse("...")->text(), "...");
  EXPECT_EQ(CanonPath::parse("..a/b..")->text(), "..a/b..");
}

TEST(CanonPath, WithinComparesWholeComponents) {
  EXPECT_TRUE(is_within("a/b", "a"));
  EXPECT_TRUE(is_within("a", "a"));
  EXPECT_FALSE(is_within("ab", "a"));
  EXPECT_TRUE(is_within("anything", ""));
}

TEST(CanonPath, LinksAreResolvedInsideTheRoot) {
  EXPECT_EQ(resolve_link("a/b/link", "../c")->text(), "a/c");
  EXPECT_EQ(resolve_link("a/b/link", "/etc/x")->text(), "etc/x");
  EXPECT_FALSE(resolve_link("a/link", "../../x").ok());
}

TEST(PathId, DoesNotChangeFromReleaseToRelease) {
  EXPECT_EQ(path_id(""), 0x2d06800538d394c2ULL);
  EXPECT_NE(path_id("a"), path_id("b"));
}

}  // namespace
}  // namespace doorman::base
