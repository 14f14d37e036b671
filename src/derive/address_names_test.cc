// SPDX-License-Identifier: Apache-2.0
#include "derive/address_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::derive {
namespace {

using testing::ElementsAre;

base::IpAddress ip(std::string_view text) { return base::IpAddress::parse(text).value(); }

model::DnsAnswer answer(std::string name, std::initializer_list<std::string_view> addresses,
                        std::uint32_t ttl = 60) {
  model::DnsAnswer made;
  made.name = std::move(name);
  for (const std::string_view address : addresses) made.addresses.push_back({ip(address), ttl});
  return made;
}

TEST(AddressNames, EachGroupKnowsWhatItWasTold) {
  AddressNames names;
  names.learn(1, answer("db.shop", {"10.0.0.1", "2001:db8::1"}), 5);
  names.learn(2, answer("evil", {"10.0.0.1"}), 6);
  EXPECT_EQ(names.name_of(ip("10.0.0.1"), 1), "db.shop");
  EXPECT_EQ(names.name_of(ip("2001:db8::1"), 1), "db.shop");
  EXPECT_EQ(names.name_of(ip("10.0.0.1"), 2), "evil");
  EXPECT_EQ(names.name_of(ip("10.0.0.1"), 3), "");
  EXPECT_EQ(names.name_of(ip("10.0.0.2"), 1), "");
  EXPECT_THAT(names.addresses_of("db.shop", 1), ElementsAre(ip("10.0.0.1"), ip("2001:db8::1")));
  names.forget(1);
  EXPECT_EQ(names.name_of(ip("10.0.0.1"), 1), "");
  EXPECT_EQ(names.groups(), 1U);
}

TEST(AddressNames, TheLatestWinsAndItsTtlIsTold) {
  AddressNames names;
  names.learn(1, answer("old", {"10.0.0.1"}), 1);
  names.learn(1, answer("new", {"10.0.0.1"}, 2), 1'000);
  const auto* known = names.find(ip("10.0.0.1"), 1);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->name, "new");
  EXPECT_EQ(known->learned, 1'000U);
  EXPECT_EQ(known->until, 2'000'001'000U);
}

TEST(AddressNames, WhatWasLearnedFirstGoesFirst) {
  AddressNames names({.groups = 2, .addresses = 2});
  names.learn(1, answer("a", {"10.0.0.1", "10.0.0.2"}), 1);
  names.learn(1, answer("b", {"10.0.0.1"}), 2);  // learned anew
  names.learn(1, answer("c", {"10.0.0.3"}), 3);
  EXPECT_EQ(names.name_of(ip("10.0.0.1"), 1), "b");
  EXPECT_EQ(names.name_of(ip("10.0.0.2"), 1), "");
  EXPECT_EQ(names.name_of(ip("10.0.0.3"), 1), "c");
  names.learn(2, answer("d", {"10.0.0.1"}), 4);
  names.learn(1, answer("e", {"10.0.0.4"}), 5);
  names.learn(3, answer("f", {"10.0.0.1"}), 6);
  EXPECT_EQ(names.groups(), 2U);
  EXPECT_EQ(names.name_of(ip("10.0.0.1"), 2), "");
  EXPECT_EQ(names.name_of(ip("10.0.0.4"), 1), "e");
}

TEST(AddressNames, AnAnswerWithoutAddressesSaysNothing) {
  AddressNames names;
  names.learn(1, answer("gone", {}), 1);
  EXPECT_EQ(names.groups(), 0U);
}

}  // namespace
}  // namespace doorman::derive
