// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/kev.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::parse::advisory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Kev, TakesTheCveIds) {
  const auto known =
      parse_kev(base::Bytes(R"({"catalogVersion":"2026.08.21","dateReleased":"2026-08-21T17:46:43.6019Z",
    "vulnerabilities":[{"cveID":"CVE-2021-44228","vendorProject":"x"},{"cveID":"nothing"},{},7,{"cveID":"CVE-2024-3094"}]})"));
  ASSERT_TRUE(known.ok());
  EXPECT_THAT(known->ids, ElementsAre("CVE-2021-44228", "CVE-2024-3094"));
  EXPECT_EQ(known->released, base::parse_time("2026-08-21T17:46:43Z"));
}

TEST(Kev, AnotherDocumentIsNoCatalogue) {
  EXPECT_THAT(parse_kev(base::Bytes(R"({"id":"GO-1"})")).error().message(), HasSubstr("no KEV catalogue"));
  EXPECT_FALSE(parse_kev(base::Bytes("{")).ok());
}

}  // namespace
}  // namespace doorman::parse::advisory
