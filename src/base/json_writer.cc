// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/json_plain.h"
#include "base/text.h"

namespace doorman::base {
namespace {

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
    const std::size_t plain = plain_json_bytes(text);
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
