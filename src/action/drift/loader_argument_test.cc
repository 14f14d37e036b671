// SPDX-License-Identifier: Apache-2.0
#include "action/drift/loader_argument.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace doorman::action {
namespace {

std::string joined(std::initializer_list<std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text.append(word).push_back('\0');
  return text;
}

std::string file_of(std::initializer_list<std::string_view> words) {
  const std::string text = joined(words);
  const LoaderArgument argument = parse_loader_argument(text);
  EXPECT_FALSE(argument.nothing);
  return std::string(argument.file);
}

TEST(LoaderArgumentTest, TheFileIsTheFirstThatIsNoOption) {
  EXPECT_EQ(file_of({"ld.so", "/bin/ls", "-l"}), "/bin/ls");
  EXPECT_EQ(file_of({"ld.so", "./x"}), "./x");
  EXPECT_EQ(file_of({"ld.so", "--list", "/bin/ls"}), "/bin/ls");
  EXPECT_EQ(file_of({"ld.so", "--library-path", "/lib", "--inhibit-cache", "/bin/ls"}), "/bin/ls");
  EXPECT_EQ(file_of({"ld.so", "--audit", "/x.so", "--verify", "/bin/ls"}), "/bin/ls");
}

TEST(LoaderArgumentTest, WhatNotEachLoaderReadsAlikeCannotBeTold) {
  EXPECT_EQ(file_of({"ld.so", "ls"}), "") << "looked for on the library path";
  EXPECT_EQ(file_of({"ld.so", "--argv0", "x", "/bin/ls"}), "") << "a file's name to glibc before 2.33";
  EXPECT_EQ(file_of({"ld.so", "--help"}), "");
  EXPECT_EQ(file_of({"ld.so", "--", "/bin/ls"}), "");
  EXPECT_EQ(file_of({"ld.so", "--library-path=/lib", "/bin/ls"}), "");
  EXPECT_EQ(file_of({"ld.so", "--list"}), "");
  EXPECT_EQ(file_of({"ld.so", "--library-path"}), "");
  EXPECT_EQ(file_of({"ld.so", ""}), "");
}

TEST(LoaderArgumentTest, ALoaderWithoutArgumentsTellsHowItIsUsed) {
  EXPECT_TRUE(parse_loader_argument(joined({"ld.so"})).nothing);
  EXPECT_TRUE(parse_loader_argument("ld.so").nothing);
  EXPECT_TRUE(parse_loader_argument("").nothing);
}

}  // namespace
}  // namespace doorman::action
