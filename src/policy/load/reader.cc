// SPDX-License-Identifier: Apache-2.0
#include "policy/load/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace doorman::policy {
namespace {

using Need = Fields::Need;

constexpr std::string_view both_append_and_override =
    "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: append') "
    "under 'override' instead.";
constexpr std::string_view append_is_deprecated =
    "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.";

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_identifier(std::string_view name) {
  return !name.empty() && base::is_alpha(name[0]) &&
         std::ranges::all_of(name, [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '_'; });
}

class FileReader {
 public:
  FileReader(const FileText& file, std::string_view default_source, Collector& collector, Report& report)
      : file_(file), default_source_(default_source), collector_(collector), report_(report) {}

  void read_document(const base::YamlValue& root) {
    if (!root.exists() || root.is_null()) return;
    if (root.is_scalar()) return wrong("Rules content is not yaml", root);
    if (root.is_mapping())
      return wrong("Rules content is not yaml array of objects", root, "begin each rule with `- rule: NAME`");
    for (const base::YamlValue& item : root.items()) {
      if (item.is_null()) continue;
      if (!collector_.room_for_one_more({place("rules content item", "", item)})) return;
      read_item(item);
    }
  }

 private:
  void read_item(const base::YamlValue& item) {
    const Places here = {place("rules content item", "", item)};
    if (!item.is_mapping()) {
      report_.error(code::yaml_validate,
                    "Unexpected element type. Each element should be a yaml associative array.", here);
    } else if (item["required_engine_version"].exists()) {
      read_engine_version(item);
    } else if (item["required_plugin_versions"].exists()) {
      read_plugin_versions(item);
    } else if (item["list"].exists()) {
      read_list(item);
    } else if (item["macro"].exists()) {
      read_macro(item);
    } else if (item["rule"].exists()) {
      read_rule(item, file_, default_source_, collector_, report_, {});
    } else if (item["images"].exists()) {
      read_images(item);
    } else if (item["harden"].exists()) {
      read_hardening(item, file_, collector_, report_);
    } else if (item["break_glass"].exists()) {
      read_break_glass(item, file_, collector_, report_);
    } else {
      static const std::vector<std::string_view> known = {"rule",
                                                          "macro",
                                                          "list",
                                                          "images",
                                                          "harden",
                                                          "break_glass",
                                                          "required_engine_version",
                                                          "required_plugin_versions"};
      const auto members = item.members();
      const std::string_view first = members.empty() ? std::string_view() : members.front().key.text_or("");
      report_.warning(code::unknown_item, "Unknown top level item", here, hint_for(first, known));
    }
  }

  void read_engine_version(const base::YamlValue& item) {
    const Fields fields(item, file_, report_, {place("required_engine_version", "", item)});
    if (const auto text = fields.text("required_engine_version")) {
      if (const auto version = EngineVersion::parse(*text)) collector_.require(*version, fields.places());
      else
        report_.error(
            code::yaml_validate,
            fmt::format("Unable to parse engine version '{}' as a semver string. Expected \"x.y.z\" semver format.",
                        *text),
            fields.places());
    }
    fields.warn_of_others({"required_engine_version"});
  }

  void read_plugin_versions(const base::YamlValue& item) {
    const base::YamlValue plugins = item["required_plugin_versions"];
    const Places here = {place("required plugin versions", "", plugins)};
    if (!plugins.is_sequence()) {
      report_.error(code::yaml_validate, "Value of required_plugin_versions must be a sequence", here);
      return;
    }
    for (const base::YamlValue& plugin : plugins.items()) read_plugin(plugin, here);
    Fields(item, file_, report_, here).warn_of_others({"required_plugin_versions"});
  }

  void read_plugin(const base::YamlValue& plugin, const Places& outer) {
    const Places here = within(outer, place("required plugin versions entry", plugin["name"].text_or(""), plugin));
    std::set<std::string_view> names;
    if (!plugin.is_mapping()) {
      report_.error(code::yaml_validate, "Plugin version must be a mapping", here);
      return;
    }
    read_requirement(Fields(plugin, file_, report_, here), names);
    const base::YamlValue alternatives = plugin["alternatives"];
    if (alternatives.exists() && !alternatives.is_sequence())
      report_.error(code::yaml_validate, "Value of plugin version alternatives must be a sequence", here);
    for (const base::YamlValue& other : alternatives.items()) {
      const Places there =
          within(here, place("required plugin versions alternative", other["name"].text_or(""), other));
      if (other.is_mapping()) read_requirement(Fields(other, file_, report_, there), names);
      else report_.error(code::yaml_validate, "Plugin version alternative must be a mapping", there);
    }
  }

  void read_requirement(const Fields& fields, std::set<std::string_view>& names) {
    const auto name = fields.text("name");
    const auto version = fields.text("version");
    if (!name || !version) return;
    const auto numbers = base::split(*version, '.');
    if (numbers.size() != 3 || !EngineVersion::parse(*version))
      report_.error(code::validate, fmt::format("Invalid required version '{}' for plugin '{}'", *version, *name),
                    fields.places());
    if (!names.insert(*name).second)
      report_.error(code::validate,
                    fmt::format("Defined multiple alternative version requirements for plugin '{}'", *name),
                    fields.places());
  }

  void read_list(const base::YamlValue& item) {
    const std::size_t errors = report_.errors();
    const std::string name(item["list"].text_or(""));
    const Fields fields(item, file_, report_, {place("list", name, item)});
    if (!fields.text("list") || !name_fits(name, fields.places())) return;
    const auto bare = parse_literal(name);
    if (!bare || bare->quoted)
      report_.warning(code::invalid_list_name,
                      "List has an invalid name. List names should match a regular expression: "
                      "([^()\"'[:space:]=,]+)",
                      fields.places());
    ListItem list;
    list.name = name;
    list.places = fields.places();
    if (auto values = fields.sequence("items")) list.values = *std::move(values);
    const auto overrides = read_overrides(fields, {"items"}, {"items"});
    const auto append = overrides ? read_append(fields, *overrides) : std::nullopt;
    if (report_.errors() != errors) collector_.broken_list(name);
    else collector_.take(std::move(list), append.value_or(false) || !overrides->append.empty());
    fields.warn_of_others({"list", "items", "append", "override"});
  }

  void read_images(const base::YamlValue& item) {
    const Fields fields(item, file_, report_, {place("images", "", item)});
    model::ImageWord word;
    if (const auto images = fields.sequence("images")) {
      for (const ListItem::Value& image : *images) word.images.push_back(image.text);
    }
    read_word(fields, "trust", model::parse_trust, "0 to 100, low, medium, high or full", word.trust);
    read_word(fields, "drift", model::parse_drift_mode, "off, alert, deny or kill", word.drift);
    read_word(fields, "flows", model::parse_flow_mode, "off, discover, monitor or protect", word.flows);
    collector_.images.push_back(std::move(word));
    fields.warn_of_others({"images", "trust", "drift", "flows"});
  }

  template <typename T>
  void read_word(const Fields& fields, std::string_view key, std::optional<T> (*parse)(std::string_view),
                 std::string_view known, std::optional<T>& into) {
    const auto text = fields.text(key, Need::optional);
    if (!text) return;
    into = parse(*text);
    if (!into) fields.wrong(key, fmt::format("'{}' is none of {}", *text, known));
  }

  void read_macro(const base::YamlValue& item) {
    const std::size_t errors = report_.errors();
    const std::string name(item["macro"].text_or(""));
    const Fields fields(item, file_, report_, {place("macro", name, item)});
    if (!fields.text("macro") || !name_fits(name, fields.places())) return;
    if (!is_identifier(name))
      report_.warning(code::invalid_macro_name,
                      "Macro has an invalid name. Macro names should match a regular expression: "
                      "([a-zA-Z]+[a-zA-Z0-9_]*)",
                      fields.places());
    MacroItem macro;
    macro.name = name;
    macro.places = fields.places();
    if (auto condition = fields.placed_text("condition")) macro.condition = *std::move(condition);
    macro.condition_places =
        within(fields.places(), fields.place("macro condition", "", fields.value("condition")));
    const auto overrides = read_overrides(fields, {"condition"}, {"condition"});
    const auto append = overrides ? read_append(fields, *overrides) : std::nullopt;
    if (report_.errors() != errors) collector_.broken_macro(name);
    else collector_.take(std::move(macro), append.value_or(false) || !overrides->append.empty());
    fields.warn_of_others({"macro", "condition", "append", "override"});
  }

  bool name_fits(const std::string& name, const Places& places) {
    if (name.size() <= LoadLimits::name_bytes) return true;
    report_.error(code::limit, fmt::format("name longer than {} bytes", LoadLimits::name_bytes),
                  {{places.back().kind, "", places.back().file, places.back().at}});
    return false;
  }

  [[nodiscard]] Place place(std::string_view kind, std::string_view name, const base::YamlValue& node) const {
    const Position at = file_.position(node);
    return {std::string(kind), std::string(name), at.file, at};
  }

  void wrong(std::string message, const base::YamlValue& node, std::string hint = "") {
    report_.error(code::yaml_validate, std::move(message), {place("rules content", "", node)}, std::move(hint));
  }

  const FileText& file_;
  std::string_view default_source_;
  Collector& collector_;
  Report& report_;
};

/// YAML's errors begin with `line N:`.
std::size_t line_of(std::string_view message) {
  if (!message.starts_with("line ")) return 1;
  return base::to_number(message.substr(5, message.find(':') - 5)).value_or(1);
}

}  // namespace

std::optional<Overrides> read_overrides(const Fields& fields, const std::vector<std::string_view>& may_append,
                                        const std::vector<std::string_view>& may_replace) {
  Overrides overrides;
  const base::YamlValue given = fields.value("override");
  if (!given.exists() || given.is_null()) return overrides;
  if (!given.is_mapping()) {
    fields.wrong("override", "Value is not a mapping", "write `override: {condition: append}`");
    return std::nullopt;
  }
  const Places here = within(fields.places(), fields.place("overrides", "", fields.item()));
  bool sound = true;
  for (const auto& [key, value] : given.members()) {
    const std::string name(key.text_or(""));
    const std::string_view operation = value.text_or("");
    const bool append = contains(may_append, name);
    const bool replace = contains(may_replace, name);
    std::string wrong;
    if (operation == "append" && !append) {
      wrong = fmt::format("Key '{}' cannot be appended to, use 'replace' instead", name);
    } else if (operation == "replace" && !replace) {
      wrong = fmt::format("Key '{}' cannot be replaced", name);
    } else if (operation != "append" && operation != "replace") {
      wrong = fmt::format("Invalid override operation for key '{}': '{}'. Allowed values are: {}{}", name,
                          operation, append ? "append " : "", replace ? "replace " : "");
    }
    if (wrong.empty()) {
      (operation == "append" ? overrides.append : overrides.replace).push_back(name);
      continue;
    }
    sound = false;
    const bool of_value = wrong.starts_with("Invalid");
    fields.report().error(
        code::yaml_validate, std::move(wrong),
        within(here, of_value ? fields.place("value for", name, value) : fields.place("overrides", name, key)));
  }
  if (!sound) return std::nullopt;
  return overrides;
}

std::optional<bool> read_append(const Fields& fields, const Overrides& overrides) {
  if (!fields.has("append")) return false;
  const auto append = fields.flag("append");
  if (!append || !*append) return append;
  fields.report().warning(code::deprecated_item, std::string(append_is_deprecated), fields.places());
  if (overrides.empty()) return true;
  fields.report().error(code::yaml_validate, std::string(both_append_and_override), fields.places());
  return std::nullopt;
}

void read_rule_file(std::string_view text, const FileText& file, std::string_view default_source,
                    Collector& collector, Report& report) {
  const Position begin = file.position(std::size_t{0});
  const auto whole = [&](const Position& at) { return Places{{"rules content", "", at.file, at}}; };
  if (text.size() > LoadLimits::file_bytes) {
    report.error(code::limit, fmt::format("rule file longer than {} bytes", LoadLimits::file_bytes), whole(begin));
    return;
  }
  const auto document = base::YamlDocument::parse(text);
  if (!document.ok()) {
    const std::string& message = document.error().message();
    report.error(code::yaml_parse, message, whole(file.line(line_of(message))));
    return;
  }
  FileReader reader(file, default_source, collector, report);
  for (const base::YamlValue& root : document->roots()) reader.read_document(root);
}

}  // namespace doorman::policy
