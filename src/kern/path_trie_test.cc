// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "kern/call_programs.h"

namespace doorman::kern {
namespace {

using Match = PathFilter::Match;
using ::testing::ElementsAre;
using ::testing::Pair;

std::vector<std::pair<std::string, std::uint64_t>> trie(std::vector<PathFilter> paths,
                                                        std::size_t most_bytes = 255) {
  std::vector<std::pair<std::string, std::uint64_t>> found;
  for (const PathFilter& each : trie_of(std::move(paths), most_bytes)) {
    std::string text = each.text;
    if (text.ends_with('\0')) text.back() = '$';
    found.emplace_back(text, each.filters);
  }
  return found;
}

TEST(PathTrie, TheLongestEntryKnowsAllThatItBeginsWith) {
  EXPECT_THAT(trie({{"/etc/ssh/key", Match::whole, 1},
                    {"/etc/", Match::beginning, 2},
                    {"/etc/ssh", Match::beginning, 4},
                    {"/etc", Match::whole, 8},
                    {"/root", Match::beginning, 16}}),
              ElementsAre(Pair("/etc$", 8), Pair("/etc/", 2), Pair("/etc/ssh", 6), Pair("/etc/ssh/key$", 7),
                          Pair("/root", 16)));
}

TEST(PathTrie, EqualTextsAreOne) {
  EXPECT_THAT(trie({{"/a", Match::whole, 1}, {"/a", Match::whole, 2}, {"/a", Match::beginning, 4}}),
              ElementsAre(Pair("/a", 4), Pair("/a$", 7)));
}

TEST(PathTrie, WhatIsTooLongStandsForAllThatBeginsSo) {
  EXPECT_THAT(trie({{"/abcdef", Match::whole, 1}, {"/abcdeg", Match::beginning, 2}}, 6),
              ElementsAre(Pair("/abcde", 3)));
}

TEST(LeafFilters, WholePathsAndFoldersSayAName) {
  const LeafFilters filters = leaves_of({{"/etc/shadow", Match::whole, 1},
                                         {"/run/shadow", Match::whole, 2},
                                         {"/etc/", Match::beginning, 4},
                                         {"/log", Match::ending, 8},
                                         {"/etc/", Match::whole, 16},
                                         {"memfd:x", Match::whole, 32},
                                         {"/too/long/a/path", Match::whole, 64},
                                         {"/etc/pam.d/", Match::inside, 128},
                                         {"/", Match::inside, 256}},
                                        16);
  EXPECT_EQ(filters.any, 4U | 8U | 16U | 32U | 64U | 256U);
  EXPECT_THAT(filters.leaves, ElementsAre(Pair("shadow", 1 | 2)));
  EXPECT_THAT(filters.folders, ElementsAre(Pair("pam.d", 128)));
}

TEST(PathTrie, EndingsAreKeptElsewhere) { EXPECT_THAT(trie({{".log", Match::ending, 1}}), ElementsAre()); }

}  // namespace
}  // namespace doorman::kern
