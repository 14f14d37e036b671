// SPDX-License-Identifier: Apache-2.0
#include "base/ip.h"

#include <gtest/gtest.h>

namespace doorman::base {
namespace {

bool contains(std::string_view network, std::string_view address) {
  return IpNetwork::parse(network).value().contains(IpAddress::parse(address).value());
}

TEST(Ip, ReadsAndWritesAddresses) {
  for (const std::string_view text : {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_text(*address), text);
    EXPECT_EQ(address->is_v6, text.find(':') != std::string_view::npos);
  }
  for (const std::string_view text : {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "[::1]", "fe80::1%eth0",
                                      "1::2::3", " 1.2.3.4", "1.2.3.4 ", "g::", "1.2.3.4/8"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(IpAddress::parse(std::string(100, '1')));
}

TEST(Ip, FamiliesDiffer) {
  EXPECT_NE(IpAddress::parse("0.0.0.1"), IpAddress::parse("::1"));
  EXPECT_NE(IpAddress::parse("1.2.3.4"), IpAddress::parse("::ffff:1.2.3.4"));
  EXPECT_FALSE(contains("::/0", "1.2.3.4"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
}

TEST(Ip, NetworksCountTheirFirstBits) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("10.1.2.3/8", "10.9.9.9"));
  EXPECT_TRUE(contains("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
  EXPECT_TRUE(contains("0.0.0.0/0", "1.2.3.4"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("::1/128", "::1"));
  EXPECT_TRUE(contains("192.168.1.1", "192.168.1.1"));
  EXPECT_FALSE(contains("192.168.1.1", "192.168.1.2"));
}

TEST(Ip, NetworksThatAreNone) {
  for (const std::string_view text :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "/8", "10/8"})
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  EXPECT_EQ(to_text(IpNetwork::parse("10.1.0.0/16").value()), "10.1.0.0/16");
}

}  // namespace
}  // namespace doorman::base
