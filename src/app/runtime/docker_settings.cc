// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/runtime/engine_settings.h"
#include "base/json.h"
#include "base/json_edit.h"
#include "base/json_writer.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonText;
using base::JsonValue;
using base::Result;

constexpr std::string_view default_key = "default-runtime", runtimes_key = "runtimes";
// Unlike the two blanks of a file that is ours as a whole.
constexpr std::string_view lead = "\n    ";

std::string entry(std::string_view program) { return fmt::format("{{\"path\": {}}}", base::json_text(program)); }

std::string whole_file(const RuntimeSettings& settings) {
  return fmt::format("{{\n{}  \"{}\": {{\"{}\": {}}}\n}}\n",
                     settings.is_default ? fmt::format("  \"{}\": \"{}\",\n", default_key, runtime_name) : "",
                     runtimes_key, runtime_name, entry(settings.program));
}

base::Status check_single(JsonValue object, std::string_view name) {
  const auto members = object.members();
  const auto count = std::ranges::count(members, name, &JsonValue::Member::key);
  if (count < 2) return {};
  return Error(ErrorCode::unsupported, fmt::format("`{}` is there twice: take one of the two out first", name));
}

/// Whether it may be edited, and the runtime of our name, if there is one, is ours.
base::Status check(JsonValue root) {
  if (!root.is_object()) return Error(ErrorCode::invalid, "no JSON object");
  DOORMAN_CHECK(check_single(root, runtimes_key));
  DOORMAN_CHECK(check_single(root, default_key));
  const JsonValue runtimes = root[runtimes_key];
  if (runtimes.exists() && !runtimes.is_object()) {
    return Error(ErrorCode::invalid, fmt::format("`{}` is no object", runtimes_key));
  }
  DOORMAN_CHECK(check_single(runtimes, runtime_name));
  const JsonValue ours = runtimes[runtime_name];
  if (!ours.exists() || ours["path"].string_or("").ends_with(runtime_program)) return {};
  return Error(ErrorCode::unsupported, fmt::format("names another runtime `{}`", runtime_name));
}

}  // namespace

Result<std::string> docker_with(const SettingsText& text, const RuntimeSettings& settings) {
  if (!text) return whole_file(settings);
  DOORMAN_TRY(const SettingsText plain, docker_without(*text));
  if (!plain) return whole_file(settings);
  DOORMAN_TRY(auto edited, JsonText::parse(*plain));
  if (const auto other = edited.find({default_key}); other && settings.is_default) {
    return Error(ErrorCode::unsupported,
                 fmt::format("`{}` is {} already: take it out first. doorman-runtime then starts runc, or what "
                             "/etc/doorman/runtime leads to",
                             default_key, *other));
  }
  // The blank tells a `runtimes` that was there from one that is ours.
  const bool has_runtimes = edited.find({runtimes_key}).has_value();
  DOORMAN_CHECK(edited.set({runtimes_key, runtime_name}, entry(settings.program), has_runtimes ? " " : lead));
  if (settings.is_default) DOORMAN_CHECK(edited.set({default_key}, fmt::format("\"{}\"", runtime_name), lead));
  return std::move(edited).take();
}

Result<SettingsText> docker_without(std::string text) {
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(text));
  const JsonValue root = document.root();
  DOORMAN_CHECK(check(root));
  const JsonValue ours = root[runtimes_key][runtime_name];
  for (const bool is_default : {false, true}) {
    if (ours.exists() && text == whole_file({ours["path"].string_or(""), is_default})) return SettingsText();
  }
  DOORMAN_TRY(auto edited, JsonText::parse(std::move(text)));
  if (root[default_key].string() == runtime_name) (void)edited.erase({default_key});
  if (!ours.exists()) return SettingsText(std::move(edited).take());
  // `runtimes` as install makes it, with nobody else's in it, is ours as well.
  const std::string made = fmt::format("{{\"{}\": {}}}", runtime_name, entry(ours["path"].string_or("")));
  if (edited.find({runtimes_key}) == made) (void)edited.erase({runtimes_key});
  else (void)edited.erase({runtimes_key, runtime_name});
  return SettingsText(std::move(edited).take());
}

}  // namespace doorman::app
