// SPDX-License-Identifier: Apache-2.0
#include "model/dns_answer.h"

#include <gtest/gtest.h>

namespace doorman::model {
namespace {

using namespace std::string_literals;

TEST(DnsMessageName, IsTheInverseOfWhatAnswersTell) {
  EXPECT_EQ(dns_message_name("db.example"), "\2db\7example\0"s);
  EXPECT_EQ(dns_message_name("a\\046b\\092.x"), "\4a.b\\\1x\0"s);
  EXPECT_EQ(dns_message_name("\\000\\255"), "\2\0\377\0"s);
}

TEST(DnsMessageName, IsEmptyForWhatIsNone) {
  for (const std::string_view name : {"a..b", ".a", "a\\25", "a\\256", "a\\x12"}) {
    EXPECT_EQ(dns_message_name(name), "") << name;
  }
  EXPECT_EQ(dns_message_name(std::string(64, 'a')), "");
  std::string longest = std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') + ".";
  EXPECT_EQ(dns_message_name(longest + std::string(61, 'd')).size(), 255U);
  EXPECT_EQ(dns_message_name(longest + std::string(62, 'd')), "");
}

}  // namespace
}  // namespace doorman::model
