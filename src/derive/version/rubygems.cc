// SPDX-License-Identifier: Apache-2.0
// RubyGems, Gem::Version (lib/rubygems/version.rb): segments of digits or letters; `-` reads `.pre.`; zeros at the
// end of the numbers do not count; a word comes before any number, and what is missing is 0.
#include <utility>

#include "derive/version/scan.h"
#include "derive/version/schemes.h"

namespace doorman::derive::version {

namespace {

struct Segment {
  enum class Kind : std::uint8_t { end, word, number };
  Kind kind = Kind::end;
  std::string_view text;
};

/// Gem::Version#canonical_segments, one at a time.
class Segments {
 public:
  explicit Segments(std::string_view text) : cursor_(text) {}

  Segment next() {
    if (zeros_ > 0) {
      --zeros_;
      return {Segment::Kind::number, "0"};
    }
    if (held_.kind != Segment::Kind::end) return std::exchange(held_, {});
    Segment segment = read();
    if (seen_word_ || !is_null(segment)) return remember(segment);
    std::size_t zeros = 0;
    for (; is_null(segment); segment = read()) ++zeros;
    if (segment.kind != Segment::Kind::number) return remember(segment);
    zeros_ = zeros - 1;
    held_ = segment;
    return {Segment::Kind::number, "0"};
  }

 private:
  static bool is_null(const Segment& segment) {
    return segment.kind == Segment::Kind::number && is_zero(segment.text);
  }

  Segment remember(const Segment& segment) {
    seen_word_ = seen_word_ || segment.kind == Segment::Kind::word;
    return segment;
  }

  Segment read() {
    cursor_.take_while([](char c) { return !is_alnum(c) && c != '-'; });
    if (cursor_.done()) return {};
    if (cursor_.skip('-')) return {Segment::Kind::word, "pre"};
    if (cursor_.at_digit()) return {Segment::Kind::number, cursor_.digits()};
    return {Segment::Kind::word, cursor_.take_while(is_letter)};
  }

  Cursor cursor_;
  Segment held_;           ///< the number behind zeros that are still to be given
  std::size_t zeros_ = 0;  ///< still to be given before it
  bool seen_word_ = false;
};

}  // namespace

std::weak_ordering compare_rubygems(std::string_view left, std::string_view right) {
  Segments a(left);
  Segments b(right);
  for (;;) {
    Segment x = a.next();
    Segment y = b.next();
    if (x.kind == Segment::Kind::end && y.kind == Segment::Kind::end) return std::weak_ordering::equivalent;
    if (x.kind == Segment::Kind::end) x = {Segment::Kind::number, "0"};
    if (y.kind == Segment::Kind::end) y = {Segment::Kind::number, "0"};
    if (x.kind != y.kind) return x.kind <=> y.kind;
    const auto order =
        x.kind == Segment::Kind::number ? compare_numbers(x.text, y.text) : compare_text(x.text, y.text);
    if (order != 0) return order;
  }
}

bool valid_rubygems(std::string_view text) {
  Cursor cursor(trimmed(text));
  if (cursor.done()) return true;
  if (cursor.digits().empty()) return false;
  const auto in_prerelease = [](char c) { return is_alnum(c) || c == '-'; };
  while (cursor.skip('.')) {
    if (cursor.take_while(is_alnum).empty()) return false;
  }
  if (cursor.skip('-')) {
    do {
      if (cursor.take_while(in_prerelease).empty()) return false;
    } while (cursor.skip('.'));
  }
  return cursor.done();
}

}  // namespace doorman::derive::version
