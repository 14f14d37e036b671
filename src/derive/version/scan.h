// SPDX-License-Identifier: Apache-2.0
// What the schemes share: walking over a version's characters, and numbers of any length. ASCII only.
#pragma once

#include <algorithm>
#include <compare>
#include <string_view>

namespace doorman::derive::version {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alnum(char c) { return is_digit(c) || is_letter(c); }
constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

inline bool all_digits(std::string_view text) { return std::ranges::all_of(text, is_digit); }
inline bool is_zero(std::string_view digits) {
  return std::ranges::all_of(digits, [](char c) { return c == '0'; });
}

/// Byte order, as memcmp has it.
inline std::weak_ordering compare_text(std::string_view a, std::string_view b) { return a.compare(b) <=> 0; }

inline std::weak_ordering compare_without_case(std::string_view a, std::string_view b) {
  return std::lexicographical_compare_three_way(
      a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) -> std::weak_ordering {
        return static_cast<unsigned char>(lower(x)) <=> static_cast<unsigned char>(lower(y));
      });
}

inline bool equal_without_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && compare_without_case(a, b) == 0;
}

/// Digits as a number of any length; none at all are zero.
inline std::weak_ordering compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    while (!a.empty() && a.front() == '0') a.remove_prefix(1);
    while (!b.empty() && b.front() == '0') b.remove_prefix(1);
    if (a.size() != b.size()) return a.size() <=> b.size();
  }
  // Most numbers have one to three digits: a loop beats memcmp.
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return a[i] <=> b[i];
  }
  return std::weak_ordering::equivalent;
}

/// Walks over a text from its front.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  [[nodiscard]] bool done() const { return at_ == end_; }
  [[nodiscard]] bool at(char c) const { return at_ != end_ && *at_ == c; }
  [[nodiscard]] bool at_digit() const { return at_ != end_ && is_digit(*at_); }
  [[nodiscard]] bool at_letter() const { return at_ != end_ && is_letter(*at_); }
  [[nodiscard]] char front() const { return *at_; }  ///< not when done
  [[nodiscard]] std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }

  void step() { ++at_; }
  bool skip(char c) {
    if (!at(c)) return false;
    ++at_;
    return true;
  }

  /// The word, in lower case, stands here in any case.
  bool skip_word(std::string_view word) {
    if (static_cast<std::size_t>(end_ - at_) < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (lower(at_[i]) != word[i]) return false;
    }
    at_ += word.size();
    return true;
  }

  template <typename Predicate>
  std::string_view take_while(Predicate wanted) {
    const char* start = at_;
    while (at_ != end_ && wanted(*at_)) ++at_;
    return {start, static_cast<std::size_t>(at_ - start)};
  }
  std::string_view digits() { return take_while(is_digit); }

 private:
  const char* at_;
  const char* end_;
};

}  // namespace doorman::derive::version
