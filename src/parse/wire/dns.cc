// SPDX-License-Identifier: Apache-2.0
#include "parse/wire/dns.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"

namespace doorman::parse::wire {
namespace {

using base::ByteReader;
using base::Error;
using base::ErrorCode;

constexpr std::uint16_t type_a = 1, type_cname = 5, type_aaaa = 28, class_internet = 1;
constexpr std::size_t header_bytes = 12, v4_bytes = 4, v6_bytes = 16;

/// What a name is, and whether the bytes for it are there at all.
enum class NameState : std::uint8_t { whole, cut, wrong };

void append_label(std::string& name, base::Bytes label) {
  if (!name.empty()) name.push_back('.');
  for (const char c : label) {
    const bool plain = base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
    if (plain) name.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    else fmt::format_to(std::back_inserter(name), "\\{:03}", static_cast<unsigned char>(c));
  }
}

/// Reads the name where the reader stands and goes behind it. A pointer must lead to before the place where the
/// name's present part began, so the walk ends.
NameState read_name(ByteReader& reader, base::Bytes message, std::string& name) {
  constexpr unsigned pointer_bits = 0xc0;
  name.clear();
  std::size_t bytes = 1, pointers = 0, part = reader.position();
  ByteReader walk(message, std::endian::big);
  walk.seek(part);
  std::optional<std::size_t> behind;
  while (true) {
    const std::size_t at = walk.position();
    const unsigned length = walk.u8();
    if (!walk.ok()) return NameState::cut;
    if (length == 0) break;
    if ((length & pointer_bits) == pointer_bits) {
      const std::size_t target = ((length & ~pointer_bits) << 8U) | walk.u8();
      if (!walk.ok()) return NameState::cut;
      if (!behind) behind = at + 2;
      if (target >= part || ++pointers > DnsLimits::pointers) return NameState::wrong;
      part = target;
      walk.seek(target);
      continue;
    }
    if ((length & pointer_bits) != 0) return NameState::wrong;
    bytes += length + 1;
    if (bytes > DnsLimits::name_bytes) return NameState::wrong;
    const base::Bytes label = walk.take(length);
    if (!walk.ok()) return NameState::cut;
    append_label(name, label);
  }
  reader.seek(behind.value_or(walk.position()));
  return NameState::whole;
}

struct Record {
  std::string owner;
  std::uint16_t type = 0, record_class = 0;
  std::uint32_t ttl = 0;
  base::IpAddress address;  ///< of A and AAAA
  std::string target;       ///< of CNAME
};

base::IpAddress address_of(base::Bytes data) {
  base::IpAddress address;
  address.is_v6 = data.size() == v6_bytes;
  std::ranges::transform(data, address.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return address;
}

NameState read_record(ByteReader& reader, base::Bytes message, Record& record) {
  constexpr std::uint32_t ttl_sign = 0x80000000U;
  if (const NameState state = read_name(reader, message, record.owner); state != NameState::whole) return state;
  record.type = reader.u16();
  record.record_class = reader.u16();
  record.ttl = reader.u32();
  if ((record.ttl & ttl_sign) != 0) record.ttl = 0;
  const std::size_t length = reader.u16();
  const std::size_t begin = reader.position();
  const base::Bytes data = reader.take(length);
  if (!reader.ok()) return NameState::cut;
  const bool is_address = record.type == type_a || record.type == type_aaaa;
  if (is_address) {
    if (length != (record.type == type_a ? v4_bytes : v6_bytes)) return NameState::wrong;
    record.address = address_of(data);
  }
  if (record.type == type_cname) {
    ByteReader inside(message, std::endian::big);
    inside.seek(begin);
    if (read_name(inside, message, record.target) != NameState::whole || inside.position() != begin + length) {
      return NameState::wrong;
    }
  }
  return NameState::whole;
}

struct Names {
  std::vector<std::pair<std::string, std::uint32_t>> chain;  ///< each with the least TTL on the way to it

  [[nodiscard]] std::optional<std::uint32_t> ttl_of(const std::string& name) const {
    const auto found = std::ranges::find(chain, name, &std::pair<std::string, std::uint32_t>::first);
    if (found == chain.end()) return std::nullopt;
    return found->second;
  }
};

/// Aliases may stand in any order, so they are followed until nothing is added.
bool follow_aliases(const std::vector<Record>& records, Names& names) {
  for (bool is_longer = true; is_longer;) {
    is_longer = false;
    for (const Record& record : records) {
      if (record.type != type_cname || names.ttl_of(record.target)) continue;
      const auto ttl = names.ttl_of(record.owner);
      if (!ttl) continue;
      if (names.chain.size() > DnsLimits::aliases) return false;
      names.chain.emplace_back(record.target, std::min(*ttl, record.ttl));
      is_longer = true;
    }
  }
  return true;
}

void add_addresses(const std::vector<Record>& records, model::DnsAnswer& answer) {
  Names names;
  names.chain.emplace_back(answer.name, 0x7fffffffU);
  if (!follow_aliases(records, names)) answer.cut = true;
  for (const Record& record : records) {
    if (record.type != type_a && record.type != type_aaaa) continue;
    const auto ttl = names.ttl_of(record.owner);
    if (!ttl) continue;
    if (answer.addresses.size() == DnsLimits::addresses) {
      answer.cut = true;
      return;
    }
    answer.addresses.push_back({record.address, std::min(*ttl, record.ttl)});
  }
}

}  // namespace

base::Result<model::DnsAnswer> parse_dns_answer(base::Bytes message) {
  constexpr unsigned response = 0x8000, opcode = 0x7800, truncated = 0x0200, code = 0x000f;
  if (message.size() > DnsLimits::message_bytes) return Error(ErrorCode::limit, "longer than 65,535 bytes");
  ByteReader reader(message, std::endian::big);
  reader.skip(2);  // the query's number
  const unsigned flags = reader.u16();
  const unsigned questions = reader.u16(), answers = reader.u16();
  reader.seek(header_bytes);
  if (message.size() < header_bytes) return Error(ErrorCode::truncated, "no whole header");
  if ((flags & response) == 0) return Error(ErrorCode::invalid, "a query, not a response");
  if ((flags & opcode) != 0) return Error(ErrorCode::unsupported, "not of a standard query");
  if (questions != 1) return Error(ErrorCode::unsupported, fmt::format("{} questions", questions));

  model::DnsAnswer answer;
  answer.code = static_cast<std::uint8_t>(flags & code);
  answer.cut = (flags & truncated) != 0;
  if (const NameState state = read_name(reader, message, answer.name); state != NameState::whole) {
    return state == NameState::cut ? Error(ErrorCode::truncated, "the question breaks off")
                                   : Error(ErrorCode::invalid, "the question's name is malformed");
  }
  answer.type = reader.u16();
  const std::uint16_t question_class = reader.u16();
  if (!reader.ok()) return Error(ErrorCode::truncated, "the question breaks off");
  if (question_class != class_internet) return Error(ErrorCode::unsupported, "not of class IN");

  std::vector<Record> records;
  for (unsigned i = 0; i < answers; ++i) {
    Record record;
    const NameState state =
        records.size() < DnsLimits::records ? read_record(reader, message, record) : NameState::cut;
    if (state == NameState::wrong) return Error(ErrorCode::invalid, fmt::format("answer {} is malformed", i + 1));
    if (state == NameState::cut) {
      answer.cut = true;
      break;
    }
    if (record.record_class == class_internet) records.push_back(std::move(record));
  }
  add_addresses(records, answer);
  return answer;
}

}  // namespace doorman::parse::wire
