// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "policy/load/reader.h"

namespace doorman::policy {
namespace {

using Need = Fields::Need;

const std::vector<std::string_view>& appendable_keys() {
  static const std::vector<std::string_view> keys = {"condition", "exceptions", "output", "desc", "tags"};
  return keys;
}

const std::vector<std::string_view>& replaceable_keys() {
  static const std::vector<std::string_view> keys = {"condition",
                                                     "exceptions",
                                                     "output",
                                                     "desc",
                                                     "tags",
                                                     "priority",
                                                     "capture",
                                                     "capture_duration",
                                                     "enabled",
                                                     "warn_evttypes",
                                                     "skip-if-unknown-filter",
                                                     "action",
                                                     "throttle",
                                                     "on_error",
                                                     "remediation",
                                                     "reference"};
  return keys;
}

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && base::is_digit(text[digits])) ++digits;
  const auto count = base::to_number(text.substr(0, digits));
  if (!count || *count == 0 || *count > 1'000'000) return std::nullopt;
  const std::string_view unit = text.substr(digits);
  const auto number = static_cast<std::int64_t>(*count);
  if (unit == "ms") return std::chrono::milliseconds(number);
  if (unit == "s") return std::chrono::seconds(number);
  if (unit == "m") return std::chrono::minutes(number);
  if (unit == "h") return std::chrono::hours(number);
  if (unit == "d" && number <= 10'000) return std::chrono::hours(24 * number);
  return std::nullopt;
}

/// `10 per 1m`.
std::optional<Throttle> parse_throttle(std::string_view text) {
  const std::size_t per = text.find(" per ");
  if (per == std::string_view::npos) return std::nullopt;
  const auto matches = base::to_number(base::trim(text.substr(0, per)));
  const auto window = parse_duration(base::trim(text.substr(per + 5)));
  if (!matches || *matches == 0 || *matches > 1'000'000'000 || !window) return std::nullopt;
  return Throttle{static_cast<std::uint32_t>(*matches), *window};
}

/// Reads keys of one item into a RuleItem.
class RuleFields {
 public:
  RuleFields(const Fields& fields, RuleItem& rule) : fields_(fields), rule_(rule) {}

  void read(std::string_view key, bool appended) {
    if (key == "condition") read_condition();
    else if (key == "exceptions") rule_.exceptions = read_exceptions(fields_, appended);
    else if (key == "output") read_output();
    else if (key == "desc") rule_.description = owned(fields_.text(key));
    else if (key == "tags") read_tags();
    else if (key == "priority") read_priority();
    else if (key == "capture") rule_.capture = fields_.flag(key);
    else if (key == "capture_duration") rule_.capture_duration = fields_.number(key);
    else if (key == "enabled") rule_.enabled = fields_.flag(key);
    else if (key == "warn_evttypes") rule_.warn_event_types = fields_.flag(key);
    else if (key == "skip-if-unknown-filter") rule_.skip_unknown = fields_.flag(key);
    else read_own(key);
  }

 private:
  static std::optional<std::string> owned(const std::optional<std::string_view>& text) {
    if (!text) return std::nullopt;
    return std::string(*text);
  }

  void read_condition() {
    rule_.condition = fields_.placed_text("condition");
    rule_.condition_places =
        within(fields_.places(), fields_.place("rule condition", "", fields_.value("condition")));
  }

  void read_output() {
    rule_.output = fields_.placed_text("output");
    rule_.output_places = within(fields_.places(), fields_.place("rule output", "", fields_.value("output")));
  }

  void read_tags() {
    const auto values = fields_.sequence("tags");
    if (!values) return;
    rule_.tags.emplace();
    for (const ListItem::Value& value : *values) rule_.tags->push_back(value.text);
  }

  void read_priority() {
    const auto text = fields_.text("priority");
    if (!text) return;
    rule_.priority = model::parse_priority(*text);
    if (rule_.priority) return;
    static const std::vector<std::string_view> known = {"emergency", "alert",  "critical",      "error",
                                                        "warning",   "notice", "informational", "debug"};
    fields_.report().error(code::yaml_validate, "Invalid priority",
                           within(fields_.places(), fields_.place("rule priority", "", fields_.value("priority"))),
                           hint_for(*text, known));
  }

  /// The keys that only we have.
  void read_own(std::string_view key) {
    const auto text = fields_.text(key);
    if (!text) return;
    if (key == "action") {
      rule_.action = model::parse_action(*text);
      if (!rule_.action)
        fields_.wrong(key, fmt::format("'{}' is no action", *text), "alert, deny, kill or quarantine");
    } else if (key == "throttle") {
      rule_.throttle = parse_throttle(*text);
      if (!rule_.throttle) fields_.wrong(key, fmt::format("'{}' is no throttle", *text), "write it as `10 per 1m`");
    } else if (key == "on_error") {
      rule_.on_error = fields_.on_error();
    } else if (key == "remediation") {
      rule_.remediation = *text;
    } else if (key == "reference") {
      rule_.reference = *text;
    }
  }

  const Fields& fields_;
  RuleItem& rule_;
};

class RuleReader {
 public:
  RuleReader(const Fields& fields, std::string_view default_source, Collector& collector, std::string name)
      : fields_(fields), default_source_(default_source), collector_(collector), name_(std::move(name)) {}

  void read() {
    const std::size_t errors = report().errors();
    const std::string source(fields_.text("source", Need::may_be_empty).value_or(""));
    const auto overrides = read_overrides(fields_, appendable_keys(), replaceable_keys());
    const auto append = overrides ? read_append(fields_, *overrides) : std::nullopt;
    if (report().errors() != errors) collector_.broken_rule(name_);
    else if (!overrides->empty()) read_override(*overrides, source);
    else if (append.value_or(false)) read_appended(source);
    else if (!defines()) read_enabled();
    else read_definition(source);
    std::vector<std::string_view> known = replaceable_keys();
    known.insert(known.end(), {"rule", "source", "override", "append"});
    fields_.warn_of_others(known);
  }

 private:
  [[nodiscard]] Report& report() const { return fields_.report(); }

  [[nodiscard]] bool defines() const {
    return fields_.has("condition") || fields_.has("output") || fields_.has("desc") || fields_.has("priority");
  }

  [[nodiscard]] RuleItem new_item() const {
    RuleItem item;
    item.name = name_;
    item.places = fields_.places();
    return item;
  }

  void read_definition(const std::string& source) {
    const std::size_t errors = report().errors();
    RuleItem rule = new_item();
    RuleFields reader(fields_, rule);
    for (const std::string_view key : {"condition", "output", "desc", "priority"}) reader.read(key, false);
    for (const std::string_view key : replaceable_keys()) {
      const bool has_been_read = key == "condition" || key == "output" || key == "desc" || key == "priority";
      if (!has_been_read && fields_.has(key)) reader.read(key, false);
    }
    if (rule.output) rule.output->trim();
    rule.source = source.empty() ? std::string(default_source_) : source;
    if (fields_.has("source") && source.empty()) (void)fields_.text("source");  // reports that it is empty
    // With a mistake elsewhere its condition is looked at all the same.
    const bool is_readable = rule.condition && rule.output && (!fields_.has("exceptions") || rule.exceptions);
    if (report().errors() == errors || is_readable) collector_.define(std::move(rule));
    else collector_.broken_rule(name_);
  }

  void read_override(const Overrides& overrides, const std::string& source) {
    const std::size_t errors = report().errors();
    std::vector<std::string_view> unsaid;
    for (const std::string_view key : replaceable_keys()) {
      if (fields_.has(key)) unsaid.push_back(key);
    }
    RuleItem appended = new_item();
    RuleItem replaced = new_item();
    read_keys(overrides.append, "append", appended, source, unsaid);
    read_keys(overrides.replace, "replace", replaced, source, unsaid);
    for (const std::string_view key : unsaid) {
      report().error(code::yaml_validate,
                     fmt::format("Unexpected key '{}': no corresponding entry under 'override' is defined.", key),
                     within(fields_.places(), fields_.place("overrides", key, fields_.value(key))));
    }
    if (report().errors() != errors) return;
    if (!overrides.append.empty()) collector_.append(std::move(appended));
    if (!overrides.replace.empty()) collector_.replace(std::move(replaced));
  }

  void read_keys(const std::vector<std::string>& keys, std::string_view operation, RuleItem& item,
                 const std::string& source, std::vector<std::string_view>& unsaid) {
    RuleFields reader(fields_, item);
    for (const std::string& key : keys) {
      if (std::erase(unsaid, key) == 0) {
        report().error(
            code::yaml_validate,
            fmt::format("An {} override for '{}' was specified but '{}' is not defined", operation, key, key),
            fields_.places());
        continue;
      }
      reader.read(key, operation == "append");
      if (key == "condition") item.source = source;
    }
  }

  void read_appended(const std::string& source) {
    const std::size_t errors = report().errors();
    RuleItem item = new_item();
    item.source = source;
    RuleFields reader(fields_, item);
    for (const std::string_view key : {"condition", "exceptions"}) {
      if (fields_.has(key)) reader.read(key, true);
    }
    if (report().errors() == errors) collector_.append(std::move(item));
  }

  void read_enabled() {
    RuleItem item = new_item();
    item.enabled = fields_.flag("enabled");
    if (!item.enabled) return collector_.broken_rule(name_);
    report().warning(code::deprecated_item,
                     "The standalone 'enabled' key usage is deprecated. The correct approach requires also a "
                     "'replace' entry under the 'override' key (i.e. 'enabled: replace').",
                     fields_.places());
    collector_.enable(item);
  }

  const Fields& fields_;
  std::string_view default_source_;
  Collector& collector_;
  std::string name_;
};

/// A value, or values in brackets, to any depth that YAML allows.
ExceptionEntry read_entry(const Fields& fields, const base::YamlValue& node, const Places& places) {
  ExceptionEntry entry;
  entry.at = fields.file().position(node);
  if (node.is_sequence()) {
    entry.is_list = true;
    for (const base::YamlValue& item : node.items())
      entry.items.push_back(read_entry(fields, item, within(places, fields.place("exception", "", item))));
  } else if (node.is_scalar()) {
    entry.text = node.text_or("");
    if (entry.text.empty()) fields.report().error(code::yaml_validate, "Value must be non-empty", places);
  } else {
    fields.report().error(code::yaml_validate, "Value is neither a text nor a list of texts", places);
  }
  return entry;
}

ExceptionEntry read_entry(const Fields& fields, std::string_view key, bool required) {
  const base::YamlValue node = fields.value(key);
  if (node.exists()) return read_entry(fields, node, within(fields.places(), fields.place("value for", key, node)));
  if (required)
    fields.report().error(code::yaml_validate, fmt::format("Item has no mapping for key '{}'", key),
                          fields.places());
  return {};
}

void read_values(const Fields& fields, bool appended, ExceptionItem& exception) {
  const base::YamlValue values = fields.value("values");
  if (!values.exists()) {
    if (appended)
      fields.report().warning(code::append_no_values, "Overriding/appending exception with no values",
                              fields.places());
    return;
  }
  const Places here = within(fields.places(), fields.place("exception values", "", values));
  if (!values.is_sequence()) {
    fields.report().error(code::yaml_validate, "Rule exception values must be a sequence", here);
    return;
  }
  for (const base::YamlValue& value : values.items())
    exception.values.push_back(read_entry(fields, value, within(here, fields.place("exception value", "", value))));
}

}  // namespace

std::optional<std::vector<ExceptionItem>> read_exceptions(const Fields& fields, bool appended) {
  std::vector<ExceptionItem> exceptions;
  const base::YamlValue given = fields.value("exceptions");
  if (!given.exists() || given.is_null()) return exceptions;
  const std::size_t errors = fields.report().errors();
  const Places here = within(fields.places(), fields.place("exceptions", "", given));
  if (!given.is_sequence()) {
    fields.report().error(code::yaml_validate, "Rule exceptions must be a sequence", here);
    return std::nullopt;
  }
  for (const base::YamlValue& item : given.items()) {
    const Places unnamed = within(here, fields.place("exception", "", item));
    if (!item.is_mapping()) {
      fields.report().error(code::yaml_validate, "Rule exception must be a mapping", unnamed);
      continue;
    }
    if (exceptions.size() == LoadLimits::exceptions) {
      fields.report().error(code::limit, fmt::format("more than {} exceptions of one rule", LoadLimits::exceptions),
                            unnamed);
      return std::nullopt;
    }
    const auto name = Fields(item, fields.file(), fields.report(), unnamed).text("name");
    if (!name) continue;
    ExceptionItem exception;
    exception.name = *name;
    exception.places = within(fields.places(), fields.place("exception", *name, item));
    const Fields inside(item, fields.file(), fields.report(), exception.places);
    if (std::ranges::find(exceptions, exception.name, &ExceptionItem::name) != exceptions.end())
      fields.report().warning(
          code::exception_not_unique,
          fmt::format("Multiple definitions of exception '{}' in the same rule", exception.name), exception.places);
    exception.fields = read_entry(inside, "fields", !appended);
    exception.comps = read_entry(inside, "comps", false);
    read_values(inside, appended, exception);
    inside.warn_of_others({"name", "fields", "comps", "values"});
    exceptions.push_back(std::move(exception));
  }
  if (fields.report().errors() != errors) return std::nullopt;
  return exceptions;
}

void read_rule(const base::YamlValue& item, const FileText& file, std::string_view default_source,
               Collector& collector, Report& report, const Places& outer) {
  const std::string name(item["rule"].text_or(""));
  const Position at = file.position(item);
  const bool too_long = name.size() > LoadLimits::name_bytes;
  const Fields fields(item, file, report, within(outer, {"rule", too_long ? "" : name, at.file, at}));
  if (too_long)
    report.error(code::limit, fmt::format("name longer than {} bytes", LoadLimits::name_bytes), fields.places());
  else if (fields.text("rule")) RuleReader(fields, default_source, collector, name).read();
}

}  // namespace doorman::policy
