// SPDX-License-Identifier: Apache-2.0
#include "store/event_log_format.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "base/hash.h"
#include "base/text.h"

namespace doorman::store {
namespace {

using base::Bytes;
using base::Error;
using base::ErrorCode;

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

constexpr std::string_view segment_magic = "DOORMANL";
constexpr std::uint32_t block_magic = 0x4b4c4244;  // "DBLK"
constexpr std::size_t max_hostname_bytes = 64;
constexpr std::size_t number_digits = 20;
constexpr std::string_view segment_ending = ".log";

template <typename Number>
void append(std::string& out, Number number) {
  char raw[sizeof number];  // NOLINT(*-avoid-c-arrays)
  std::memcpy(raw, &number, sizeof number);
  out.append(raw, sizeof number);
}

/// `bytes` are copy_bytes.
base::Result<SegmentHead> read_copy(Bytes bytes) {
  if (bytes.size() < SegmentHead::copy_bytes)
    return Error(ErrorCode::truncated, "the segment ends within its head");
  base::ByteReader reader(bytes);
  const Bytes magic = reader.take(segment_magic.size());
  const std::uint32_t version = reader.u32();
  const std::uint32_t head_bytes = reader.u32();
  SegmentHead head;
  head.salt = reader.u64();
  head.number = reader.u64();
  head.created = reader.u64();
  head.origin.boot_time = reader.u64();
  std::memcpy(head.origin.boot.data(), reader.take(head.origin.boot.size()).data(), head.origin.boot.size());
  const Bytes hostname = reader.take(max_hostname_bytes);
  head.origin.hostname = hostname.substr(0, hostname.find('\0'));
  const Bytes summed = bytes.substr(0, reader.position());
  const std::uint64_t checksum = reader.u64();
  if (magic != segment_magic) return Error(ErrorCode::invalid, "not a segment of an event log");
  if (checksum != base::hash64(summed)) return Error(ErrorCode::mismatch, "the segment's head is damaged");
  if (version != SegmentHead::version || head_bytes != SegmentHead::bytes) {
    return Error(ErrorCode::unsupported,
                 fmt::format("segment of version {}, not {}", version, SegmentHead::version));
  }
  return head;
}

}  // namespace

std::string SegmentHead::written() const {
  std::string copy(segment_magic);
  append(copy, version);
  append(copy, static_cast<std::uint32_t>(bytes));
  append(copy, salt);
  append(copy, number);
  append(copy, created);
  append(copy, origin.boot_time);
  copy.append(reinterpret_cast<const char*>(origin.boot.data()), origin.boot.size());
  const std::size_t names_end = copy.size() + max_hostname_bytes;
  copy.append(origin.hostname.substr(0, max_hostname_bytes));
  copy.resize(names_end, '\0');
  append(copy, base::hash64(copy));
  std::string head = copy;
  head.resize(second_copy, '\0');
  head += copy;
  head.resize(bytes, '\0');
  return head;
}

base::Result<SegmentHead> SegmentHead::read(Bytes file) {
  if (file.size() < bytes) return Error(ErrorCode::truncated, "the segment ends within its head");
  auto first = read_copy(file.substr(0, copy_bytes));
  if (first.ok()) return first;
  auto second = read_copy(file.substr(second_copy, copy_bytes));
  return second.ok() ? second : first;
}

std::uint64_t seed_of(std::uint64_t salt, std::uint64_t offset) {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15U;
  return salt ^ (offset * odd);
}

std::uint64_t checksum_of(Bytes records, std::uint64_t seed) { return base::hash64(records, seed); }

void BlockHead::write(char* into, std::uint64_t seed) const {
  std::string head;
  head.reserve(bytes);
  append(head, block_magic);
  append(head, length);
  append(head, count);
  append(head, flags);
  append(head, first);
  append(head, last);
  append(head, checksum);
  append(head, base::hash64(head, seed));
  std::memcpy(into, head.data(), bytes);
}

std::optional<BlockHead> BlockHead::read(Bytes from, std::uint64_t seed) {
  if (from.size() < bytes) return std::nullopt;
  base::ByteReader reader(from);
  if (reader.u32() != block_magic) return std::nullopt;
  BlockHead head;
  head.length = reader.u32();
  head.count = reader.u32();
  head.flags = reader.u32();
  head.first = reader.u64();
  head.last = reader.u64();
  head.checksum = reader.u64();
  const Bytes summed = from.substr(0, reader.position());
  if (reader.u64() != base::hash64(summed, seed)) return std::nullopt;
  if (head.length == 0 || head.length > max_length || head.length % 8 != 0) return std::nullopt;
  return head;
}

std::string segment_name(std::uint64_t number) {
  return fmt::format("{:0{}}{}", number, number_digits, segment_ending);
}

std::optional<std::uint64_t> segment_number(std::string_view name) {
  if (name.size() != number_digits + segment_ending.size() || !name.ends_with(segment_ending)) return std::nullopt;
  return base::to_number(name.substr(0, number_digits));
}

std::string log_folder(const std::string& state_folder) { return state_folder + "/events"; }

}  // namespace doorman::store
