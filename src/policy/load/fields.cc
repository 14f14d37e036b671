// SPDX-License-Identifier: Apache-2.0
#include "policy/load/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"

namespace doorman::policy {
namespace {

/// The words of YAML 1.1, quoted or not: lower case, upper case, or with a capital.
std::optional<bool> parse_flag(std::string_view text) {
  const std::string lower = base::to_lower(text);
  const std::string_view tail = text.substr(std::min<std::size_t>(text.size(), 1));
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const bool one_case = std::ranges::all_of(tail, is_lower) ||
                        (std::ranges::none_of(tail, is_lower) && !text.empty() && !is_lower(text[0]));
  if (!one_case) return std::nullopt;
  for (const std::string_view word : {"y", "yes", "true", "on"}) {
    if (lower == word) return true;
  }
  for (const std::string_view word : {"n", "no", "false", "off"}) {
    if (lower == word) return false;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hex ? 16 : 10);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Place Fields::place(std::string_view kind, std::string_view name, const base::YamlValue& node) const {
  const Position at = file_.position(node);
  return {std::string(kind), std::string(name), at.file, at};
}

std::optional<model::OnError> Fields::on_error() const {
  const auto answer = text("on_error", Need::optional);
  if (!answer) return std::nullopt;
  if (answer == "deny") return model::OnError::deny;
  if (answer == "allow") return model::OnError::allow;
  wrong("on_error", fmt::format("'{}' is no answer to an error", *answer), "deny or allow");
  return std::nullopt;
}

void Fields::wrong(std::string_view key, std::string message, std::string hint) const {
  report_.error(code::yaml_validate, std::move(message), within(places_, place("value for", key, item_[key])),
                std::move(hint));
}

std::optional<std::string_view> Fields::text(std::string_view key, Need need) const {
  const base::YamlValue node = item_[key];
  if (!node.exists()) {
    if (need == Need::required)
      report_.error(code::yaml_validate, fmt::format("Item has no mapping for key '{}'", key), places_);
    return std::nullopt;
  }
  if (node.is_null()) {
    if (need != Need::may_be_empty)
      report_.error(code::yaml_validate, fmt::format("Mapping for key '{}' is empty", key), places_);
    return std::nullopt;
  }
  const auto text = node.text();
  if (!text) wrong(key, "Value is not a scalar value");
  else if (!text->empty()) return text;
  else if (need != Need::may_be_empty) wrong(key, "Value must be non-empty");
  return std::nullopt;
}

std::optional<PlacedText> Fields::placed_text(std::string_view key) const {
  const auto plain = text(key);
  if (!plain) return std::nullopt;
  return PlacedText(*plain, file_, file_.position(item_[key]).offset);
}

std::optional<bool> Fields::flag(std::string_view key, Need need) const {
  const auto plain = text(key, need);
  if (!plain) return std::nullopt;
  const auto truth = parse_flag(*plain);
  if (!truth) wrong(key, "Can't decode YAML scalar value", "write true or false");
  return truth;
}

std::optional<std::uint32_t> Fields::number(std::string_view key, Need need) const {
  const auto plain = text(key, need);
  if (!plain) return std::nullopt;
  const auto number = parse_number(*plain);
  if (!number) wrong(key, "Can't decode YAML scalar value", "write a whole number");
  return number;
}

std::optional<std::vector<ListItem::Value>> Fields::sequence(std::string_view key) const {
  const base::YamlValue node = item_[key];
  if (!node.exists()) {
    report_.error(code::yaml_validate, fmt::format("Item has no mapping for key '{}'", key), places_);
    return std::nullopt;
  }
  if (!node.is_sequence()) {
    wrong(key, "Value is not a sequence");
    return std::nullopt;
  }
  std::vector<ListItem::Value> values;
  bool sound = true;
  for (const base::YamlValue& item : node.items()) {
    if (const auto text = item.text()) {
      values.push_back({std::string(*text), file_.position(item)});
      continue;
    }
    sound = false;
    report_.error(code::yaml_validate, "sequence value is not scalar",
                  within(within(places_, place("value for", key, node)), place("list item", "", item)));
  }
  if (!sound) return std::nullopt;
  return values;
}

void Fields::warn_of_others(const std::vector<std::string_view>& known) const {
  std::set<std::string_view> seen;
  for (const auto& [key, value] : item_.members()) {
    const std::string_view name = key.text_or("");
    const bool is_known = std::ranges::find(known, name) != known.end();
    if ((is_known && seen.insert(name).second) || report_.full()) continue;
    const Places places = within(places_, place("key", name, key));
    if (!is_known)
      report_.warning(code::unknown_key, fmt::format("Unknown key '{}'. The key will be ignored.", name), places,
                      hint_for(name, known));
    else
      report_.warning(code::repeated_key, fmt::format("Key '{}' is there twice; the first one counts.", name),
                      places);
  }
}

}  // namespace doorman::policy
