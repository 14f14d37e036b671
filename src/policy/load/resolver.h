// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/load/lists.h"

namespace doorman::policy {

/// Puts the values of lists and the conditions of macros in the places of their names.
class Resolver {
 public:
  using Names = std::set<std::string, std::less<>>;

  /// `broken`: macros that could not be read; to use one is no second mistake.
  Resolver(const std::vector<ListItem>& lists, const std::vector<MacroItem>& macros, const Names& broken,
           Report& report);

  struct Resolution {
    Condition condition;
    bool complete = true;  ///< after an error it may be left: names that stand for nothing are left out
  };
  /// A rule's condition: its text parsed, what is in `without` taken away, all names resolved. Nothing after an
  /// error that leaves nothing to look at.
  std::optional<Resolution> resolve(const PlacedText& text, const Places& places, std::vector<Condition> without);

  [[nodiscard]] std::vector<List> lists() const { return lists_.all(); }
  /// What Condition::through counts in: all macros, in the order of their definition.
  [[nodiscard]] std::vector<Macro> macros() const;

  void warn_of_unused() const;

 private:
  /// `unreadable`: its text is no condition; `too_large`: beyond a limit.
  enum class State : std::uint8_t { untouched, in_work, sound, unreadable, too_large };
  struct Resolved {
    State state = State::untouched;
    bool used = false;
    std::size_t parts = 0, depth = 0;  ///< how much is in it, and in how many levels
    std::size_t macros = 1;            ///< levels of macros, itself included
    std::optional<std::size_t> loop;   ///< the macro that leads here again and is still in work
    bool complete = true;              ///< no name was left out
    Condition condition;
  };

  /// One condition while its names are resolved.
  struct Work {
    const Places& places;
    std::size_t visible;               ///< macros that were first defined before this may be used
    std::size_t level;                 ///< how many macros are being resolved
    std::optional<std::size_t> macro;  ///< that the condition belongs to
    std::size_t parts = 0, depth = 0;
    std::size_t macros = 0;  ///< levels of macros used
    std::optional<std::size_t> loop = std::nullopt;
    bool sound = true;
    bool complete = true;  ///< no name was left out
  };

  std::optional<Condition> parse(const PlacedText& text, const Places& places);
  void resolve_macro(std::size_t index, std::size_t level);
  void walk(Condition& condition, Work& work, std::size_t depth);
  void walk_check(Condition& check, Work& work);
  void walk_name(Condition& name, Work& work, std::size_t depth);
  void leads_back(Condition& name, std::size_t to, Work& work);
  void put_macro(Condition& name, std::size_t index, Work& work, std::size_t depth);
  void put_values(Term& list, Work& work);
  void put_value(Term& value, Work& work);
  void look_inside(const Term& term, Work& work);
  bool spend(Work& work, std::size_t parts, std::size_t depth, const Position& at);
  void undefined(Condition& name, Work& work);
  static void leave_out(Condition& name, Work& work);

  void wrong(Work& work, std::string_view code, std::string message, const Position& at, std::string hint = "");
  void not_spliced(Work& work, std::string message, const Position& at);

  Report& report_;
  Lists lists_;
  const std::vector<MacroItem>& macros_;
  const Names& broken_;
  std::map<std::string_view, std::size_t> index_;
  std::vector<Resolved> resolved_;
  std::vector<std::string_view> macro_names_;
  std::size_t all_parts_ = 0;
};

}  // namespace doorman::policy
