// SPDX-License-Identifier: Apache-2.0
#include "app/policy/compile.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "policy/load/load.h"

namespace doorman::app {
namespace {

auto place_of(const policy::Diagnostic& diagnostic) {
  if (diagnostic.places.empty()) return std::tuple(std::uint32_t{0}, std::uint32_t{0});
  const policy::Place& last = diagnostic.places.back();
  return std::tuple(last.file, last.at.offset);
}

}  // namespace

CompiledPolicy compile_policy(std::vector<policy::SourceText> texts) {
  policy::Loaded loaded = policy::load_rules(std::move(texts));
  CompiledPolicy compiled{
      .texts = loaded.rules.texts,
      .diagnostics = std::move(loaded.diagnostics),
      .engine = nullptr,
      .rules = loaded.rules.rules.size(),
      .macros = loaded.rules.macros.size(),
      .lists = loaded.rules.lists.size(),
  };
  auto engine = policy::Engine::compile(std::move(loaded.rules), compiled.diagnostics);
  for (const policy::Diagnostic& each : compiled.diagnostics) {
    if (each.level == policy::Diagnostic::Level::error) ++compiled.errors;
    else ++compiled.warnings;
  }
  if (compiled.ok()) compiled.engine = std::move(engine);
  std::ranges::stable_sort(compiled.diagnostics, {}, place_of);
  return compiled;
}

std::string diagnostics_text(const CompiledPolicy& compiled) {
  std::string text;
  for (const policy::Diagnostic& each : compiled.diagnostics) text += policy::to_text(each, compiled.texts);
  return text;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace doorman::app
