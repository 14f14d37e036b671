// SPDX-License-Identifier: Apache-2.0
// apk-package(5), "Package info metadata", and apk-tools 3 src/version.c:
// digit{.digit}...{letter}{_suffix{number}}...{~hash}{-r#}
//
// Two versions are lists of tokens, compared from the left; the first difference decides. Where the kinds differ,
// the one that could go on longer is greater, but for a pre-release suffix, which is the least of all. Invalid
// text ends the list. Upstream does not tell two such tails apart; here their text does, unless they begin with
// `-`: those are a release number of 0 and something unreadable, as the OSV project has it.
#include "derive/version/scan.h"
#include "derive/version/schemes.h"

#include <array>

namespace doorman::derive::version {

namespace {

/// In rising order.
enum class Kind : std::uint8_t {
  pre_suffix,
  invalid,
  end,
  release,
  hash,
  suffix_number,
  post_suffix,
  letter,
  number,
  first_number,
};

constexpr std::array<std::string_view, 4> pre_suffixes = {"alpha", "beta", "pre", "rc"};
constexpr std::array<std::string_view, 5> post_suffixes = {"cvs", "svn", "git", "hg", "p"};

class Tokens {
 public:
  explicit Tokens(std::string_view text) : cursor_(text) { number(Kind::first_number); }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::size_t suffix() const { return suffix_; }
  [[nodiscard]] bool last() const { return kind_ == Kind::end || kind_ == Kind::invalid; }

  void next() {
    if (broken_release_) return invalid();
    if (cursor_.done()) {
      kind_ = Kind::end;
      return;
    }
    switch (cursor_.front()) {
      case '.':
        if (!after_number()) return invalid();
        if (!is_digit_after_dot()) return invalid();
        cursor_.step();
        return number(Kind::number);
      case '_':
        return suffix_name();
      case '~':
        return hash();
      case '-':
        return release();
      default:
        break;
    }
    if (cursor_.at_digit() && after_suffix()) return number(Kind::suffix_number);
    if (is_lower(cursor_.front()) && after_number()) {
      text_ = cursor_.rest().substr(0, 1);
      cursor_.step();
      kind_ = Kind::letter;
      return;
    }
    invalid();
  }

 private:
  [[nodiscard]] bool after_number() const { return kind_ == Kind::first_number || kind_ == Kind::number; }
  [[nodiscard]] bool after_suffix() const { return kind_ == Kind::pre_suffix || kind_ == Kind::post_suffix; }
  [[nodiscard]] bool is_digit_after_dot() const {
    const std::string_view rest = cursor_.rest();
    return rest.size() > 1 && is_digit(rest[1]);
  }

  void invalid() {
    kind_ = Kind::invalid;
    text_ = broken_release_ ? std::string_view() : cursor_.rest();
  }

  void number(Kind kind) {
    text_ = cursor_.digits();
    kind_ = kind;
    if (text_.empty()) invalid();
  }

  void suffix_name() {
    if (kind_ == Kind::hash || kind_ == Kind::release) return invalid();
    Cursor ahead = cursor_;
    ahead.step();
    const std::string_view name = ahead.take_while(is_lower);
    if (const auto* found = std::ranges::find(pre_suffixes, name); found != pre_suffixes.end()) {
      kind_ = Kind::pre_suffix;
      suffix_ = static_cast<std::size_t>(found - pre_suffixes.begin());
    } else if (const auto* later = std::ranges::find(post_suffixes, name); later != post_suffixes.end()) {
      kind_ = Kind::post_suffix;
      suffix_ = static_cast<std::size_t>(later - post_suffixes.begin());
    } else {
      return invalid();
    }
    cursor_ = ahead;
  }

  void hash() {
    if (kind_ == Kind::hash || kind_ == Kind::release) return invalid();
    Cursor ahead = cursor_;
    ahead.step();
    text_ = ahead.take_while([](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
    if (text_.empty()) return invalid();
    kind_ = Kind::hash;
    cursor_ = ahead;
  }

  void release() {
    if (kind_ == Kind::release) {
      broken_release_ = true;
      return invalid();
    }
    cursor_.step();
    kind_ = Kind::release;
    text_ = cursor_.skip('r') ? cursor_.digits() : std::string_view();
    broken_release_ = text_.empty() || !cursor_.done();
  }

  Cursor cursor_;
  Kind kind_ = Kind::end;
  std::string_view text_;
  std::size_t suffix_ = 0;
  bool broken_release_ = false;  ///< a release number with something unreadable behind it
};

std::weak_ordering compare_tokens(const Tokens& a, const Tokens& b) {
  if (a.kind() != b.kind()) return a.kind() <=> b.kind();
  switch (a.kind()) {
    case Kind::first_number:
    case Kind::suffix_number:
    case Kind::release:
      return compare_numbers(a.text(), b.text());
    case Kind::number:
      // With a leading zero on either side, digits are compared as text, as after a decimal point.
      if (a.text().front() == '0' || b.text().front() == '0') return compare_text(a.text(), b.text());
      return compare_numbers(a.text(), b.text());
    case Kind::letter:
    case Kind::hash:
    case Kind::invalid:
      return compare_text(a.text(), b.text());
    case Kind::pre_suffix:
    case Kind::post_suffix:
      return a.suffix() <=> b.suffix();
    case Kind::end:
      break;
  }
  return std::weak_ordering::equivalent;
}

}  // namespace

std::weak_ordering compare_alpine(std::string_view left, std::string_view right) {
  Tokens a(left);
  Tokens b(right);
  for (;;) {
    const std::weak_ordering order = compare_tokens(a, b);
    if (order != 0 || a.last()) return order;
    a.next();
    b.next();
  }
}

bool valid_alpine(std::string_view text) {
  Tokens tokens(text);
  while (!tokens.last()) tokens.next();
  return tokens.kind() == Kind::end;
}

}  // namespace doorman::derive::version
