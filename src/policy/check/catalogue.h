// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/field.h"

namespace doorman::policy {

/// The fields that conditions are checked against: those of model/fields.def. Tests derive from it to add their
/// own.
class Catalogue {
 public:
  Catalogue() = default;
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;
  virtual ~Catalogue() = default;

  /// As model::use_field.
  [[nodiscard]] virtual base::Result<model::FieldUse> use(std::string_view name,
                                                          std::optional<std::string_view> in_brackets) const;
  [[nodiscard]] virtual const model::Field& field(model::FieldId id) const;
  [[nodiscard]] virtual model::FieldType type_of(const model::FieldUse& use) const;
  /// Of the fields that the source has, for suggestions.
  [[nodiscard]] virtual std::vector<std::string_view> names(model::EventSource source) const;
};

const Catalogue& model_catalogue();

}  // namespace doorman::policy
