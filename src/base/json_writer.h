// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doorman::base {

/// Writes JSON text, indented by two spaces, members in the order they are given. Strings are escaped by
/// RFC 8259; bytes that are no UTF-8 become U+FFFD, since JSON cannot hold them.
///
///     JsonWriter json;
///     json.begin_object();
///     json.member("id", "CVE-2021-44228");
///     json.key("paths"); json.begin_array(); json.value("a"); json.end_array();
///     json.end_object();
class JsonWriter {
 public:
  enum class Layout : std::uint8_t { indented, one_line };
  explicit JsonWriter(Layout layout = Layout::indented) : layout_(layout) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool truth);
  void value(double number);
  template <std::integral T>
  void value(T number) {
    if constexpr (std::signed_integral<T>) signed_value(number);
    else unsigned_value(number);
  }
  void null();

  template <typename T>
  void member(std::string_view name, const T& content) {
    key(name);
    value(content);
  }
  /// Nothing at all when the text is empty.
  void member_if(std::string_view name, std::string_view text) {
    if (!text.empty()) member(name, text);
  }
  void begin_object(std::string_view name) {
    key(name);
    begin_object();
  }
  void begin_array(std::string_view name) {
    key(name);
    begin_array();
  }

  /// The finished text; ends with a line feed in the indented layout.
  [[nodiscard]] std::string take();

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();
  void signed_value(std::int64_t number);
  void unsigned_value(std::uint64_t number);
  void quoted(std::string_view text);
  void new_line();

  Layout layout_;
  std::string text_;
  std::vector<bool> has_content_;  ///< one for each open bracket
  bool after_key_ = false;
};

}  // namespace doorman::base
