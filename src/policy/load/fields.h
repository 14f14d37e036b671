// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "policy/load/collected.h"

namespace doorman::policy {

/// The members of one item of a rule file. Each function gives a member's value, or nothing: then what is wrong
/// with it has been reported, unless it is just not there and need not be.
class Fields {
 public:
  enum class Need : std::uint8_t { required, optional, may_be_empty };

  Fields(const base::YamlValue& item, const FileText& file, Report& report, Places places)
      : item_(item), file_(file), report_(report), places_(std::move(places)) {}

  [[nodiscard]] bool has(std::string_view key) const { return item_[key].exists(); }
  [[nodiscard]] base::YamlValue value(std::string_view key) const { return item_[key]; }
  [[nodiscard]] const base::YamlValue& item() const { return item_; }
  [[nodiscard]] const FileText& file() const { return file_; }
  [[nodiscard]] Report& report() const { return report_; }
  [[nodiscard]] const Places& places() const { return places_; }
  /// Where a node is, as the next step of a chain.
  [[nodiscard]] Place place(std::string_view kind, std::string_view name, const base::YamlValue& node) const;

  [[nodiscard]] std::optional<std::string_view> text(std::string_view key, Need need = Need::required) const;
  [[nodiscard]] std::optional<PlacedText> placed_text(std::string_view key) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view key, Need need = Need::required) const;
  [[nodiscard]] std::optional<std::uint32_t> number(std::string_view key, Need need = Need::required) const;
  [[nodiscard]] std::optional<std::vector<ListItem::Value>> sequence(std::string_view key) const;

  /// `on_error`, where it is there: what becomes of that which cannot be judged.
  [[nodiscard]] std::optional<model::OnError> on_error() const;

  /// An error in the value of a key.
  void wrong(std::string_view key, std::string message, std::string hint = "") const;
  /// Warns of every key that is not known, and of those that are there twice.
  void warn_of_others(const std::vector<std::string_view>& known) const;

 private:
  base::YamlValue item_;
  const FileText& file_;
  Report& report_;
  Places places_;
};

}  // namespace doorman::policy
