// SPDX-License-Identifier: Apache-2.0
#include "base/glob.h"

#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace doorman::base {
namespace {

using Byte = unsigned char;

/// The ASCII part of ctype, whatever the locale.
bool in_class(std::string_view name, Byte c) {
  const bool upper = c >= 'A' && c <= 'Z';
  const bool lower = c >= 'a' && c <= 'z';
  const bool digit = c >= '0' && c <= '9';
  const bool graph = c > ' ' && c < 0x7F;
  if (name == "alpha") return upper || lower;
  if (name == "digit") return digit;
  if (name == "alnum") return upper || lower || digit;
  if (name == "upper") return upper;
  if (name == "lower") return lower;
  if (name == "space") return c == ' ' || (c >= '\t' && c <= '\r');
  if (name == "blank") return c == ' ' || c == '\t';
  if (name == "punct") return graph && !upper && !lower && !digit;
  if (name == "print") return graph || c == ' ';
  if (name == "graph") return graph;
  if (name == "cntrl") return c < ' ' || c == 0x7F;
  if (name == "xdigit") return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  return false;
}

bool is_class(std::string_view name) {
  static constexpr std::array<std::string_view, 12> names = {"alpha", "digit", "alnum", "upper", "lower", "space",
                                                             "blank", "punct", "print", "graph", "cntrl", "xdigit"};
  for (const std::string_view known : names) {
    if (known == name) return true;
  }
  return false;
}

Byte lower(Byte c) { return c >= 'A' && c <= 'Z' ? static_cast<Byte>(c + ('a' - 'A')) : c; }
Byte upper(Byte c) { return c >= 'a' && c <= 'z' ? static_cast<Byte>(c - ('a' - 'A')) : c; }

/// A bracket expression at the front of a pattern.
struct Bracket {
  std::size_t length = 0;  ///< with both brackets
  bool matches = false;
};

class BracketReader {
 public:
  BracketReader(std::string_view pattern, Byte c, Case how) : pattern_(pattern), c_(c), how_(how) {}

  /// Nothing when the bracket is never closed: then it stands for itself. One that ends inside a range or behind a
  /// backslash fits nothing.
  std::optional<Bracket> read() {
    at_ = 1;
    const bool negated = at_ < pattern_.size() && (pattern_[at_] == '!' || pattern_[at_] == '^');
    if (negated) ++at_;
    for (bool first = true;; first = false) {
      if (at_ >= pattern_.size()) return std::nullopt;
      if (pattern_[at_] == ']' && !first) break;
      if (!item()) return Bracket{0, false};
    }
    return Bracket{at_ + 1, found_ != negated};
  }

 private:
  bool item() {
    if (const auto name = special(':'); name && is_class(*name)) {
      found_ = found_ || in_class(*name, c_) ||
               (how_ == Case::ignored && (in_class(*name, lower(c_)) || in_class(*name, upper(c_))));
      at_ += name->size() + 4;
      return true;
    }
    const auto from = end_of_range();
    if (!from) return false;
    Byte to = *from;
    if (at_ < pattern_.size() && pattern_[at_] == '-' && pattern_.substr(at_ + 1, 1) != "]") {
      if (++at_ == pattern_.size()) return false;
      const auto last = end_of_range();
      if (!last) return false;
      to = *last;
    }
    const auto between = [&](Byte c) { return *from <= c && c <= to; };
    found_ = found_ || between(c_) || (how_ == Case::ignored && (between(lower(c_)) || between(upper(c_))));
    return true;
  }

  /// The inside of `[:alpha:]`, `[=a=]`, `[.a.]`.
  [[nodiscard]] std::optional<std::string_view> special(char mark) const {
    if (pattern_[at_] != '[' || at_ + 1 >= pattern_.size() || pattern_[at_ + 1] != mark) return std::nullopt;
    for (std::size_t end = at_ + 2; end + 1 < pattern_.size(); ++end) {
      if (pattern_[end] == mark && pattern_[end + 1] == ']') return pattern_.substr(at_ + 2, end - at_ - 2);
    }
    return std::nullopt;
  }

  std::optional<Byte> end_of_range() {
    for (const char mark : {'=', '.'}) {
      const auto element = special(mark);
      if (!element || element->size() != 1) continue;
      at_ += 5;
      return static_cast<Byte>(element->front());
    }
    if (pattern_[at_] == '\\') ++at_;
    if (at_ == pattern_.size()) return std::nullopt;
    return static_cast<Byte>(pattern_[at_++]);
  }

  std::string_view pattern_;
  Byte c_;
  Case how_;
  std::size_t at_ = 0;
  bool found_ = false;
};

/// How much of the pattern, which does not begin with `*`, fits this one byte; 0 when it does not fit.
std::size_t fits(std::string_view pattern, char text, Case how) {
  const auto c = static_cast<Byte>(text);
  std::size_t length = 1;
  char wanted = pattern[0];
  if (wanted == '?') return 1;
  if (wanted == '[') {
    if (const auto bracket = BracketReader(pattern, c, how).read()) return bracket->matches ? bracket->length : 0;
  }
  if (wanted == '\\') {
    if (pattern.size() == 1) return 0;
    wanted = pattern[1];
    length = 2;
  }
  const auto byte = static_cast<Byte>(wanted);
  return byte == c || (how == Case::ignored && lower(byte) == lower(c)) ? length : 0;
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view text, Case how) {
  std::size_t p = 0;
  std::size_t t = 0;
  // Where to go on when the part behind the last star fits no longer: the star takes one byte more.
  std::optional<std::pair<std::size_t, std::size_t>> star;
  while (t < text.size() || p < pattern.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = {++p, t};
      continue;
    }
    if (p < pattern.size() && t < text.size()) {
      if (const std::size_t length = fits(pattern.substr(p), text[t], how)) {
        p += length;
        ++t;
        continue;
      }
    }
    if (!star || star->second >= text.size()) return false;
    p = star->first;
    t = ++star->second;
  }
  return true;
}

}  // namespace doorman::base
