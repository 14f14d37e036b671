// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/facts.h"

namespace doorman::app {

/// Facts that somebody wrote down: field by field, each read by its type in the catalogue. What was not written is
/// absent.
class CaseFacts final : public model::Facts {
 public:
  /// An event of the kernel has its type, name, number and source of itself.
  CaseFacts(model::EventSource source, model::EventType type);

  /// `field` with its argument (`proc.aname[2]`), and its values as text: several only for a list field. Says what
  /// a value should have been, and the nearest name of a field that there is not or that the source does not have.
  /// A field that was set before is set anew.
  base::Status set(std::string_view field, const std::vector<std::string_view>& values);

  [[nodiscard]] model::EventSource source() const override { return source_; }
  [[nodiscard]] model::EventType event_type() const override { return type_; }
  [[nodiscard]] model::Value read(const model::FieldUse& use, base::Arena& scratch) const override;

 private:
  [[nodiscard]] base::Result<model::FieldUse> use_of(std::string_view field) const;
  base::Result<model::Value> value_of(model::FieldType type, std::string_view text);

  model::EventSource source_;
  model::EventType type_;
  std::map<std::pair<model::FieldId, std::string>, model::Value> values_;  ///< by field and argument
  std::deque<std::string> texts_;
  std::deque<base::IpAddress> addresses_;
  std::deque<base::IpNetwork> networks_;
  std::deque<std::vector<model::Value>> lists_;
};

}  // namespace doorman::app
