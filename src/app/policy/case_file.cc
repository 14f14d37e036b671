// SPDX-License-Identifier: Apache-2.0
#include "app/policy/case_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/nearest.h"
#include "base/text.h"
#include "base/yaml.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using base::YamlValue;

constexpr std::array<std::string_view, 7> case_keys = {"case",  "source",  "event", "facts",
                                                       "rules", "verdict", "output"};

Error at(const YamlValue& place, std::string_view message, ErrorCode code = ErrorCode::invalid) {
  return {code, fmt::format("line {}: {}", place.line(), message)};
}

/// The words of an enum whose values count from 0.
template <typename T>
std::optional<T> word_to(std::string_view word, std::size_t count, std::vector<std::string_view>& words) {
  for (std::size_t i = 0; i < count; ++i) {
    words.push_back(to_text(static_cast<T>(i)));
    if (words.back() == word) return static_cast<T>(i);
  }
  return std::nullopt;
}

Result<std::vector<std::string_view>> texts_of(const YamlValue& value, std::size_t most) {
  std::vector<std::string_view> texts;
  if (const auto text = value.text()) return std::vector{*text};
  if (!value.is_sequence()) return at(value, "neither a value nor a list of values");
  for (const YamlValue& item : value.items()) {
    const auto text = item.text();
    if (!text) return at(item, "a list within a list");
    if (texts.size() == most) return at(item, fmt::format("more than {} values", most), ErrorCode::limit);
    texts.push_back(*text);
  }
  return texts;
}

class CaseReader {
 public:
  explicit CaseReader(const YamlValue& node) : node_(node) { case_.line = node.line(); }

  Result<Case> read() {
    if (!node_.is_mapping()) return at(node_, "a case is a mapping with `case`, `facts` or `event`, and `rules`");
    for (const auto& [key, value] : node_.members()) {
      const std::string_view name = key.text_or("");
      if (std::ranges::find(case_keys, name) == case_keys.end()) {
        return at(key, fmt::format("`{}` is no part of a case ({}){}", base::printable(name),
                                   fmt::join(case_keys, ", "), base::did_you_mean(name, case_keys)));
      }
    }
    case_.name = node_["case"].text_or("");
    DOORMAN_CHECK(read_facts());
    DOORMAN_CHECK(read_wanted());
    return std::move(case_);
  }

 private:
  Status read_facts() {
    const YamlValue event = node_["event"], facts = node_["facts"];
    if (event.exists() == facts.exists()) return at(node_, "a case has either `event` or `facts`");
    DOORMAN_TRY(const model::EventSource source, read_source(event.exists()));
    DOORMAN_TRY(const model::EventType type, read_event_type(event));
    case_.facts = std::make_unique<CaseFacts>(source, type);
    const YamlValue& fields = event.exists() ? event : facts;
    if (!fields.is_mapping()) return at(fields, "should hold `field: value` lines");
    std::size_t count = 0;
    for (const auto& [key, value] : fields.members()) {
      if (event.exists() && key.text() == "type") continue;
      if (++count > max_case_fields) {
        return at(key, fmt::format("more than {} fields", max_case_fields), ErrorCode::limit);
      }
      DOORMAN_CHECK(read_field(key, value));
    }
    return {};
  }

  Status read_field(const YamlValue& key, const YamlValue& value) {
    if (value.is_null()) return {};
    DOORMAN_TRY(const auto texts, texts_of(value, max_field_values));
    const auto done = case_.facts->set(key.text_or(""), texts);
    return done.ok() ? Status() : at(key, done.error().message());
  }

  Result<model::EventSource> read_source(bool is_event) {
    const YamlValue value = node_["source"];
    if (!value.exists()) {
      if (is_event) return model::EventSource::syscall;
      return at(node_, "`facts` need `source: image` or another beside them");
    }
    std::vector<std::string_view> words;
    const std::string_view word = value.text_or("");
    const auto source = word_to<model::EventSource>(word, model::event_source_count, words);
    if (!source) {
      return at(value, fmt::format("`{}` is no source ({}){}", base::printable(word), fmt::join(words, ", "),
                                   base::did_you_mean(word, words)));
    }
    if (is_event != (*source == model::EventSource::syscall)) {
      return at(value, "system calls have `event`, all other sources have `facts`");
    }
    return *source;
  }

  static Result<model::EventType> read_event_type(const YamlValue& event) {
    if (!event.exists()) return model::EventType::none;
    const YamlValue value = event["type"];
    const std::string_view word = value.text_or("");
    if (word.empty()) return at(event, "an event needs its `type`: openat");
    if (const model::EventInfo* found = model::find_event_type(word)) return found->type;
    std::vector<std::string_view> names;
    for (const model::EventInfo& each : model::event_types()) names.push_back(each.name);
    return at(value,
              fmt::format("there is no event `{}`{}", base::printable(word), base::did_you_mean(word, names)));
  }

  Status read_wanted() {
    if (const YamlValue rules = node_["rules"]; rules.exists()) {
      case_.rules.emplace();
      if (!rules.is_null()) {
        DOORMAN_TRY(const auto names, texts_of(rules, max_field_values));
        case_.rules->assign(names.begin(), names.end());
      }
      std::ranges::sort(*case_.rules);
    }
    if (const YamlValue verdict = node_["verdict"]; verdict.exists()) {
      std::vector<std::string_view> words;
      const std::string_view word = verdict.text_or("");
      case_.verdict = word_to<model::Decision>(word, 3, words);
      if (!case_.verdict) {
        return at(verdict, fmt::format("`{}` is no verdict ({})", base::printable(word), fmt::join(words, ", ")));
      }
    }
    return read_output(node_["output"]);
  }

  Status read_output(const YamlValue& output) {
    if (!output.exists()) return {};
    if (const auto text = output.text()) {
      if (!case_.rules || case_.rules->size() != 1) {
        return at(output, "one output alone goes with one rule; of several, write `RULE: OUTPUT` lines");
      }
      case_.outputs.emplace(case_.rules->front(), *text);
    }
    for (const auto& [rule, text] : output.members()) {
      case_.outputs.emplace(rule.text_or(""), text.text_or(""));
    }
    return {};
  }

  YamlValue node_;
  Case case_;
};

}  // namespace

Result<std::vector<Case>> parse_cases(base::Bytes text) {
  DOORMAN_TRY(const base::YamlDocument document, base::YamlDocument::parse(text));
  const YamlValue root = document.root();
  if (!root.exists()) return std::vector<Case>();
  const auto nodes = root.is_sequence() ? root.items() : std::vector{root};
  if (nodes.size() > max_cases) {
    return at(nodes[max_cases], fmt::format("more than {} cases", max_cases), ErrorCode::limit);
  }
  std::vector<Case> cases;
  for (const YamlValue& node : nodes) {
    DOORMAN_TRY(Case each, CaseReader(node).read());
    cases.push_back(std::move(each));
  }
  return cases;
}

}  // namespace doorman::app
