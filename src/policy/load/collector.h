// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/load/collected.h"

namespace doorman::policy {

/// A version of Falco's engine, as rule files ask for one.
struct EngineVersion {
  std::uint32_t major = 0, minor = 0, patch = 0;
  auto operator<=>(const EngineVersion&) const = default;

  /// `0.26.0`, or the second number alone.
  static std::optional<EngineVersion> parse(std::string_view text);
};
std::string to_text(const EngineVersion& version);

/// The version that our language is as good as.
inline constexpr EngineVersion our_engine_version = {0, 63, 0};

/// Of a rule file's `source:`.
std::optional<model::EventSource> known_source(std::string_view text);

/// Takes the items of all files in order, and joins what is said of the same rule, macro or list.
class Collector {
 public:
  explicit Collector(Report& report) : report_(report) {}

  void define(RuleItem item);
  void append(RuleItem item);
  void replace(RuleItem item);
  void enable(const RuleItem& item);
  void take(MacroItem item, bool append);
  void take(ListItem item, bool append);
  void require(const EngineVersion& version, const Places& places);

  /// A definition that could not be read: what is said of that name later is no mistake of its own.
  void broken_rule(std::string name) { broken_rules_.insert(std::move(name)); }
  void broken_macro(std::string name) { broken_macros_.insert(std::move(name)); }
  void broken_list(std::string name) { broken_lists_.insert(std::move(name)); }
  [[nodiscard]] const std::set<std::string, std::less<>>& broken_macros() const { return broken_macros_; }

  /// False, with an error, once there are too many items.
  bool room_for_one_more(const Places& places);

  std::vector<RuleItem> rules;
  std::vector<MacroItem> macros;
  std::vector<ListItem> lists;
  std::vector<model::ImageWord> images;
  std::optional<EngineVersion> required_engine_version;

 private:
  using Index = std::map<std::string, std::size_t, std::less<>>;

  RuleItem* find_rule(const RuleItem& item, std::string_view otherwise);
  void keep_sound(RuleItem& item, const std::optional<model::EventSource>& source);
  void append_exception(RuleItem& rule, ExceptionItem exception);

  Report& report_;
  Index rule_index_, macro_index_, list_index_;
  std::set<std::string, std::less<>> broken_rules_, broken_macros_, broken_lists_;
  std::size_t items_ = 0, next_index_ = 0;
};

}  // namespace doorman::policy
