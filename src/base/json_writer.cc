// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/text.h"

namespace doorman::base {
namespace {

constexpr std::uint64_t every_byte = 0x0101010101010101, high_bits = 0x80 * every_byte;

/// Where a byte of the word is zero, its high bit; bytes above the lowest zero may be wrong.
constexpr std::uint64_t zero_bytes(std::uint64_t word) { return (word - every_byte) & ~word & high_bits; }

/// Whether the word may hold what JSON escapes, or something other than ASCII.
constexpr bool needs_a_look(std::uint64_t word) {
  const std::uint64_t controls = (word - 0x20 * every_byte) & ~word & high_bits;
  return ((word & high_bits) | controls | zero_bytes(word ^ ('"' * every_byte)) |
          zero_bytes(word ^ ('\\' * every_byte)) | zero_bytes(word ^ (0x7f * every_byte))) != 0;
}

bool is_plain_ascii(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

std::uint64_t word_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// How many bytes from the front stand in JSON as they are: most texts whole, so eight are looked at together, the
/// last eight too, however many of them were looked at before.
std::size_t plain_bytes(std::string_view text) {
  constexpr std::size_t step = sizeof(std::uint64_t);
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() >= step) {
      const std::size_t from = std::min(at, text.size() - step);
      if (!needs_a_look(word_at(text.data() + from))) {
        at = from + step;
        continue;
      }
    }
    if (is_plain_ascii(text[at])) {
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

constexpr std::string_view comma_and_indentation =
    ",\n                                                                                ";

}  // namespace

void JsonWriter::put_split(std::string_view text) {
  while (!text.empty()) {
    if (used_ == block_bytes) put_block();
    const std::string_view piece = text.substr(0, block_bytes - used_);
    piece.copy(block_.get() + used_, piece.size());
    used_ += piece.size();
    text.remove_prefix(piece.size());
  }
}

void JsonWriter::put_block() {
  const std::string_view block(block_.get(), used_);
  used_ = 0;
  if (block.empty()) return;
  if (!out_) text_ += block;
  else if (taken_.ok()) taken_ = out_(block);
}

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_content_.empty()) return;
  const bool comma = has_content_.back() != 0;
  has_content_.back() = 1;
  if (layout_ == Layout::one_line) put(comma ? "," : "");
  else new_line(comma);
}

void JsonWriter::new_line(bool comma) {
  const std::size_t spaces = has_content_.size() * 2;
  const std::string_view text = comma_and_indentation.substr(0, 2 + spaces);
  put(text.substr(comma ? 0 : 1));
  if (2 + spaces > text.size()) put(std::string(2 + spaces - text.size(), ' '));
}

void JsonWriter::open(char bracket) {
  separate();
  put({&bracket, 1});
  has_content_.push_back(0);
}

void JsonWriter::close(char bracket) {
  const bool had_content = has_content_.back() != 0;
  has_content_.pop_back();
  if (had_content && layout_ == Layout::indented) new_line(false);
  put({&bracket, 1});
}

void JsonWriter::key(std::string_view name) {
  separate();
  quoted(name);
  put(layout_ == Layout::one_line ? ":" : ": ");
  after_key_ = true;
}

void JsonWriter::value(std::string_view text) {
  separate();
  quoted(text);
}

void JsonWriter::value(bool truth) {
  separate();
  put(truth ? "true" : "false");
}

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  fmt::memory_buffer digits;
  fmt::format_to(std::back_inserter(digits), "{}", number);
  put({digits.data(), digits.size()});
}

void JsonWriter::null() {
  separate();
  put("null");
}

void JsonWriter::signed_value(std::int64_t number) {
  separate();
  const fmt::format_int digits(number);
  put({digits.data(), digits.size()});
}

void JsonWriter::unsigned_value(std::uint64_t number) {
  separate();
  const fmt::format_int digits(number);
  put({digits.data(), digits.size()});
}

void JsonWriter::quoted(std::string_view text) {
  put("\"");
  for (;;) {
    const std::size_t plain = plain_bytes(text);
    put(text.substr(0, plain));
    if (plain == text.size()) break;
    escaped(text[plain]);
    text.remove_prefix(plain + 1);
  }
  put("\"");
}

void JsonWriter::escaped(char c) {
  switch (c) {
    case '"':
      return put("\\\"");
    case '\\':
      return put("\\\\");
    case '\n':
      return put("\\n");
    case '\r':
      return put("\\r");
    case '\t':
      return put("\\t");
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) put("\xef\xbf\xbd");
  else put(fmt::format("\\u{:04x}", byte));
}

std::string JsonWriter::take() {
  if (layout_ == Layout::indented) put("\n");
  put_block();
  return std::move(text_);
}

Status JsonWriter::finish() {
  if (layout_ == Layout::indented) put("\n");
  put_block();
  return std::move(taken_);
}

std::string json_text(std::string_view text) {
  JsonWriter json(JsonWriter::Layout::one_line);
  json.value(text);
  return json.take();
}

}  // namespace doorman::base
