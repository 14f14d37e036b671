// SPDX-License-Identifier: Apache-2.0
#include "net/auth_challenge.h"

#include <gtest/gtest.h>

#include <string>

namespace doorman::net {
namespace {

TEST(AuthChallenge, ReadsBearer) {
  const auto found = parse_challenges(
      R"(Bearer realm="https://auth.example/token?a=1,2",service="registry.example",scope="repository:app:pull")");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].scheme, "bearer");
  EXPECT_EQ(found[0].parameter("realm"), "https://auth.example/token?a=1,2");
  EXPECT_EQ(found[0].parameter("service"), "registry.example");
  EXPECT_EQ(found[0].parameter("scope"), "repository:app:pull");
  EXPECT_EQ(found[0].parameter("error"), "");
}

TEST(AuthChallenge, ReadsSeveralInOneHeader) {
  const auto found = parse_challenges(R"(Negotiate, BASIC Realm = "a \"quoted\" name", Bearer realm=x , scope="")");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].scheme, "negotiate");
  EXPECT_EQ(found[1].scheme, "basic");
  EXPECT_EQ(found[1].parameter("realm"), R"(a "quoted" name)");
  EXPECT_EQ(found[2].parameter("realm"), "x");
  EXPECT_EQ(found[2].parameters.size(), 2U);
}

TEST(AuthChallenge, KeepsWhatStandsBeforeAnError) {
  EXPECT_TRUE(parse_challenges("").empty());
  EXPECT_TRUE(parse_challenges("=x").empty());
  EXPECT_TRUE(parse_challenges("realm=\"no scheme\"").empty());
  const auto open = parse_challenges(R"(Bearer service=s, realm="never closed)");
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].parameter("service"), "s");
  EXPECT_EQ(open[0].parameter("realm"), "");
}

TEST(AuthChallenge, IsLimited) {
  std::string many = "Basic ";
  for (int i = 0; i < 1000; ++i) many += "a" + std::to_string(i) + "=1,";
  EXPECT_EQ(parse_challenges(many).at(0).parameters.size(), max_challenge_parameters);
  std::string schemes;
  for (int i = 0; i < 1000; ++i) schemes += "s" + std::to_string(i) + ",";
  EXPECT_EQ(parse_challenges(schemes).size(), max_challenges);
}

}  // namespace
}  // namespace doorman::net
