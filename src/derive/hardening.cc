// SPDX-License-Identifier: Apache-2.0
// Members: OCI runtime-spec v1.1, config.md and config-linux.md.
#include "derive/hardening.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/json.h"
#include "base/json_edit.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace doorman::derive {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonDocument;
using base::JsonValue;
using base::Result;
using base::Status;
using model::Hardening;

constexpr std::array<const char*, 5> capability_sets = {"bounding", "effective", "permitted", "inheritable",
                                                        "ambient"};

std::string json_array(const std::vector<std::string>& texts) {
  base::JsonWriter json(base::JsonWriter::Layout::one_line);
  json.begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
  return json.take();
}

std::string shown(const std::vector<std::string>& names) { return names.empty() ? "none" : base::join(names, ","); }

/// An array of texts and nothing else; nothing where there is none.
Result<std::vector<std::string>> texts_of(JsonValue array, std::string_view what) {
  std::vector<std::string> texts;
  if (array.exists() && array.kind() != JsonValue::Kind::null && !array.is_array()) {
    return Error(ErrorCode::invalid, fmt::format("{}: no list", what));
  }
  for (const JsonValue item : array.items()) {
    const auto text = item.string();
    if (!text) return Error(ErrorCode::invalid, fmt::format("{}: holds what is no text", what));
    texts.emplace_back(*text);
  }
  return texts;
}

bool is_dropped(const Hardening::Capabilities& drop, std::string_view name) {
  const std::string plain = model::plain_capability(name);
  const bool named = std::ranges::find(drop.names, plain) != drop.names.end();
  if (drop.all_but) return !named;
  return named || std::ranges::find(drop.names, "ALL") != drop.names.end();
}

class Hardener {
 public:
  Hardener(base::JsonText text, JsonDocument document, std::string_view name, const Hardening& hardening)
      : text_(std::move(text)), document_(std::move(document)), name_(name), hardening_(hardening) {}

  Status apply(std::string_view seccomp) {
    // Without a process there is nothing that could be held to this.
    if (process().is_object()) {
      DOORMAN_CHECK(set_flag({"process", "noNewPrivileges"}, hardening_.no_new_privileges));
      DOORMAN_CHECK(set_user());
      DOORMAN_CHECK(set_capabilities());
    }
    DOORMAN_CHECK(set_flag({"root", "readonly"}, hardening_.read_only_root));
    DOORMAN_CHECK(add_paths("readonlyPaths", hardening_.read_only_paths));
    DOORMAN_CHECK(add_paths("maskedPaths", hardening_.masked_paths));
    return set_seccomp(seccomp);
  }

  HardenedBundle take() && { return {std::move(text_).take(), std::move(changes_)}; }

 private:
  [[nodiscard]] JsonValue root() const { return document_.root(); }
  [[nodiscard]] JsonValue process() const { return root()["process"]; }

  void changed(std::string what, std::string before, std::string after) {
    changes_.push_back({name_, std::move(what), std::move(before), std::move(after)});
  }

  Status set_flag(base::JsonText::Path path, bool on) {
    const auto* const names = path.begin();
    const JsonValue value = root()[names[0]][names[1]];
    if (!on || value.boolean() == true) return {};
    DOORMAN_CHECK(text_.set(path, "true"));
    changed(fmt::format("{}.{}", names[0], names[1]), "false", "true");
    return {};
  }

  Status set_user() {
    const JsonValue user = process()["user"];
    // What is no number is root here as it is in the judgement; a runtime takes it for nothing at all.
    if (!hardening_.user || user["uid"].integer().value_or(0) != 0) return {};
    const auto& [uid, gid] = *hardening_.user;
    const std::int64_t old_gid = user["gid"].integer().value_or(0);
    DOORMAN_CHECK(text_.set({"process", "user", "uid"}, fmt::to_string(uid)));
    if (gid) DOORMAN_CHECK(text_.set({"process", "user", "gid"}, fmt::to_string(*gid)));
    changed("process.user", fmt::format("0:{}", old_gid),
            gid ? fmt::format("{}:{}", uid, *gid) : fmt::format("{}:{}", uid, old_gid));
    const auto groups = user["additionalGids"].items();
    if (!groups.empty()) {
      DOORMAN_CHECK(text_.set({"process", "user", "additionalGids"}, "[]"));
      changed("process.user.additionalGids", fmt::format("{} groups", groups.size()), "none");
    }
    was_root_ = true;
    return {};
  }

  /// Engines give a user who is not root the bounding set alone: with the others, runtimes would hand him root's.
  Status set_capabilities() {
    for (const char* set : capability_sets) {
      const std::string what = fmt::format("process.capabilities.{}", set);
      DOORMAN_TRY(const auto before, texts_of(process()["capabilities"][set], what));
      std::vector<std::string> after = before;
      if (hardening_.drop) {
        std::erase_if(after, [&](const std::string& name) { return is_dropped(*hardening_.drop, name); });
      }
      if (was_root_ && std::string_view(set) != "bounding") after.clear();
      if (after.size() == before.size()) continue;
      DOORMAN_CHECK(text_.set({"process", "capabilities", set}, json_array(after)));
      changed(what, shown(before), shown(after));
    }
    return {};
  }

  Status add_paths(const char* member, const std::vector<std::string>& paths) {
    const std::string what = fmt::format("linux.{}", member);
    DOORMAN_TRY(const auto there, texts_of(root()["linux"][member], what));
    std::vector<std::string> added;
    for (const std::string& path : paths) {
      const auto is_path = [&](const std::string& other) { return other == path; };
      if (std::ranges::any_of(there, is_path) || std::ranges::any_of(added, is_path)) continue;
      DOORMAN_CHECK(text_.append({"linux", member}, base::json_text(path)));
      added.push_back(path);
    }
    if (added.empty()) return {};
    std::vector<std::string> after = there;
    after.insert(after.end(), added.begin(), added.end());
    changed(what, shown(there), shown(after));
    return {};
  }

  Status set_seccomp(std::string_view profile) {
    const JsonValue there = root()["linux"]["seccomp"];
    if (hardening_.seccomp.empty() || there.is_object()) return {};
    DOORMAN_CHECK(text_.set({"linux", "seccomp"}, profile));
    changed("linux.seccomp", "none", hardening_.seccomp);
    return {};
  }

  base::JsonText text_;
  JsonDocument document_;  // of the text as it came: no two changes are of the same member
  std::string name_;
  const Hardening& hardening_;
  bool was_root_ = false;
  std::vector<model::BundleChange> changes_;
};

}  // namespace

Result<HardenedBundle> harden(std::string config, std::string_view name, const Hardening& hardening,
                              std::string_view seccomp) {
  DOORMAN_TRY(auto document, JsonDocument::parse(config));
  DOORMAN_TRY(auto text, base::JsonText::parse(std::move(config)));
  Hardener hardener(std::move(text), std::move(document), name, hardening);
  DOORMAN_CHECK(hardener.apply(seccomp));
  return std::move(hardener).take();
}

Result<std::vector<std::string>> hardened_capabilities(std::string_view config, const Hardening& hardening) {
  DOORMAN_TRY(const auto document, JsonDocument::parse(config));
  DOORMAN_TRY(auto names, texts_of(document.root()["process"]["capabilities"]["bounding"], "bounding"));
  if (hardening.drop) {
    std::erase_if(names, [&](const std::string& name) { return is_dropped(*hardening.drop, name); });
  }
  for (std::string& name : names) name = "CAP_" + model::plain_capability(name);
  return names;
}

}  // namespace doorman::derive
