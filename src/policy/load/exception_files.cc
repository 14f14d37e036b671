// SPDX-License-Identifier: Apache-2.0
#include "policy/load/exception_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/glob.h"
#include "base/text.h"
#include "base/yaml.h"
#include "policy/load/file_text.h"

namespace doorman::policy {
namespace {

using base::YamlValue;
using model::EventSource;

constexpr std::array all_keys = {SubjectKey::image,   SubjectKey::digest,        SubjectKey::package,
                                 SubjectKey::version, SubjectKey::vulnerability, SubjectKey::path,
                                 SubjectKey::secret};
static_assert(all_keys.size() == subject_key_count);
constexpr std::array<std::string_view, 6> member_names = {"exception", "rule",   "subject",
                                                          "wide",      "reason", "expires"};

/// Whether what a rule of that source is asked for can have such a value.
bool applies(SubjectKey key, EventSource source) {
  switch (key) {
    case SubjectKey::image:
    case SubjectKey::digest:
      return true;
    case SubjectKey::package:
    case SubjectKey::version:
      return source == EventSource::package || source == EventSource::vulnerability || source == EventSource::file;
    case SubjectKey::vulnerability:
      return source == EventSource::vulnerability;
    case SubjectKey::path:
      return source != EventSource::image;
    case SubjectKey::secret:
      return source == EventSource::secret;
  }
  return false;
}

/// Only wildcards: such a value names everything.
bool names_everything(std::string_view value) {
  return value.find('*') != std::string_view::npos && value.find_first_not_of("*?") == std::string_view::npos;
}

bool is_exact(const Exception::Part& part) { return std::ranges::none_of(part.values, is_pattern); }

/// How many values are compared with each match: those of an exception that has neither an exact value to look it
/// up by nor is settled by the image alone.
std::size_t pattern_values(const Exception& exception) {
  std::size_t values = 0;
  for (const Exception::Part& part : exception.subject) {
    if (part.key == SubjectKey::image || part.key == SubjectKey::digest) continue;
    if (is_exact(part)) return 0;
    values += part.values.size();
  }
  return values;
}

class Reader {
 public:
  Reader(LoadedExceptions& into, const RuleSet& rules, const RuleSet* other)
      : into_(into), rules_(rules), other_(other) {
    for (std::size_t i = 0; i < rules.rules.size(); ++i) by_name_.emplace(rules.rules[i].name, i);
  }

  void read(std::uint32_t file) {
    file_ = file;
    item_.reset();
    text_.emplace(file, into_.texts[file].text);
    const auto document = base::YamlDocument::parse(into_.texts[file].text);
    if (!document.ok()) return unreadable(document.error().message());
    for (const YamlValue& root : document->roots()) {
      if (!root.exists() || root.is_null()) continue;
      if (!root.is_sequence()) {
        error(root, "a file of exceptions is a list: each begins with `- exception: NAME`");
        continue;
      }
      for (const YamlValue& item : root.items()) {
        if (into_.exceptions.size() == max_exceptions) {
          return error(item, fmt::format("more than {} exceptions", max_exceptions));
        }
        read_item(item);
      }
    }
  }

 private:
  /// The members of one exception, by member_names.
  using Members = std::array<YamlValue, member_names.size()>;

  [[nodiscard]] Position position(const YamlValue& value) const { return text_->position(value); }

  void report(Position at, std::string message, std::string hint) {
    Diagnostic diagnostic{.code = "LOAD_ERR_VALIDATE",
                          .level = Diagnostic::Level::error,
                          .message = std::move(message),
                          .places = {},
                          .hint = std::move(hint)};
    if (item_) diagnostic.places.push_back(*item_);
    diagnostic.places.push_back({"exceptions", "", file_, at});
    into_.diagnostics.push_back(std::move(diagnostic));
    failed_ = true;
  }

  void error(const YamlValue& where, std::string message, std::string hint = "") {
    report(position(where), std::move(message), std::move(hint));
  }

  /// The parser's message begins with `line N:`.
  void unreadable(std::string_view message) {
    Position at;
    constexpr std::string_view before = "line ";
    const std::size_t colon = message.find(": ");
    if (message.starts_with(before) && colon != std::string_view::npos) {
      if (const auto line = base::to_number(message.substr(before.size(), colon - before.size()))) {
        at = text_->line(*line);
        message.remove_prefix(colon + 2);
      }
    }
    report(at, std::string(message), "");
    into_.diagnostics.back().code = "LOAD_ERR_YAML_PARSE";
  }

  void read_item(const YamlValue& item) {
    item_.reset();
    failed_ = false;
    if (!item.is_mapping()) return error(item, "an exception is a mapping that begins with `exception: NAME`");
    item_ = Place{"exception", std::string(item["exception"].text_or("")), file_, position(item)};
    Members members;
    collect(item, members);
    const auto& [name, rule, subject, wide, reason, expires] = members;

    Exception exception;
    exception.place = *item_;
    exception.name = required_text(item, name, "exception");
    exception.reason = required_text(item, reason, "reason");
    if (!exception.name.empty() && !names_.insert(exception.name).second) {
      error(name, fmt::format("there are two exceptions of the name {}", base::printable(exception.name)));
    }
    read_rules(item, rule, exception);
    read_subject(item, subject, wide, exception);
    read_expiry(item, expires, exception);
    if (failed_) return;
    pattern_values_ += pattern_values(exception);
    if (pattern_values_ > max_pattern_values) {
      return error(item,
                   fmt::format("more than {} patterns in subjects that name no package, path, vulnerability or "
                               "secret exactly",
                               max_pattern_values));
    }
    into_.exceptions.push_back(std::move(exception));
  }

  void collect(const YamlValue& item, Members& members) {
    for (const auto& [key, value] : item.members()) {
      const auto at = std::ranges::find(member_names, key.text_or(""));
      if (at == member_names.end()) {
        error(key, fmt::format("an exception has no `{}`", base::printable(key.text_or("?"))),
              hint_for(key.text_or(""), {member_names.begin(), member_names.end()}));
        continue;
      }
      YamlValue& place = members.at(static_cast<std::size_t>(at - member_names.begin()));
      if (place.exists()) error(key, fmt::format("`{}` stands twice", *at));
      else place = value;
    }
  }

  std::string required_text(const YamlValue& item, const YamlValue& value, std::string_view name) {
    const std::string_view text = base::trim(value.text_or(""));
    if (!value.exists()) error(item, fmt::format("the exception has no `{}:`", name));
    else if (text.empty()) error(value, fmt::format("`{}:` is empty", name));
    else if (text.size() > max_exception_value_bytes) {
      error(value, fmt::format("longer than {} bytes", max_exception_value_bytes));
    }
    return std::string(text);
  }

  /// A scalar, or a list of them. Nothing is left of a value that is told to be wrong.
  std::vector<std::string> read_values(const YamlValue& value, std::string_view name) {
    std::vector<std::string> values;
    const auto add = [&](const YamlValue& one) {
      const std::string_view text = one.text_or("");
      if (text.empty()) error(one, fmt::format("`{}` takes a text, or a list of texts", name));
      else if (text.size() > max_exception_value_bytes) {
        error(one, fmt::format("longer than {} bytes", max_exception_value_bytes));
      } else {
        values.emplace_back(text);
      }
    };
    if (!value.is_sequence()) return add(value), values;
    const auto items = value.items();
    if (items.empty()) error(value, fmt::format("`{}` is an empty list", name));
    if (items.size() > max_exception_values) {
      error(value, fmt::format("more than {} values", max_exception_values));
      return values;
    }
    for (const YamlValue& one : items) add(one);
    return values;
  }

  // --- the parts of an exception

  void read_rules(const YamlValue& item, const YamlValue& value, Exception& exception) {
    if (!value.exists()) return error(item, "the exception has no `rule:`");
    exception.rule_names = read_values(value, "rule");
    exception.rules.assign(rules_.rules.size(), false);
    for (const std::string& name : exception.rule_names) {
      if (!take_rule(name, exception.rules) && !is_of_other(name)) {
        error(value, fmt::format("no rule {} {}", is_pattern(name) ? "matches" : "is named", base::printable(name)),
              hint_for(name, rule_names()));
      }
    }
  }

  [[nodiscard]] bool is_of_other(std::string_view name) const {
    return other_ != nullptr && std::ranges::any_of(other_->rules, [&](const Rule& rule) {
             return rule.name == name || (is_pattern(name) && base::matches_glob(name, rule.name));
           });
  }

  bool take_rule(const std::string& name, std::vector<bool>& taken) const {
    if (const auto found = by_name_.find(name); found != by_name_.end()) {
      taken[found->second] = true;
      return true;
    }
    if (!is_pattern(name)) return false;
    bool any = false;
    for (std::size_t i = 0; i < taken.size(); ++i) {
      if (!base::matches_glob(name, rules_.rules[i].name)) continue;
      taken[i] = any = true;
    }
    return any;
  }

  [[nodiscard]] std::vector<std::string_view> rule_names() const {
    std::vector<std::string_view> names;
    names.reserve(rules_.rules.size());
    for (const Rule& rule : rules_.rules) names.emplace_back(rule.name);
    return names;
  }

  void read_subject(const YamlValue& item, const YamlValue& value, const YamlValue& wide, Exception& exception) {
    const bool said_any = value.is_scalar() && value.text() == "any";
    const bool said_wide = wide.boolean().value_or(false);
    if (wide.exists() && !wide.boolean()) return error(wide, "`wide:` is true or false");
    if (said_any || !value.exists()) {
      if (said_any && said_wide) return;
      return error(value.exists() ? value : item,
                   "without a subject the exception is for everything that the rule finds; name a subject, or say "
                   "`subject: any` and `wide: true` beside it");
    }
    if (said_wide) return error(wide, "`wide: true` goes with `subject: any` only");
    if (!value.is_mapping()) return error(value, "a subject is a mapping, as in `{package: openssl}`, or `any`");
    if (value.members().empty()) return error(value, "the subject is empty");
    for (const auto& [key, values] : value.members()) read_part(key, values, exception);
  }

  void read_part(const YamlValue& key, const YamlValue& value, Exception& exception) {
    const std::string_view name = key.text_or("");
    const auto found = std::ranges::find(all_keys, name, [](SubjectKey each) { return to_text(each); });
    if (found == all_keys.end()) {
      std::vector<std::string_view> known;
      known.reserve(all_keys.size());
      for (const SubjectKey each : all_keys) known.push_back(to_text(each));
      return error(key, fmt::format("a subject has no `{}`", base::printable(name)), hint_for(name, known));
    }
    if (std::ranges::find(exception.subject, *found, &Exception::Part::key) != exception.subject.end()) {
      return error(key, fmt::format("`{}` stands twice", name));
    }
    Exception::Part part{*found, read_values(value, name)};
    if (std::ranges::any_of(part.values, names_everything)) {
      error(value, "this stands for everything; leave it out, or say `subject: any` and `wide: true` beside it");
    }
    if (!concerns_a_rule(part.key, exception.rules)) {
      error(key, fmt::format("what the rule is asked for has no {}", name));
    }
    exception.subject.push_back(std::move(part));
  }

  /// True also when no rule was found: that has been told.
  [[nodiscard]] bool concerns_a_rule(SubjectKey key, const std::vector<bool>& rules) const {
    bool none = true;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!rules[i]) continue;
      if (applies(key, rules_.rules[i].source)) return true;
      none = false;
    }
    return none;
  }

  void read_expiry(const YamlValue& item, const YamlValue& value, Exception& exception) {
    if (!value.exists()) {
      return error(item, "the exception has no `expires:`; give its last day, or say `expires: never`");
    }
    const std::string_view text = value.text_or("");
    if (text == "never") return;
    constexpr std::size_t date_bytes = 10;  // 2026-03-01
    const auto time = text.size() == date_bytes ? base::parse_time(text) : std::nullopt;
    if (!time) {
      return error(value,
                   "`expires:` takes the last day on which the exception counts, as in 2026-03-01, or `never`");
    }
    exception.last_day = std::chrono::floor<std::chrono::days>(*time);
  }

  LoadedExceptions& into_;
  const RuleSet& rules_;
  const RuleSet* other_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
  std::set<std::string> names_;
  std::uint32_t file_ = 0;
  std::optional<FileText> text_;
  std::optional<Place> item_;
  bool failed_ = false;
  std::size_t pattern_values_ = 0;
};

}  // namespace

bool LoadedExceptions::ok() const {
  return std::ranges::none_of(diagnostics,
                              [](const Diagnostic& each) { return each.level == Diagnostic::Level::error; });
}

LoadedExceptions load_exceptions(std::vector<SourceText> texts, const RuleSet& rules, const RuleSet* other) {
  LoadedExceptions loaded;
  loaded.texts = std::move(texts);
  Reader reader(loaded, rules, other);
  for (std::size_t i = 0; i < loaded.texts.size(); ++i) reader.read(static_cast<std::uint32_t>(i));
  return loaded;
}

}  // namespace doorman::policy
