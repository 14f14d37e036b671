// SPDX-License-Identifier: Apache-2.0
// What operators mean follows falcosecurity/libs userspace/libsinsp/filter_compare.cpp and sinsp_filtercheck.cpp.
#include "policy/check/compare.h"

#include <algorithm>

#include "base/glob.h"

namespace doorman::policy {
namespace {

using model::Value;

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [&](char a, char b) { return lower(a) == lower(b); }) != text.end() ||
         part.empty();
}

template <typename T>
bool in_order(Operator op, const T& a, const T& b) {
  switch (op) {
    case Operator::equal:
    case Operator::equal2:
    case Operator::in:
    case Operator::intersects:
      return a == b;
    case Operator::unequal:
      return !(a == b);
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

bool compare_text(Operator op, std::string_view text, std::string_view other) {
  switch (op) {
    case Operator::contains:
    case Operator::bcontains:
      return text.find(other) != std::string_view::npos;
    case Operator::icontains:
      return contains_ignoring_case(text, other);
    case Operator::startswith:
    case Operator::bstartswith:
      return text.starts_with(other);
    case Operator::endswith:
      return text.ends_with(other);
    case Operator::glob:
      return base::matches_glob(other, text);
    case Operator::iglob:
      return base::matches_glob(other, text, base::Case::ignored);
    case Operator::pmatch:
      return path_begins_with(text, other);
    case Operator::exists:
    case Operator::equal:
    case Operator::equal2:
    case Operator::unequal:
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
    case Operator::regex:
    case Operator::in:
    case Operator::intersects:
      break;
  }
  return in_order(op, text, other);
}

bool equal_to_network(Operator op, const Value& value, const base::IpNetwork& network) {
  const bool is_network = value.kind() == Value::Kind::network;
  const bool inside = is_network
                          ? value.network().prefix >= network.prefix && network.contains(value.network().address)
                          : network.contains(value.address());
  return op == Operator::unequal ? !inside : inside;
}

/// A value of the right side as the literal that it would be.
std::optional<Literal> literal_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::boolean:
      return Literal(value.boolean());
    case Value::Kind::integer:
      return Literal(value.integer());
    case Value::Kind::natural:
      return Literal(value.natural());
    case Value::Kind::real:
      return Literal(value.real());
    case Value::Kind::text:
      return Literal(std::string(value.text()));
    case Value::Kind::address:
      return Literal(value.address());
    case Value::Kind::network:
      return Literal(value.network());
    case Value::Kind::absent:
    case Value::Kind::list:
      break;
  }
  return std::nullopt;
}

bool takes_any(Operator op) { return op == Operator::in || op == Operator::intersects || op == Operator::pmatch; }

/// One value of the left side against everything on the right.
class Right {
 public:
  Right(const Predicate& predicate, std::vector<Literal> read) : predicate_(predicate), read_(std::move(read)) {}

  [[nodiscard]] bool holds_for(const Value& value) const {
    const std::size_t matches = count(value);
    switch (predicate_.modifier) {
      case Modifier::none:
      case Modifier::anyof:
        return matches > 0;
      case Modifier::oneof:
        return matches == 1;
      case Modifier::allof:
        return matches > 0 && matches == literals().size();
    }
    return false;
  }

 private:
  [[nodiscard]] const std::vector<Literal>& literals() const {
    return predicate_.right ? read_ : predicate_.literals;
  }

  [[nodiscard]] std::size_t count(const Value& value) const {
    if (predicate_.op == Operator::regex) {
      const bool is_text = value.kind() == Value::Kind::text;
      return static_cast<std::size_t>(std::ranges::count_if(
          predicate_.patterns, [&](const auto& pattern) { return is_text && pattern->matches(value.text()); }));
    }
    return static_cast<std::size_t>(std::ranges::count_if(
        literals(), [&](const Literal& literal) { return compare(predicate_.op, value, literal); }));
  }

  const Predicate& predicate_;
  std::vector<Literal> read_;
};

/// Whether every value of the left side must fit, or one is enough.
bool wants_all(const Predicate& predicate) {
  const bool list = predicate.several == Several::list || predicate.several == Several::plain_list;
  if (predicate.op == Operator::in) return list;
  return predicate.op == Operator::unequal && (list || predicate.several == Several::ends);
}

}  // namespace

std::string_view next_name(std::string_view& path) {
  const auto begin = std::min(path.find_first_not_of('/'), path.size());
  const auto end = std::min(path.find('/', begin), path.size());
  const std::string_view name = path.substr(begin, end - begin);
  path.remove_prefix(end);
  return name;
}

bool is_glob(std::string_view name) { return name.find_first_of("?*[") != std::string_view::npos; }

bool path_begins_with(std::string_view path, std::string_view pattern) {
  for (std::string_view wanted = next_name(pattern); !wanted.empty(); wanted = next_name(pattern)) {
    const std::string_view name = next_name(path);
    if (name.empty() || !(is_glob(wanted) ? base::matches_glob(wanted, name) : wanted == name)) return false;
  }
  return true;
}

bool compare(Operator op, const Value& value, const Literal& literal) {
  switch (value.kind()) {
    case Value::Kind::boolean:
      if (const auto* other = std::get_if<bool>(&literal)) return in_order(op, value.boolean(), *other);
      break;
    case Value::Kind::integer:
      if (const auto* other = std::get_if<std::int64_t>(&literal)) return in_order(op, value.integer(), *other);
      break;
    case Value::Kind::natural:
      if (const auto* other = std::get_if<std::uint64_t>(&literal)) return in_order(op, value.natural(), *other);
      break;
    case Value::Kind::real:
      if (const auto* other = std::get_if<double>(&literal)) return in_order(op, value.real(), *other);
      break;
    case Value::Kind::text:
      if (const auto* other = std::get_if<std::string>(&literal)) return compare_text(op, value.text(), *other);
      break;
    case Value::Kind::address:
      if (const auto* other = std::get_if<base::IpAddress>(&literal)) return in_order(op, value.address(), *other);
      if (const auto* other = std::get_if<base::IpNetwork>(&literal)) return equal_to_network(op, value, *other);
      break;
    case Value::Kind::network:
      if (const auto* other = std::get_if<base::IpNetwork>(&literal)) return equal_to_network(op, value, *other);
      break;
    case Value::Kind::absent:
    case Value::Kind::list:
      break;
  }
  return false;
}

bool holds(const Predicate& predicate, const Value& left, const model::Facts& facts, base::Arena& scratch) {
  if (predicate.known) return *predicate.known;
  if (!left.exists() || predicate.op == Operator::exists) return left.exists();
  std::vector<Literal> read_now;
  if (predicate.right) {
    const Value right = read(*predicate.right, facts, scratch);
    if (!right.exists()) return false;
    const bool many = right.kind() == Value::Kind::list;
    for (const Value& value : many ? right.list() : std::span(&right, 1)) {
      if (auto literal = literal_of(value)) read_now.push_back(*std::move(literal));
    }
    if (read_now.size() > 1 && !takes_any(predicate.op) && !predicate.left.list) read_now.resize(1);
  }
  const Right right(predicate, std::move(read_now));
  if (left.kind() != Value::Kind::list) return right.holds_for(left);
  const auto holds_for = [&](const Value& value) { return right.holds_for(value); };
  return wants_all(predicate) ? std::ranges::all_of(left.list(), holds_for)
                              : std::ranges::any_of(left.list(), holds_for);
}

bool holds(const Predicate& predicate, const model::Facts& facts, base::Arena& scratch) {
  if (predicate.known) return *predicate.known;
  return holds(predicate, read(predicate.left, facts, scratch), facts, scratch);
}

}  // namespace doorman::policy
