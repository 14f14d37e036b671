// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/alias_classes.h"

#include <gtest/gtest.h>

namespace doorman::derive::advisory_db {
namespace {

TEST(AliasClasses, NamesJoinThroughOthers) {
  AliasClasses classes;
  classes.unite(7, 3);
  classes.unite(9, 8);
  EXPECT_NE(classes.root(7), classes.root(9));
  classes.unite(8, 3);
  for (const std::uint32_t name : {3U, 7U, 8U, 9U}) EXPECT_EQ(classes.root(name), 3U);
  EXPECT_EQ(classes.root(4), 4U);
  EXPECT_EQ(classes.root(4000), 4000U);
}

TEST(AliasClasses, TheBestNameOfAFlaw) {
  const char* const by_rank[] = {"CVE-2019-5", "CVE-2021-999", "CVE-2021-1000", "GHSA-aaaa",
                                 "GO-2021-1",  "PYSEC-2021-1", "VCID-1"};
  for (std::size_t i = 0; i < std::size(by_rank); ++i) {
    for (std::size_t j = 0; j < std::size(by_rank); ++j) EXPECT_EQ(better_name(by_rank[i], by_rank[j]), i < j);
  }
}

TEST(AliasClasses, WhatIsAName) {
  for (const char* text : {"CVE-2021-1", "XSA-428", "ZBX-11023", "openssl-1"}) EXPECT_TRUE(is_name(text)) << text;
  for (const char* text : {"", "N/A", "CVE", "2014-04-26", "-1", "CVE-"}) EXPECT_FALSE(is_name(text)) << text;
}

TEST(StringPool, EachTextOnceAndForGood) {
  StringPool pool;
  EXPECT_EQ(pool.intern(""), 0U);
  const std::uint32_t first = pool.intern("first");
  const std::string_view view = pool.view(first);
  for (int i = 0; i < 100'000; ++i) pool.intern(std::to_string(i));
  EXPECT_EQ(pool.intern("first"), first);
  EXPECT_EQ(pool.view(first).data(), view.data());
  EXPECT_EQ(pool.size(), 100'002U);
  const std::string large(3U << 20U, 'x');
  EXPECT_EQ(pool.view(pool.intern(large)), large);
}

}  // namespace
}  // namespace doorman::derive::advisory_db
