// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/load/file_text.h"
#include "policy/load/report.h"
#include "policy/rule.h"

namespace doorman::policy {

/// What rule files may hold. Each limit is an error that names it.
struct LoadLimits {
  static constexpr std::size_t file_bytes = 16U << 20U;
  static constexpr std::size_t items = 100'000;  ///< rules, macros and lists of a set, appended ones too
  static constexpr std::size_t name_bytes = 4096;
  static constexpr std::size_t hardened_names = 1000;  ///< capabilities or paths of one hardening
  static constexpr std::size_t exceptions = 1000;      ///< of one rule
  static constexpr std::size_t odd_names = 50;  ///< lists whose names are no words, beyond which none is found
  static constexpr std::size_t list_values = 100'000;  ///< of one list, with those of the lists that it names
  static constexpr std::size_t nesting = 100;          ///< macros inside macros, lists inside lists
  static constexpr std::size_t condition_parts =
      100'000;  ///< of one condition when all is resolved, values included
  static constexpr std::size_t condition_depth = 1000;
  static constexpr std::size_t all_parts = 2'000'000;  ///< of all conditions and lists together
};

/// A value, or values in brackets, of an exception.
struct ExceptionEntry {
  bool is_list = false;
  std::string text;
  std::vector<ExceptionEntry> items;
  Position at;

  [[nodiscard]] bool given() const { return is_list ? !items.empty() : !text.empty(); }
};

struct ExceptionItem {
  std::string name;
  ExceptionEntry fields, comps;
  std::vector<ExceptionEntry> values;
  Places places;
};

/// What one item of a file says of a rule: a definition, or a change to one.
struct RuleItem {
  std::string name, source;
  Places places;
  std::optional<PlacedText> condition, output;
  std::optional<std::string> description;
  Places condition_places, output_places;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::vector<ExceptionItem>> exceptions;
  std::optional<model::Priority> priority;
  std::optional<bool> enabled, capture, warn_event_types, skip_unknown;
  std::optional<std::uint32_t> capture_duration;
  std::optional<model::Action> action;
  std::optional<Throttle> throttle;
  std::optional<model::OnError> on_error;
  std::optional<std::string> remediation, reference;
  std::shared_ptr<const model::Hardening> hardening;
  std::shared_ptr<const model::BreakGlass> break_glass;
};

struct MacroItem {
  std::string name;
  PlacedText condition;
  Places places, condition_places;
  std::size_t index = 0;    ///< when it was first defined, counted over all items
  std::size_t visible = 0;  ///< macros that were first defined before this may be used in it
};

struct ListItem {
  struct Value {
    std::string text;
    Position at;
  };
  std::string name;
  std::vector<Value> values;
  Places places;
};

}  // namespace doorman::policy
