// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

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
  /// Takes the text piece by piece.
  using Out = std::function<Status(std::string_view)>;

  /// Keeps the text for `take`.
  explicit JsonWriter(Layout layout = Layout::indented) : layout_(layout) {}
  /// Passes the text on as it grows, and keeps no more than a block of it: `finish` it.
  explicit JsonWriter(Out out, Layout layout = Layout::indented) : layout_(layout), out_(std::move(out)) {}

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
  /// Passes on what is left. An error is that of the first piece that was not taken; none was passed on after it.
  [[nodiscard]] Status finish();

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();
  void new_line(bool comma);
  void signed_value(std::int64_t number);
  void unsigned_value(std::uint64_t number);
  void quoted(std::string_view text);
  void escaped(char c);
  void put(std::string_view text) {
    if (text.size() > block_bytes - used_) return put_split(text);
    text.copy(block_.get() + used_, text.size());
    used_ += text.size();
  }
  void put_split(std::string_view text);
  void put_block();

  static constexpr std::size_t block_bytes = 32U << 10U;

  Layout layout_;
  Out out_;                                                                              ///< none: to text_
  Status taken_;                                                                         ///< whether out_ took all
  std::string text_;                                                                     ///< full blocks
  std::unique_ptr<char[]> block_ = std::make_unique_for_overwrite<char[]>(block_bytes);  ///< that is being written
  std::size_t used_ = 0;
  std::vector<char> has_content_;  ///< one for each open bracket
  bool after_key_ = false;
};

/// A text as JSON writes it, with its quotes.
std::string json_text(std::string_view text);

}  // namespace doorman::base
