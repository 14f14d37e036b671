// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "app/policy/field_list.h"
#include "app/policy/tell.h"
#include "app/policy/verbs.h"
#include "base/nearest.h"
#include "base/text.h"

namespace doorman::app {
namespace {

base::Error none_found(std::string_view pattern) {
  std::vector<std::string_view> names;
  for (const model::Field& field : model::fields()) names.push_back(field.name);
  return {base::ErrorCode::not_found,
          fmt::format("no field is called `{}`{}", base::printable(pattern), base::did_you_mean(pattern, names))};
}

std::string render(const FieldList& fields, cli::FieldsFormat format) {
  switch (format) {
    case cli::FieldsFormat::table:
      return as_table(fields);
    case cli::FieldsFormat::json:
      return as_json(fields);
    case cli::FieldsFormat::markdown:
      return as_markdown(fields);
  }
  return {};
}

}  // namespace

int policy_fields(const cli::ParsedCommand& command) {
  const auto source = command.get(cli::options::source);
  const std::string pattern = command.operands().empty() ? "" : command.operands().front();
  const FieldList fields = find_fields(source ? model::set_of(*source) : model::every_source, pattern);
  if (fields.empty()) return tell_failure(none_found(pattern));
  return tell(render(fields, command.get(cli::options::fields_format)));
}

}  // namespace doorman::app
