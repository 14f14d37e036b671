// SPDX-License-Identifier: Apache-2.0
#include "policy/load/lists.h"

#include <fmt/format.h>

namespace doorman::policy {

Lists::Lists(const std::vector<ListItem>& items, Report& report)
    : items_(items), report_(report), resolved_(items.size()) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    index_.emplace(items[i].name, i);
    const auto word = parse_literal(items[i].name);
    const bool is_odd = !word || word->quoted;
    if (is_odd && odd_names_.size() < LoadLimits::odd_names) odd_names_.push_back(items[i].name);
  }
  for (std::size_t i = 0; i < items.size(); ++i) resolve(i, 1);
}

Places Lists::placed(std::size_t index, const Position& at) const {
  return within(items_[index].places, {"list item", "", at.file, at});
}

void Lists::resolve(std::size_t index, std::size_t level) {
  Resolved& list = resolved_[index];
  if (list.state != State::untouched) return;
  list.state = State::in_work;
  for (const ListItem::Value& value : items_[index].values) {
    if (list.values.size() >= LoadLimits::list_values) {
      report_.error(code::limit, fmt::format("list of more than {} values", LoadLimits::list_values),
                    items_[index].places);
      break;
    }
    if (all_values_ >= LoadLimits::all_parts) {
      report_.error(code::limit, fmt::format("lists of more than {} values together", LoadLimits::all_parts),
                    items_[index].places);
      break;
    }
    add(index, value, level);
  }
  list.state = State::done;
}

void Lists::add(std::size_t index, const ListItem::Value& value, std::size_t level) {
  const auto other = index_.find(value.text);
  if (other != index_.end() && other->second != index) return include(index, other->second, value, level);
  if (other != index_.end())
    report_.warning(code::not_spliced,
                    fmt::format("list '{}' holds its own name, which is taken as a value", value.text),
                    placed(index, value.at));
  resolved_[index].values.push_back(literal(index, value));
  ++all_values_;
}

void Lists::include(std::size_t index, std::size_t other, const ListItem::Value& value, std::size_t level) {
  if (resolved_[other].state == State::in_work) {
    report_.error(code::validate, fmt::format("reference loop in list '{}'", value.text), placed(index, value.at));
    return;
  }
  if (level < LoadLimits::nesting) resolve(other, level + 1);
  Resolved& list = resolved_[index];
  list.levels = std::max(list.levels, resolved_[other].levels + 1);
  if (resolved_[other].state != State::done || list.levels > LoadLimits::nesting) {
    report_.error(code::limit, fmt::format("lists inside lists, more than {} levels", LoadLimits::nesting),
                  placed(index, value.at));
    return;
  }
  resolved_[other].used = true;
  const auto& values = resolved_[other].values;
  const std::size_t room = LoadLimits::list_values - std::min(LoadLimits::list_values, list.values.size());
  if (values.size() > room) {
    report_.error(code::limit, fmt::format("list of more than {} values", LoadLimits::list_values),
                  placed(index, value.at));
    return;
  }
  list.values.insert(list.values.end(), values.begin(), values.end());
  all_values_ += values.size();
}

/// Words and strings in quotes, as Falco would read them if it pasted the text; but never more or less than one
/// value.
Term Lists::literal(std::size_t index, const ListItem::Value& value) {
  Term made;
  if (auto read = parse_literal(value.text)) {
    made = *std::move(read);
  } else {
    made.text = value.text;
    made.quoted = true;
    const std::string_view special = value.text.find(' ') == std::string::npos ? "()\"'\t\n=," : "\\\"";
    if (value.text.empty() || value.text.find_first_of(special) != std::string::npos)
      report_.warning(code::not_spliced,
                      fmt::format("'{}' is one value, as it is written; Falco would paste its text into conditions",
                                  value.text),
                      placed(index, value.at));
  }
  made.at = value.at;
  return made;
}

const std::vector<Term>* Lists::use(std::string_view name) {
  const auto found = index_.find(name);
  if (found == index_.end()) return nullptr;
  resolved_[found->second].used = true;
  return &resolved_[found->second].values;
}

std::vector<List> Lists::all() const {
  std::vector<List> lists;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    List& list = lists.emplace_back();
    list.name = items_[i].name;
    list.place = items_[i].places.back();
    for (const Term& value : resolved_[i].values) list.items.push_back(value.text);
  }
  return lists;
}

void Lists::warn_of_unused() const {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (!resolved_[i].used)
      report_.warning(code::unused_list, "List not referred to by any other rule/macro", items_[i].places);
  }
}

}  // namespace doorman::policy
