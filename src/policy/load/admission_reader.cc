// SPDX-License-Identifier: Apache-2.0
// The items that say what becomes of a container before it starts: `harden` and `break_glass`.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "policy/load/reader.h"

namespace doorman::policy {
namespace {

using Need = Fields::Need;

/// What both kinds of items have.
class ItemReader {
 public:
  ItemReader(const base::YamlValue& item, const FileText& file, Collector& collector, Report& report,
             std::string_view kind)
      : kind_(kind),
        errors_(report.errors()),
        collector_(collector),
        fields_(item, file, report, places_of(item, file, kind)) {
    item_.name = item[kind].text_or("");
    item_.source = model::to_text(model::EventSource::admission);
    item_.places = fields_.places();
  }

  /// False, with an error, where there is no name.
  bool read_head() {
    if (item_.name.size() > LoadLimits::name_bytes) {
      report().error(code::limit, fmt::format("name longer than {} bytes", LoadLimits::name_bytes),
                     fields_.places());
      return false;
    }
    if (!fields_.text(kind_)) return false;
    item_.condition = fields_.placed_text("condition");
    item_.condition_places = within(fields_.places(), fields_.place("condition", "", fields_.value("condition")));
    if (const auto text = fields_.text("desc", Need::optional)) item_.description = std::string(*text);
    if (fields_.has("enabled")) item_.enabled = fields_.flag("enabled");
    return true;
  }

  /// With a mistake elsewhere its condition is looked at all the same.
  void finish(std::vector<std::string_view> known) {
    if (item_.condition) collector_.define(std::move(item_));
    else if (report().errors() != errors_) collector_.broken_rule(item_.name);
    known.insert(known.end(), {kind_, "condition", "desc", "enabled"});
    fields_.warn_of_others(known);
  }

  [[nodiscard]] const Fields& fields() const { return fields_; }
  [[nodiscard]] Report& report() const { return fields_.report(); }
  RuleItem& item() { return item_; }

 private:
  static Places places_of(const base::YamlValue& item, const FileText& file, std::string_view kind) {
    const Position at = file.position(item);
    const std::string_view name = item[kind].text_or("");
    return {{std::string(kind), std::string(name.size() > LoadLimits::name_bytes ? "" : name), at.file, at}};
  }

  std::string_view kind_;
  std::size_t errors_;
  Collector& collector_;
  Fields fields_;
  RuleItem item_;
};

std::vector<std::string> names_in(const Fields& fields, std::string_view key) {
  std::vector<std::string> names;
  const auto values = fields.sequence(key);
  if (!values) return names;
  if (values->size() > LoadLimits::hardened_names) {
    fields.report().error(code::limit, fmt::format("more than {} values of one key", LoadLimits::hardened_names),
                          fields.places());
    return names;
  }
  for (const ListItem::Value& value : *values) names.push_back(value.text);
  return names;
}

/// What stands below `set`.
class SetReader {
 public:
  explicit SetReader(const Fields& set) : set_(set) {}

  model::Hardening read() {
    hardening_.no_new_privileges = switched_on("no_new_privileges");
    hardening_.read_only_root = switched_on("read_only_root");
    hardening_.read_only_paths = paths("read_only_paths");
    hardening_.masked_paths = paths("masked_paths");
    if (set_.has("drop_capabilities")) read_capabilities();
    if (set_.has("user")) read_user();
    if (set_.has("seccomp")) read_seccomp();
    set_.warn_of_others({"no_new_privileges", "drop_capabilities", "read_only_root", "read_only_paths",
                         "masked_paths", "user", "seccomp"});
    return std::move(hardening_);
  }

 private:
  bool switched_on(std::string_view key) {
    if (!set_.has(key)) return false;
    const auto on = set_.flag(key);
    if (on && !*on) set_.wrong(key, "A hardening takes away, and gives nothing back", "leave the key out");
    return on.value_or(false);
  }

  std::vector<std::string> paths(std::string_view key) {
    if (!set_.has(key)) return {};
    std::vector<std::string> names = names_in(set_, key);
    for (const std::string& name : names) {
      if (!name.starts_with('/')) set_.wrong(key, fmt::format("'{}' is no absolute path", name));
    }
    return names;
  }

  void read_capabilities() {
    constexpr std::string_view key = "drop_capabilities";
    model::Hardening::Capabilities drop;
    const base::YamlValue given = set_.value(key);
    std::vector<std::string> names;
    if (given.is_mapping()) {
      const Fields inside(given, set_.file(), set_.report(), within(set_.places(), set_.place(key, "", given)));
      drop.all_but = true;
      names = names_in(inside, "all_but");
      inside.warn_of_others({"all_but"});
    } else {
      names = names_in(set_, key);
    }
    for (const std::string& name : names) {
      drop.names.push_back(model::plain_capability(name));
      if (model::is_capability(drop.names.back()) || (!drop.all_but && drop.names.back() == "ALL")) continue;
      set_.wrong(key, fmt::format("'{}' is no capability", name), "write it as NET_RAW");
    }
    hardening_.drop = std::move(drop);
  }

  void read_user() {
    const auto text = set_.text("user");
    if (!text) return;
    const auto parts = base::split(*text, ':');
    const auto id = [](std::string_view number) -> std::optional<std::uint32_t> {
      const auto value = base::to_number(number);
      // The last one stands for none: setuid(2).
      if (!value || *value >= 0xffffffffU) return std::nullopt;
      return static_cast<std::uint32_t>(*value);
    };
    const auto uid = id(parts[0]);
    const auto gid = parts.size() == 2 ? id(parts[1]) : std::nullopt;
    if (!uid || parts.size() > 2 || (parts.size() == 2 && !gid)) {
      set_.wrong("user", fmt::format("'{}' is no user", *text), "numbers: write it as '1000:1000'");
    } else if (*uid == 0 || gid == 0U) {
      set_.wrong("user", "Root in the place of another would be no hardening");
    } else {
      hardening_.user = model::Hardening::User{*uid, gid};
    }
  }

  void read_seccomp() {
    const auto text = set_.text("seccomp");
    if (!text) return;
    if (*text != model::default_seccomp && !text->starts_with('/')) {
      set_.wrong("seccomp", fmt::format("'{}' is no profile", *text), "default, or the absolute path of a file");
    }
    hardening_.seccomp = *text;
  }

  const Fields& set_;
  model::Hardening hardening_;
};

}  // namespace

void read_hardening(const base::YamlValue& item, const FileText& file, Collector& collector, Report& report) {
  ItemReader reader(item, file, collector, report, "harden");
  if (!reader.read_head()) return;
  const Fields& fields = reader.fields();
  reader.item().on_error = fields.on_error();
  const base::YamlValue given = fields.value("set");
  model::Hardening hardening;
  if (!given.exists()) {
    report.error(code::yaml_validate, "Item has no mapping for key 'set'", fields.places());
  } else if (!given.is_mapping()) {
    fields.wrong("set", "Value is not a mapping", "write `set: {no_new_privileges: true}`");
  } else {
    const Fields set(given, file, report, within(fields.places(), fields.place("set", "", given)));
    const std::size_t errors = report.errors();
    hardening = SetReader(set).read();
    if (hardening.empty() && report.errors() == errors) fields.wrong("set", "It sets nothing");
  }
  reader.item().hardening = std::make_shared<const model::Hardening>(std::move(hardening));
  reader.finish({"set", "on_error"});
}

void read_break_glass(const base::YamlValue& item, const FileText& file, Collector& collector, Report& report) {
  ItemReader reader(item, file, collector, report, "break_glass");
  if (!reader.read_head()) return;
  const Fields& fields = reader.fields();
  model::BreakGlass glass;
  glass.annotation = fields.text("annotation", Need::optional).value_or(model::break_glass_annotation);
  glass.rules = names_in(fields, "rules");
  if (fields.has("rules") && fields.value("rules").is_sequence() && glass.rules.empty()) {
    fields.wrong("rules", "No rule could be broken", "name them; '*' stands for every one");
  }
  reader.item().break_glass = std::make_shared<const model::BreakGlass>(std::move(glass));
  reader.finish({"rules", "annotation"});
}

}  // namespace doorman::policy
