// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"

namespace doorman::base {

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_content_.empty()) return;
  if (has_content_.back()) text_ += ',';
  has_content_.back() = true;
  new_line();
}

void JsonWriter::new_line() {
  if (layout_ == Layout::one_line) return;
  text_ += '\n';
  text_.append(has_content_.size() * 2, ' ');
}

void JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  has_content_.push_back(false);
}

void JsonWriter::close(char bracket) {
  const bool had_content = has_content_.back();
  has_content_.pop_back();
  if (had_content) new_line();
  text_ += bracket;
}

void JsonWriter::key(std::string_view name) {
  separate();
  quoted(name);
  text_ += layout_ == Layout::one_line ? ":" : ": ";
  after_key_ = true;
}

void JsonWriter::value(std::string_view text) {
  separate();
  quoted(text);
}

void JsonWriter::value(bool truth) {
  separate();
  text_ += truth ? "true" : "false";
}

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  fmt::format_to(std::back_inserter(text_), "{}", number);
}

void JsonWriter::null() {
  separate();
  text_ += "null";
}

void JsonWriter::signed_value(std::int64_t number) {
  separate();
  fmt::format_to(std::back_inserter(text_), "{}", number);
}

void JsonWriter::unsigned_value(std::uint64_t number) {
  separate();
  fmt::format_to(std::back_inserter(text_), "{}", number);
}

void JsonWriter::quoted(std::string_view text) {
  text_ += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      text_ += "\xef\xbf\xbd";
      text.remove_prefix(1);
      continue;
    }
    const char c = text.front();
    if (length > 1 || (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c != 0x7f)) {
      text_ += text.substr(0, length);
    } else {
      switch (c) {
        case '"':
          text_ += "\\\"";
          break;
        case '\\':
          text_ += "\\\\";
          break;
        case '\n':
          text_ += "\\n";
          break;
        case '\r':
          text_ += "\\r";
          break;
        case '\t':
          text_ += "\\t";
          break;
        default:
          fmt::format_to(std::back_inserter(text_), "\\u{:04x}", static_cast<unsigned char>(c));
      }
    }
    text.remove_prefix(length);
  }
  text_ += '"';
}

std::string JsonWriter::take() {
  if (layout_ == Layout::indented) text_ += '\n';
  return std::move(text_);
}

}  // namespace doorman::base
