// SPDX-License-Identifier: Apache-2.0
// Maven, "Version Order Specification" (POM reference), and ComparableVersion of Maven 3.9: `.word` at the end is
// `-word`, and zeros (as `ga`, `final` and `release`) count only where a `.number` follows them.
//
// ComparableVersion itself is no order: 3.0.0.rc.2 < 3.0.0 < 3.0.0-04 < 3.0.0.rc.2. So that sorting is safe, here
// an item's rank depends on nothing but itself:
// alpha < beta < milestone < rc < snapshot < the end < sp < .word. < -word < -number < .number.
#include <array>
#include <utility>

#include "derive/version/scan.h"
#include "derive/version/schemes.h"

namespace doorman::derive::version {

namespace {

enum class Rank : std::uint8_t {
  alpha,
  beta,
  milestone,
  candidate,
  snapshot,
  end,
  release,
  service_pack,
  dot_word,
  word,
  dash_number,
  dot_number,
};

struct Item {
  Rank rank = Rank::end;
  bool dash = false;      ///< stands behind `-`, or where digits and letters meet
  std::string_view text;  ///< the digits, or an unknown word

  [[nodiscard]] bool is_number() const { return rank == Rank::dot_number || rank == Rank::dash_number; }
  /// What says nothing at the end: 0, ga, final, release.
  [[nodiscard]] bool is_null() const { return is_number() ? is_zero(text) : rank == Rank::release; }
};

constexpr std::array<std::pair<std::string_view, Rank>, 10> words = {{
    {"alpha", Rank::alpha},
    {"beta", Rank::beta},
    {"milestone", Rank::milestone},
    {"rc", Rank::candidate},
    {"cr", Rank::candidate},
    {"snapshot", Rank::snapshot},
    {"ga", Rank::release},
    {"final", Rank::release},
    {"release", Rank::release},
    {"sp", Rank::service_pack},
}};

Rank rank_of(std::string_view word, bool before_digit) {
  if (before_digit && word.size() == 1) {
    switch (lower(word.front())) {
      case 'a':
        return Rank::alpha;
      case 'b':
        return Rank::beta;
      case 'm':
        return Rank::milestone;
      default:
        return Rank::word;
    }
  }
  for (const auto& [name, rank] : words) {
    if (equal_without_case(word, name)) return rank;
  }
  return Rank::word;
}

/// The items as they are written.
class RawItems {
 public:
  explicit RawItems(std::string_view text) : cursor_(text) {}

  Item next() {
    if (cursor_.done()) return {};
    Item item;
    item.dash = dash_;
    if (cursor_.at_digit() || cursor_.at('.') || cursor_.at('-')) {
      item.rank = dash_ ? Rank::dash_number : Rank::dot_number;
      item.text = cursor_.digits();
    } else {
      const std::string_view word = cursor_.take_while([](char c) { return !is_digit(c) && c != '.' && c != '-'; });
      item.rank = rank_of(word, cursor_.at_digit());
      if (item.rank == Rank::word) item.text = word;
      const bool between_dots = !dash_ && (cursor_.at('.') || cursor_.at('-'));
      if (item.rank == Rank::word && between_dots) item.rank = Rank::dot_word;
    }
    dash_ = !cursor_.at('.');
    if (cursor_.at('.') || cursor_.at('-')) cursor_.step();
    return item;
  }

 private:
  Cursor cursor_;
  bool dash_ = false;
};

/// The items that count.
class Items {
 public:
  explicit Items(std::string_view text) : raw_(text) {}

  Item next() {
    Item item = raw_.next();
    if (kept_nulls_ > 0) {
      --kept_nulls_;
      return item;
    }
    if (!item.is_null()) return item;
    // Of a run of nulls, those behind its last `-` count if a `.number` ends it.
    RawItems ahead = raw_;
    Item after = ahead.next();
    for (; after.is_null(); after = ahead.next()) {
      ++kept_nulls_;
      if (!after.dash) continue;
      item = after;
      raw_ = ahead;
      kept_nulls_ = 0;
    }
    if (after.rank == Rank::dot_number) return item;
    kept_nulls_ = 0;
    raw_ = ahead;
    return after;
  }

 private:
  RawItems raw_;
  std::size_t kept_nulls_ = 0;  ///< how many of the next items are null and count
};

std::weak_ordering compare_items(const Item& a, const Item& b) {
  if (a.rank != b.rank) return a.rank <=> b.rank;
  return a.is_number() ? compare_numbers(a.text, b.text) : compare_without_case(a.text, b.text);
}

}  // namespace

std::weak_ordering compare_maven(std::string_view left, std::string_view right) {
  Items a(left);
  Items b(right);
  for (;;) {
    const Item x = a.next();
    const Item y = b.next();
    const auto order = compare_items(x, y);
    if (order != 0 || x.rank == Rank::end) return order;
  }
}

bool valid_maven(std::string_view text) { return !text.empty(); }

}  // namespace doorman::derive::version
