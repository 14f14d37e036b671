// SPDX-License-Identifier: Apache-2.0
// Composer: VersionParser::normalize of composer/semver 3, then PHP's version_compare (ext/standard/versioning.c).
//
// Where Composer takes no version, the text behind the numbers stays as it is written. `1.0` and `1.0.0` are one
// version to Composer; here the one with fewer numbers comes first, as in version_compare and the OSV project.
#include <array>
#include <initializer_list>
#include <utility>

#include "derive/version/scan.h"
#include "derive/version/schemes.h"

namespace doorman::derive::version {

namespace {

/// version_compare's order of segments: any other word, the named ones, the end, a number, a patch.
enum class Rank : std::uint8_t { word, dev, alpha, beta, candidate, end, number, patch };

struct Segment {
  Rank rank = Rank::end;
  std::string_view digits;
};

Rank rank_of(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, Rank>, 6> prefixes = {{
      {"dev", Rank::dev},
      {"a", Rank::alpha},
      {"b", Rank::beta},
      {"RC", Rank::candidate},
      {"rc", Rank::candidate},
      {"p", Rank::patch},
  }};
  for (const auto& [prefix, rank] : prefixes) {
    if (word.starts_with(prefix)) return rank;
  }
  return Rank::word;
}

/// A version as up to seven pieces of text, `.` between them: four numbers, stability, its number, `dev`.
using Pieces = std::array<std::string_view, 7>;

class Segments {
 public:
  explicit Segments(const Pieces& pieces) : pieces_(pieces), cursor_(pieces.front()) {}

  Segment next() {
    for (;;) {
      cursor_.take_while([](char c) { return !is_alnum(c); });
      if (!cursor_.done()) break;
      if (++piece_ >= pieces_.size()) return {};
      cursor_ = Cursor(pieces_[piece_]);
    }
    if (cursor_.at_digit()) return {Rank::number, cursor_.digits()};
    return {rank_of(cursor_.take_while(is_letter)), {}};
  }

 private:
  const Pieces& pieces_;
  Cursor cursor_;
  std::size_t piece_ = 0;
};

std::weak_ordering compare_pieces(const Pieces& left, const Pieces& right) {
  Segments a(left);
  Segments b(right);
  for (;;) {
    const Segment x = a.next();
    const Segment y = b.next();
    if (x.rank != y.rank) return x.rank <=> y.rank;
    if (x.rank == Rank::end) return std::weak_ordering::equivalent;
    if (const auto order = compare_numbers(x.digits, y.digits); order != 0) return order;
  }
}

std::string_view without_v(std::string_view text) {
  if (!text.empty() && lower(text.front()) == 'v') text.remove_prefix(1);
  return text;
}

std::string_view without_stability_flag(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return text;
  for (const std::string_view flag : {"stable", "RC", "beta", "alpha", "dev"}) {
    if (equal_without_case(text.substr(at + 1), flag)) return text.substr(0, at);
  }
  return text;
}

/// Without `@stable` and the like, and without build metadata.
std::string_view without_flags(std::string_view text) {
  text = without_stability_flag(text);
  const std::size_t plus = text.find('+');
  return plus != std::string_view::npos && plus > 0 && plus + 1 < text.size() ? text.substr(0, plus) : text;
}

struct Stability {
  std::string_view written, normal;
};
// The longer spelling stands before the shorter one.
constexpr std::array<Stability, 9> stabilities = {{
    {"stable", ""},
    {"beta", "beta"},
    {"b", "beta"},
    {"rc", "RC"},
    {"alpha", "alpha"},
    {"a", "alpha"},
    {"patch", "patch"},
    {"pl", "patch"},
    {"p", "patch"},
}};

void skip_one_of(Cursor& cursor, std::string_view separators) {
  if (!cursor.done() && separators.find(cursor.front()) != std::string_view::npos) cursor.step();
}

/// `([.-]?digits)*`
std::string_view take_numbers(Cursor& cursor) {
  const char* const start = cursor.rest().data();
  for (;;) {
    Cursor ahead = cursor;
    skip_one_of(ahead, ".-");
    if (ahead.digits().empty()) return {start, static_cast<std::size_t>(cursor.rest().data() - start)};
    cursor = ahead;
  }
}

/// VersionParser's modifierRegex, to the end of the text: `[._-]?(word(([.-]?digits)*)?)?([.-]?dev)?`
bool take_modifier(Cursor cursor, Pieces& pieces) {
  skip_one_of(cursor, "._-");
  const Stability* found = nullptr;
  for (const Stability& each : stabilities) {
    if (!cursor.skip_word(each.written)) continue;
    found = &each;
    break;
  }
  const std::string_view numbers = found != nullptr ? take_numbers(cursor) : std::string_view();
  Cursor ahead = cursor;
  skip_one_of(ahead, ".-");
  const bool dev = ahead.skip_word("dev");
  if (dev) cursor = ahead;
  if (!cursor.done()) return false;
  const bool stable = found != nullptr && found->normal.empty();
  if (found != nullptr) pieces[4] = found->normal;
  if (!stable) pieces[5] = numbers;
  if (!stable && dev) pieces[6] = "dev";
  return true;
}

/// Up to four numbers, the missing ones 0; `x` stands for the greatest of a branch.
bool take_numbers_of_release(Cursor& cursor, Pieces& pieces) {
  pieces[0] = cursor.digits();
  if (pieces[0].empty()) return false;
  bool branch = false;
  for (std::size_t i = 1; i < 4; ++i) {
    Cursor ahead = cursor;
    std::string_view number;
    if (ahead.skip('.')) number = ahead.digits();
    if (number.empty() && (ahead.skip('x') || ahead.skip('X') || ahead.skip('*'))) branch = true;
    if (branch || !number.empty()) cursor = ahead;
    if (branch) number = "9999999";
    pieces.at(i) = number.empty() ? "0" : number;
  }
  return true;
}

struct Normal {
  Pieces pieces = {};
  bool valid = false;
  std::ptrdiff_t written_dots = 0;
};

/// What has no normal form keeps its text behind the numbers.
Normal normalize(std::string_view text) {
  Normal normal;
  Cursor cursor(text);
  const bool numbers = take_numbers_of_release(cursor, normal.pieces);
  const std::string_view release = text.substr(0, text.size() - cursor.rest().size());
  normal.written_dots = std::ranges::count(release, '.');
  normal.valid = numbers && take_modifier(cursor, normal.pieces);
  if (!normal.valid) normal.pieces[4] = cursor.rest();
  return normal;
}

}  // namespace

std::weak_ordering compare_packagist(std::string_view a, std::string_view b) {
  const Normal left = normalize(without_v(without_flags(trimmed(a))));
  const Normal right = normalize(without_v(without_flags(trimmed(b))));
  if (const auto order = compare_pieces(left.pieces, right.pieces); order != 0) return order;
  return left.written_dots <=> right.written_dots;
}

bool valid_packagist(std::string_view text) {
  text = without_flags(trimmed(text));
  constexpr std::string_view branch = "dev-";
  if (text.size() > branch.size() && equal_without_case(text.substr(0, branch.size()), branch)) return true;
  return normalize(without_v(text)).valid;
}

}  // namespace doorman::derive::version
