// SPDX-License-Identifier: Apache-2.0
#include "parse/secret/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/text.h"
#include "base/yaml.h"
#include "parse/secret/compiled_rules.h"

namespace doorman::parse::secret {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using base::YamlValue;

class PackReader {
 public:
  Status read(const RuleText& file) {
    auto document = base::YamlDocument::parse(file.text);
    if (!document.ok()) return document.error();
    const YamlValue root = document->root();
    if (!root.is_mapping()) return Error(ErrorCode::invalid, "line 1: no mapping with `rules`");
    for (const auto& [key, value] : root.members()) {
      const std::string_view name = key.text_or("");
      if (name != "rules" && name != "stopwords" && name != "not_paths") return unknown_key(key);
    }
    std::vector<std::string> stopwords;
    std::vector<std::string> not_paths;
    DOORMAN_CHECK(read_list(root["stopwords"], stopwords));
    DOORMAN_CHECK(read_list(root["not_paths"], not_paths));
    for (const YamlValue& item : root["rules"].items()) {
      if (rules_.size() == SecretRules::max_rules) {
        return wrong(item, fmt::format("more than {} rules", SecretRules::max_rules), ErrorCode::limit);
      }
      Rule rule;
      add_words(rule, stopwords);
      for (const std::string& glob : not_paths) rule.never.add(glob);
      DOORMAN_CHECK(read_rule(item, rule));
      rules_.push_back(std::move(rule));
    }
    return {};
  }

  std::unique_ptr<const CompiledRules> take(std::uint64_t version) {
    auto compiled = std::make_unique<CompiledRules>();
    for (auto& [keyword, users] : keywords_) {
      compiled->keywords.push_back(
          {{.text = keyword.first, .literal = true, .caseless = keyword.second}, std::move(users)});
    }
    for (const Rule& rule : rules_) {
      compiled->max_before = std::max(compiled->max_before, rule.before);
      compiled->max_after = std::max(compiled->max_after, rule.after);
    }
    compiled->rules = std::move(rules_);
    compiled->whole_file = std::move(whole_file_);
    compiled->version = std::max<std::uint64_t>(version, 1);
    return compiled;
  }

 private:
  static Error wrong(const YamlValue& at, std::string_view what, ErrorCode code = ErrorCode::invalid) {
    return {code, fmt::format("line {}: {}", at.line(), what)};
  }
  static Error unknown_key(const YamlValue& key) {
    return wrong(key, fmt::format("unknown key `{}`", base::printable(key.text_or("").substr(0, 64))));
  }

  static Status read_text(const YamlValue& value, std::string& into) {
    const auto text = value.text();
    if (!text || text->empty()) return wrong(value, "a text is wanted here");
    if (text->size() > SecretRules::max_text_bytes) {
      return wrong(value, fmt::format("more than {} bytes", SecretRules::max_text_bytes), ErrorCode::limit);
    }
    into = *text;
    return {};
  }

  static Status read_list(const YamlValue& value, std::vector<std::string>& into) {
    if (!value.exists()) return {};
    if (!value.is_sequence()) return wrong(value, "a list is wanted here");
    for (const YamlValue& item : value.items()) {
      if (into.size() == SecretRules::max_list) {
        return wrong(item, fmt::format("more than {} in one list", SecretRules::max_list), ErrorCode::limit);
      }
      DOORMAN_CHECK(read_text(item, into.emplace_back()));
    }
    return {};
  }

  static Status read_bytes(const YamlValue& value, std::uint32_t most, std::uint32_t& into) {
    const auto number = value.integer();
    if (!number || *number < 0 || *number > most)
      return wrong(value, fmt::format("a number up to {} is wanted", most));
    into = static_cast<std::uint32_t>(*number);
    return {};
  }

  static Status read_flag(const YamlValue& value, bool& into) {
    const auto flag = value.boolean();
    if (!flag) return wrong(value, "true or false is wanted");
    into = *flag;
    return {};
  }

  static Status read_entropy(const YamlValue& value, double& into) {
    const std::string_view text = value.text_or("");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && into >= 0 && into <= 8 ? Status{}
                                           : Status(wrong(value, "bits in a character, 0 to 8, are wanted"));
  }

  static void add_words(Rule& rule, const std::vector<std::string>& words) {
    for (const std::string& word : words) rule.stopwords.push_back(base::to_lower(word));
  }

  Status read_rule(const YamlValue& item, Rule& rule) {
    if (!item.is_mapping()) return wrong(item, "a rule is a mapping");
    Words words;
    for (const auto& [key, value] : item.members()) {
      if (const Status read = read_member(key, value, rule, words); !read.ok()) return read;
    }
    if (rule.id.empty()) return wrong(item, "a rule without `id`");
    if (!ids_.insert(rule.id).second) return wrong(item, fmt::format("a second rule {}", base::printable(rule.id)));
    if (rule.title.empty()) return wrong(item, "a rule without `title`");
    if (rule.severity == model::Severity::unknown) return wrong(item, "a rule without `severity`");
    if (!rule.expression) return wrong(item, "a rule without `regex`");
    const auto index = static_cast<std::uint32_t>(rules_.size());
    if (words.keywords.empty()) {
      if (rule.only.empty()) return wrong(item, "a rule needs `keywords` or `paths`");
      whole_file_.push_back(index);
    }
    for (std::string& keyword : words.keywords) {
      if (keyword.size() < SecretRules::min_keyword_bytes || keyword.size() > SecretRules::max_keyword_bytes) {
        return wrong(item, fmt::format("a keyword has {} to {} bytes", SecretRules::min_keyword_bytes,
                                       SecretRules::max_keyword_bytes));
      }
      if (words.caseless) keyword = base::to_lower(keyword);
      keywords_[{std::move(keyword), words.caseless}].push_back(index);
    }
    return {};
  }

  struct Words {
    std::vector<std::string> keywords;
    bool caseless = false;
  };

  static Status read_member(const YamlValue& key, const YamlValue& value, Rule& rule, Words& words) {
    const std::string_view name = key.text_or("");
    if (name == "id") return read_text(value, rule.id);
    if (name == "title") return read_text(value, rule.title);
    if (name == "keywords") return read_list(value, words.keywords);
    if (name == "caseless") return read_flag(value, words.caseless);
    if (name == "also") return read_list(value, rule.also);
    if (name == "entropy") return read_entropy(value, rule.entropy);
    if (name == "before") return read_bytes(value, SecretRules::max_before, rule.before);
    if (name == "after") return read_bytes(value, SecretRules::max_after, rule.after);
    if (name == "guessable") return read_flag(value, rule.guessable);
    if (name == "regex") return read_expression(value, rule);
    if (name == "severity") {
      const auto severity = model::parse_severity(value.text_or(""));
      if (!severity || *severity < model::Severity::low)
        return wrong(value, "low, medium, high or critical is wanted");
      rule.severity = *severity;
      return {};
    }
    if (name == "check") {
      const auto check = parse_check(value.text_or(""));
      if (!check) return wrong(value, "no such check");
      rule.check = *check;
      return {};
    }
    std::vector<std::string> list;
    if (name == "paths" || name == "not_paths") {
      DOORMAN_CHECK(read_list(value, list));
      for (const std::string& glob : list) (name == "paths" ? rule.only : rule.never).add(glob);
      return {};
    }
    if (name == "stopwords") {
      DOORMAN_CHECK(read_list(value, list));
      add_words(rule, list);
      return {};
    }
    return unknown_key(key);
  }

  static Status read_expression(const YamlValue& value, Rule& rule) {
    std::string text;
    DOORMAN_CHECK(read_text(value, text));
    rule.expression = std::make_unique<const LazyExpression>(std::move(text));
    return {};
  }

  std::vector<Rule> rules_;
  std::set<std::string> ids_;
  std::map<std::pair<std::string, bool>, std::vector<std::uint32_t>> keywords_;
  std::vector<std::uint32_t> whole_file_;
};

}  // namespace

SecretRules::SecretRules(std::unique_ptr<const CompiledRules> rules) : rules_(std::move(rules)) {}
SecretRules::SecretRules(SecretRules&&) noexcept = default;
SecretRules& SecretRules::operator=(SecretRules&&) noexcept = default;
SecretRules::~SecretRules() = default;

Result<SecretRules> SecretRules::parse(std::span<const RuleText> texts) {
  PackReader reader;
  std::uint64_t version = 0;
  for (const RuleText& file : texts) {
    DOORMAN_CHECK(reader.read(file).in(file.name));
    version = base::hash64(file.text, version);
  }
  return SecretRules(reader.take(version));
}

Status SecretRules::check() const {
  for (const Rule& rule : rules_->rules)
    DOORMAN_CHECK(rule.expression->get().in("rule " + base::printable(rule.id)));
  return rules_->patterns().ok() ? Status{} : rules_->patterns().error();
}

std::uint64_t SecretRules::version() const { return rules_->version; }
std::size_t SecretRules::size() const { return rules_->rules.size(); }

}  // namespace doorman::parse::secret
