// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/field.h"

namespace doorman::app {

using FieldList = std::vector<const model::Field*>;

/// The fields of these sources whose names hold the pattern, in the catalogue's order; `*` stands for any text.
FieldList find_fields(model::SourceSet sources, std::string_view pattern);

/// `proc.aname[number]`: the name and what may stand behind it.
std::string usage_of(const model::Field& field);

// The list in each of its forms. Markdown is the page docs/fields.md, with what the types and sources mean.
std::string as_table(const FieldList& fields);
std::string as_json(const FieldList& fields);
std::string as_markdown(const FieldList& fields);

}  // namespace doorman::app
