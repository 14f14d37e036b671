// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "app/packs.h"
#include "app/policy/compile.h"
#include "app/policy/tell.h"
#include "app/policy/verbs.h"
#include "base/json_writer.h"

namespace doorman::app {
namespace {

std::string_view to_text(policy::Diagnostic::Level level) {
  switch (level) {
    case policy::Diagnostic::Level::error:
      return "error";
    case policy::Diagnostic::Level::warning:
      return "warning";
  }
  return {};
}

void write(base::JsonWriter& json, const policy::Diagnostic& diagnostic, const CompiledPolicy& compiled) {
  json.begin_object();
  json.member("level", to_text(diagnostic.level));
  json.member("code", diagnostic.code);
  json.member("message", diagnostic.message);
  json.member_if("hint", diagnostic.hint);
  json.begin_array("places");
  for (const policy::Place& place : diagnostic.places) {
    json.begin_object();
    json.member("kind", place.kind);
    json.member_if("name", place.name);
    if (place.file < compiled.texts.size()) json.member("file", compiled.texts[place.file].name);
    json.member("line", place.at.line);
    json.member("column", place.at.column);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

std::string as_json(const CompiledPolicy& compiled) {
  base::JsonWriter json;
  json.begin_object();
  json.member("ok", compiled.ok());
  json.member("rules", compiled.rules);
  json.member("macros", compiled.macros);
  json.member("lists", compiled.lists);
  json.begin_array("diagnostics");
  for (const policy::Diagnostic& each : compiled.diagnostics) write(json, each, compiled);
  json.end_array();
  json.end_object();
  return json.take();
}

std::string as_text(const CompiledPolicy& compiled) {
  return fmt::format("{}{}, {}, {}: {}, {}\n", diagnostics_text(compiled), counted(compiled.rules, "rule"),
                     counted(compiled.macros, "macro"), counted(compiled.lists, "list"),
                     counted(compiled.errors, "error"), counted(compiled.warnings, "warning"));
}

}  // namespace

int policy_check(const cli::ParsedCommand& command) {
  std::vector<policy::SourceText> texts;
  for (const std::string& operand : command.operands()) {
    auto pack = open_pack(operand);
    if (!pack.ok()) return tell_failure(pack.error());
    std::ranges::move(pack->rules, std::back_inserter(texts));
  }
  const CompiledPolicy compiled = compile_policy(std::move(texts));
  const bool json = command.get(cli::options::policy_format) == cli::PolicyFormat::json;
  return tell(json ? as_json(compiled) : as_text(compiled), compiled.ok() ? 0 : 1);
}

}  // namespace doorman::app
