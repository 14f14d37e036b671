// SPDX-License-Identifier: Apache-2.0
#include "policy/check/catalogue.h"

namespace doorman::policy {

base::Result<model::FieldUse> Catalogue::use(std::string_view name,
                                             std::optional<std::string_view> in_brackets) const {
  return model::use_field(name, in_brackets);
}

const model::Field& Catalogue::field(model::FieldId id) const { return model::field(id); }

model::FieldType Catalogue::type_of(const model::FieldUse& use) const { return model::type_of(use); }

std::vector<std::string_view> Catalogue::names(model::EventSource source) const {
  std::vector<std::string_view> names;
  for (const model::Field& each : model::fields()) {
    if ((each.sources & model::set_of(source)) != 0) names.push_back(each.name);
  }
  return names;
}

const Catalogue& model_catalogue() {
  static const Catalogue catalogue;
  return catalogue;
}

}  // namespace doorman::policy
