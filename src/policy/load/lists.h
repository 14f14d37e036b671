// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "policy/load/collected.h"

namespace doorman::policy {

/// The lists of a rule set, each with the values of those that it names. Circles and limits are reported.
class Lists {
 public:
  Lists(const std::vector<ListItem>& items, Report& report);

  /// The values, or nullptr when there is no list of that name. Who asks uses it.
  const std::vector<Term>* use(std::string_view name);
  [[nodiscard]] bool exists(std::string_view name) const { return index_.contains(name); }

  /// Those that no word of a condition can be.
  [[nodiscard]] const std::vector<std::string_view>& odd_names() const { return odd_names_; }
  [[nodiscard]] std::vector<List> all() const;
  void warn_of_unused() const;

 private:
  enum class State : std::uint8_t { untouched, in_work, done };
  struct Resolved {
    State state = State::untouched;
    bool used = false;
    std::size_t levels = 1;
    std::vector<Term> values;
  };

  void resolve(std::size_t index, std::size_t level);
  void add(std::size_t index, const ListItem::Value& value, std::size_t level);
  void include(std::size_t index, std::size_t other, const ListItem::Value& value, std::size_t level);
  Term literal(std::size_t index, const ListItem::Value& value);
  [[nodiscard]] Places placed(std::size_t index, const Position& at) const;

  const std::vector<ListItem>& items_;
  Report& report_;
  std::map<std::string_view, std::size_t> index_;
  std::vector<Resolved> resolved_;
  std::vector<std::string_view> odd_names_;
  std::size_t all_values_ = 0;
};

}  // namespace doorman::policy
