// SPDX-License-Identifier: Apache-2.0
#include "policy/engine/matcher.h"

#include <algorithm>
#include <cstring>

#include "policy/check/compare.h"

namespace doorman::policy {
namespace {

using model::Value;

template <typename T>
bool compare_number(Operator op, T a, T b) {
  switch (op) {
    case Operator::equal:
    case Operator::equal2:
    case Operator::in:
    case Operator::intersects:
      return a == b;
    case Operator::unequal:
      return a != b;
    case Operator::less:
      return a < b;
    case Operator::less_equal:
      return a <= b;
    case Operator::greater:
      return a > b;
    case Operator::greater_equal:
      return a >= b;
    case Operator::exists:
    case Operator::contains:
    case Operator::icontains:
    case Operator::bcontains:
    case Operator::startswith:
    case Operator::bstartswith:
    case Operator::endswith:
    case Operator::glob:
    case Operator::iglob:
    case Operator::regex:
    case Operator::pmatch:
      break;
  }
  return false;
}

/// About how often a byte is there in paths and command lines.
int frequency_of(char c) {
  constexpr std::string_view often = "/eatinosrl";
  if (often.find(c) != std::string_view::npos) return 4;
  if (c >= 'a' && c <= 'z') return 3;
  if ((c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ' ') return 2;
  return c >= 'A' && c <= 'Z' ? 1 : 0;
}

std::size_t most_seldom_in(std::string_view text) {
  const auto found = std::ranges::min_element(text, {}, frequency_of);
  return static_cast<std::size_t>(found - text.begin());
}

/// By the byte of `wanted` at `seldom`, unless that one turns out to be there all the time.
bool lies_in(std::string_view text, std::string_view wanted, std::size_t seldom) {
  if (wanted.empty()) return true;
  if (text.size() < wanted.size()) return false;
  constexpr int most_tries = 16;
  const char* from = text.data() + seldom;
  const char* const end = text.data() + text.size() - (wanted.size() - 1 - seldom);
  for (int tries = 0; tries < most_tries; ++tries) {
    const void* found =
        from == end ? nullptr : std::memchr(from, wanted[seldom], static_cast<std::size_t>(end - from));
    if (found == nullptr) return false;
    from = static_cast<const char*>(found);
    if (std::memcmp(from - seldom, wanted.data(), wanted.size()) == 0) return true;
    ++from;
  }
  return memmem(text.data(), text.size(), wanted.data(), wanted.size()) != nullptr;
}

bool compare_text(const Matcher& matcher, std::string_view text) {
  const std::string_view wanted = matcher.wanted;
  switch (matcher.op) {
    case Operator::startswith:
    case Operator::bstartswith:
      return text.starts_with(wanted);
    case Operator::endswith:
      return text.ends_with(wanted);
    case Operator::contains:
    case Operator::bcontains:
      return lies_in(text, wanted, matcher.number);
    case Operator::unequal:
      return text != wanted;
    case Operator::regex:
      return matcher.predicate->patterns.front()->matches(text);
    case Operator::exists:
    case Operator::equal:
    case Operator::equal2:
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
    case Operator::icontains:
    case Operator::glob:
    case Operator::iglob:
    case Operator::in:
    case Operator::intersects:
    case Operator::pmatch:
      break;
  }
  return compare(matcher.op, Value::of(text), matcher.predicate->literals.front());
}

bool holds_for_any_literal(const Matcher& matcher, const Value& value) {
  return std::ranges::any_of(matcher.predicate->literals,
                             [&](const Literal& literal) { return compare(matcher.op, value, literal); });
}

/// Which kind fits one literal, and the number that it holds.
Matcher::Kind kind_of(const Literal& literal, std::uint64_t& number) {
  if (const auto* integer = std::get_if<std::int64_t>(&literal)) {
    number = static_cast<std::uint64_t>(*integer);
    return Matcher::Kind::integer;
  }
  if (const auto* natural = std::get_if<std::uint64_t>(&literal)) {
    number = *natural;
    return Matcher::Kind::natural;
  }
  if (const auto* truth = std::get_if<bool>(&literal)) {
    number = *truth ? 1 : 0;
    return Matcher::Kind::truth;
  }
  return std::holds_alternative<std::string>(literal) ? Matcher::Kind::text : Matcher::Kind::each_literal;
}

}  // namespace

Matcher make_matcher(const Leaf& leaf, TextIndex& texts, LargeMatchers& large) {
  const Predicate& predicate = *leaf.predicate;
  Matcher matcher;
  matcher.op = predicate.op;
  matcher.all_values = wants_all(predicate);
  matcher.operand = leaf.operand;
  matcher.predicate = &predicate;
  if (predicate.op == Operator::exists) {
    matcher.kind = Matcher::Kind::exists;
  } else if (is_text_set(predicate)) {
    matcher.kind = predicate.literals.size() == 1 ? Matcher::Kind::one_text : Matcher::Kind::text_set;
    for (const Literal& literal : predicate.literals) texts.add(std::get<std::string>(literal));
  } else if (predicate.right || predicate.modifier != Modifier::none) {
    matcher.kind = Matcher::Kind::plainly;
  } else if (predicate.op == Operator::pmatch) {
    matcher.kind = Matcher::Kind::path;
    matcher.number = large.paths.size();
    PathTrie& paths = large.paths.emplace_back();
    for (const Literal& literal : predicate.literals) paths.add(std::get<std::string>(literal));
  } else if (predicate.literals.size() == 1) {
    matcher.kind = kind_of(predicate.literals.front(), matcher.number);
    if (matcher.kind == Matcher::Kind::text) {
      matcher.wanted = std::get<std::string>(predicate.literals.front());
      matcher.number = most_seldom_in(matcher.wanted);
    }
  } else {
    matcher.kind = Matcher::Kind::each_literal;
  }
  return matcher;
}

void finish(Matcher& matcher, const TextIndex& texts, LargeMatchers& large) {
  if (!matcher.is_hashed()) return;
  std::vector<std::uint32_t> numbers;
  numbers.reserve(matcher.predicate->literals.size());
  for (const Literal& literal : matcher.predicate->literals)
    numbers.push_back(texts.find(std::get<std::string>(literal)));
  if (matcher.kind == Matcher::Kind::one_text) {
    matcher.number = numbers.front();
    return;
  }
  matcher.number = large.sets.size();
  large.sets.emplace_back(std::move(numbers), texts.size());
}

bool holds_for(const Matcher& matcher, const LargeMatchers& large, const Value& value, std::uint32_t text_number) {
  switch (matcher.kind) {
    case Matcher::Kind::one_text:
      return text_number == matcher.number && text_number != TextIndex::absent;
    case Matcher::Kind::text_set:
      return text_number != TextIndex::absent && large.sets[matcher.number].contains(text_number);
    case Matcher::Kind::text:
      return value.kind() == Value::Kind::text && compare_text(matcher, value.text());
    case Matcher::Kind::path:
      return value.kind() == Value::Kind::text && large.paths[matcher.number].matches(value.text());
    case Matcher::Kind::integer:
      return value.kind() == Value::Kind::integer &&
             compare_number(matcher.op, value.integer(), static_cast<std::int64_t>(matcher.number));
    case Matcher::Kind::natural:
      return value.kind() == Value::Kind::natural && compare_number(matcher.op, value.natural(), matcher.number);
    case Matcher::Kind::truth:
      return value.kind() == Value::Kind::boolean &&
             compare_number(matcher.op, value.boolean(), matcher.number != 0);
    case Matcher::Kind::each_literal:
      return holds_for_any_literal(matcher, value);
    case Matcher::Kind::exists:
      return value.exists();
    case Matcher::Kind::plainly:
      break;
  }
  return false;
}

}  // namespace doorman::policy
