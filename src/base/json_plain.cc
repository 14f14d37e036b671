// SPDX-License-Identifier: Apache-2.0
#include "base/json_plain.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace doorman::base {
namespace {

constexpr std::uint64_t every_byte = 0x0101010101010101, high_bits = 0x80 * every_byte;

/// Where a byte of the word is zero, its high bit; bytes above the lowest zero may be wrong.
constexpr std::uint64_t zero_bytes(std::uint64_t word) { return (word - every_byte) & ~word & high_bits; }

/// The high bit of each byte that is not plain ASCII; bytes above the lowest of these may be wrong.
constexpr std::uint64_t not_plain(std::uint64_t word) {
  const std::uint64_t controls = (word - 0x20 * every_byte) & ~word & high_bits;
  return (word & high_bits) | controls | zero_bytes(word ^ ('"' * every_byte)) |
         zero_bytes(word ^ ('\\' * every_byte)) | zero_bytes(word ^ (0x7f * every_byte));
}

bool is_plain_ascii(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

std::uint64_t word_at(const char* at) {
  static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace

// Most texts are plain whole, so eight bytes are looked at together, the last eight too, however many of them were
// looked at before.
std::size_t plain_json_bytes(std::string_view text) {
  constexpr std::size_t step = sizeof(std::uint64_t);
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() >= step) {
      const std::size_t from = std::min(at, text.size() - step);
      const std::uint64_t found = not_plain(word_at(text.data() + from)) >> 8 * (at - from);
      at = found == 0 ? from + step : at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
      if (found == 0) continue;
    } else if (is_plain_ascii(text[at])) {
      ++at;
      continue;
    }
    const bool ascii = static_cast<unsigned char>(text[at]) < 0x80;
    const std::size_t length = ascii ? 0 : utf8_length(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

}  // namespace doorman::base
