// SPDX-License-Identifier: Apache-2.0
#include "parse/wire/dns.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/text.h"

namespace doorman::parse::wire {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::SizeIs;
using namespace std::string_literals;
using namespace std::string_view_literals;

std::string u16(unsigned number) { return {static_cast<char>(number >> 8U), static_cast<char>(number)}; }
std::string u32(std::uint32_t number) { return u16(number >> 16U) + u16(number & 0xffffU); }
std::string pointer(unsigned to) { return u16(0xc000U | to); }

std::string name(std::string_view text) {
  std::string wire;
  for (const std::string_view label : base::split(text, '.'))
    wire += static_cast<char>(label.size()) + std::string(label);
  return wire + '\0';
}

std::string message(std::string_view question, unsigned answers, std::string_view records, unsigned flags = 0x8180,
                    unsigned type = 1) {
  return u16(7) + u16(flags) + u16(1) + u16(answers) + u32(0) + std::string(question) + u16(type) + u16(1) +
         std::string(records);
}

std::string record(std::string_view owner, unsigned type, std::uint32_t ttl, std::string_view data,
                   unsigned record_class = 1) {
  return std::string(owner) + u16(type) + u16(record_class) + u32(ttl) + u16(static_cast<unsigned>(data.size())) +
         std::string(data);
}

constexpr std::string_view ten_1 = "\x0a\0\0\1"sv, ten_2 = "\x0a\0\0\2"sv;
constexpr unsigned question_at = 12;

model::DnsAnswer::Address address(std::string_view text, std::uint32_t ttl) {
  return {base::IpAddress::parse(text).value(), ttl};
}

TEST(Dns, Addresses) {
  const auto answer = parse_dns_answer(message(name("Db.Shop"), 2,
                                               record(pointer(question_at), 1, 60, ten_1) +
                                                   record(pointer(question_at), 1, 30, ten_2)))
                          .value();
  EXPECT_EQ(answer.name, "db.shop");
  EXPECT_EQ(answer.type, 1);
  EXPECT_FALSE(answer.cut);
  EXPECT_THAT(answer.addresses, ElementsAre(address("10.0.0.1", 60), address("10.0.0.2", 30)));
}

TEST(Dns, Ipv6) {
  const std::string six = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + '\1';
  const auto answer = parse_dns_answer(message(name("a"), 1, record(name("a"), 28, 5, six), 0x8180, 28)).value();
  EXPECT_THAT(answer.addresses, ElementsAre(address("2001:db8::1", 5)));
}

TEST(Dns, AliasesLeadToTheNameAskedForWhateverTheirOrder) {
  const auto answer = parse_dns_answer(message(name("www.example"), 4,
                                               record(name("edge.cdn"), 1, 300, ten_1) +
                                                   record(name("x.cdn"), 5, 20, name("EDGE.cdn")) +
                                                   record(name("www.example"), 5, 600, name("x.cdn")) +
                                                   record(name("evil.example"), 1, 600, ten_2)))
                          .value();
  EXPECT_EQ(answer.name, "www.example");
  EXPECT_THAT(answer.addresses, ElementsAre(address("10.0.0.1", 20))) << "what nobody asked for is passed over";
}

TEST(Dns, AliasesInACircleEnd) {
  const auto answer =
      parse_dns_answer(
          message(name("a"), 2, record(name("a"), 5, 1, name("b")) + record(name("b"), 5, 1, name("a"))))
          .value();
  EXPECT_THAT(answer.addresses, SizeIs(0));
}

TEST(Dns, NamesAreSafeToShow) {
  const auto answer = parse_dns_answer(message("\x07\x1b[31m.\"\1a\0"sv, 0, "")).value();
  EXPECT_EQ(answer.name, "\\027\\09131m\\046\\034.a");
}

TEST(Dns, NoSuchName) {
  const auto answer = parse_dns_answer(message(name("gone"), 0, "", 0x8183)).value();
  EXPECT_EQ(answer.code, 3);
  EXPECT_THAT(answer.addresses, SizeIs(0));
}

TEST(Dns, WhatIsWholeOfACutMessageCounts) {
  const std::string whole =
      message(name("a"), 2, record(pointer(question_at), 1, 9, ten_1) + record(pointer(question_at), 1, 9, ten_2));
  const std::size_t header_and_question = 12 + 3 + 4;
  for (std::size_t size = 0; size < header_and_question; ++size) {
    EXPECT_EQ(parse_dns_answer(whole.substr(0, size)).error().code(), ErrorCode::truncated) << size;
  }
  for (std::size_t size = header_and_question; size < whole.size(); ++size) {
    const auto answer = parse_dns_answer(whole.substr(0, size)).value();
    EXPECT_TRUE(answer.cut) << size;
    EXPECT_THAT(answer.addresses, SizeIs(size < header_and_question + 16 ? 0 : 1)) << size;
  }
  EXPECT_TRUE(parse_dns_answer(message(name("a"), 0, "", 0x8380)).value().cut) << "TC";
}

TEST(Dns, PointersLeadBackwardsOnly) {
  for (const unsigned target : {question_at, question_at + 1U, 400U}) {
    EXPECT_EQ(parse_dns_answer(message(pointer(target), 0, "")).error().code(), ErrorCode::invalid) << target;
  }
  // One pointer to the next, backwards: 32 are followed, 33 are not.
  for (const std::size_t count : {DnsLimits::pointers, DnsLimits::pointers + 1}) {
    std::string chain;
    const std::string question = name("a");
    std::size_t at = question_at + question.size() + 4 + 11;  // of the first record's data
    std::size_t previous = question_at;
    for (std::size_t i = 1; i < count; ++i, at += 2) {
      chain += pointer(static_cast<unsigned>(previous));
      previous = at;
    }
    const std::string records =
        record(std::string(1, '\0'), 16, 0, chain) + record(pointer(static_cast<unsigned>(previous)), 1, 1, ten_1);
    const auto answer = parse_dns_answer(message(question, 2, records));
    if (count == DnsLimits::pointers) EXPECT_THAT(answer.value().addresses, SizeIs(1));
    else EXPECT_EQ(answer.error().code(), ErrorCode::invalid);
  }
}

TEST(Dns, NamesEndAt255Bytes) {
  const std::string label(63, 'x');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'x');
  EXPECT_EQ(parse_dns_answer(message(name(longest), 0, "")).value().name, longest);
  EXPECT_EQ(parse_dns_answer(message(name(longest + "x"), 0, "")).error().code(), ErrorCode::invalid);
  EXPECT_EQ(parse_dns_answer(message("\x40"sv, 0, "")).error().code(), ErrorCode::invalid) << "reserved bits";
}

TEST(Dns, MoreThanTheLimitsIsCut) {
  std::string many, aliases;
  for (std::size_t i = 0; i < DnsLimits::addresses + 1; ++i) many += record(pointer(question_at), 1, 1, ten_1);
  const auto addresses = parse_dns_answer(message(name("a"), DnsLimits::addresses + 1, many)).value();
  EXPECT_THAT(addresses.addresses, SizeIs(DnsLimits::addresses));
  EXPECT_TRUE(addresses.cut);

  std::string others;
  for (std::size_t i = 0; i < DnsLimits::records; ++i) others += record(pointer(question_at), 16, 1, "");
  others += record(pointer(question_at), 1, 1, ten_1);
  const auto records = parse_dns_answer(message(name("a"), DnsLimits::records + 1, others)).value();
  EXPECT_TRUE(records.cut);
  EXPECT_THAT(records.addresses, SizeIs(0));

  for (std::size_t i = 0; i <= DnsLimits::aliases; ++i) {
    aliases += record(name(fmt::format("n{}", i)), 5, 1, name(fmt::format("n{}", i + 1)));
  }
  aliases += record(name(fmt::format("n{}", DnsLimits::aliases + 1)), 1, 1, ten_1);
  const auto chain = parse_dns_answer(message(name("n0"), DnsLimits::aliases + 2, aliases)).value();
  EXPECT_TRUE(chain.cut);
  EXPECT_THAT(chain.addresses, SizeIs(0));
  EXPECT_EQ(parse_dns_answer(std::string(DnsLimits::message_bytes + 1, '\0')).error().code(), ErrorCode::limit);
}

TEST(Dns, WhatIsNoAnswer) {
  EXPECT_EQ(parse_dns_answer(message(name("a"), 0, "", 0x0100)).error().code(), ErrorCode::invalid);
  EXPECT_EQ(parse_dns_answer(message(name("a"), 0, "", 0xa800)).error().code(), ErrorCode::unsupported);
  std::string two = message(name("a"), 0, "");
  two[5] = 2;
  EXPECT_EQ(parse_dns_answer(two).error().code(), ErrorCode::unsupported);
  EXPECT_EQ(parse_dns_answer(message(name("a"), 1, record(name("a"), 1, 1, "\1\2\3"))).error().code(),
            ErrorCode::invalid);
  EXPECT_EQ(parse_dns_answer(message(name("a"), 1, record(name("a"), 5, 1, name("b") + "x"))).error().code(),
            ErrorCode::invalid);
}

TEST(Dns, OtherClassesAndNegativeTtls) {
  const auto answer =
      parse_dns_answer(
          message(name("a"), 2, record(name("a"), 1, 1, ten_1, 3) + record(name("a"), 1, 0x80000001U, ten_2)))
          .value();
  EXPECT_THAT(answer.addresses, ElementsAre(address("10.0.0.2", 0)));
}

}  // namespace
}  // namespace doorman::parse::wire
