// SPDX-License-Identifier: Apache-2.0
// Conditions, what the fields say, and what Falco answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "golden.h"
#include "policy/check/check.h"
#include "policy/check/literal.h"
#include "policy/engine/engine.h"
#include "policy/engine/event_types.h"
#include "policy/load/load.h"
#include "policy/lower/lower.h"

namespace doorman::policy {
namespace {

using model::FieldType;
using model::Value;

/// The catalogue with fields that only Falco's own tests know.
class TestCatalogue final : public Catalogue {
 public:
  void add(std::string name, FieldType type) {
    if (find(name) != nullptr) return;
    const auto id = static_cast<model::FieldId>(model::fields().size() + fields_.size());
    const std::string& kept = names_.emplace_back(std::move(name));
    fields_.push_back(
        {id, kept, type, false, model::FieldArgument::none, model::every_source, model::FieldScope::event, "", ""});
  }

  base::Result<model::FieldUse> use(std::string_view name,
                                    std::optional<std::string_view> argument) const override {
    if (const model::Field* found = find(name)) return model::FieldUse{.id = found->id, .key = {}};
    return Catalogue::use(name, argument);
  }
  const model::Field& field(model::FieldId id) const override {
    const auto index = static_cast<std::size_t>(id);
    return index < model::fields().size() ? Catalogue::field(id) : fields_[index - model::fields().size()];
  }
  FieldType type_of(const model::FieldUse& use) const override {
    return static_cast<std::size_t>(use.id) < model::fields().size() ? Catalogue::type_of(use) : field(use.id).type;
  }

 private:
  const model::Field* find(std::string_view name) const {
    for (const model::Field& each : fields_) {
      if (each.name == name) return &each;
    }
    return nullptr;
  }

  std::deque<std::string> names_;
  std::deque<model::Field> fields_;
};

class TestFacts final : public model::Facts {
 public:
  explicit TestFacts(std::string_view event) {
    if (const auto* info = model::find_event_type(event)) type_ = info->type;
    event_ = event;
  }

  void set(const model::FieldUse& use, const Value& value) { values_[key(use)] = value; }
  Value keep(std::string text) { return Value::of(std::string_view(texts_.emplace_back(std::move(text)))); }
  Value keep(const base::IpAddress& address) { return Value::of(addresses_.emplace_back(address)); }
  Value keep(std::vector<Value> list) {
    return Value::of(std::span<const Value>(lists_.emplace_back(std::move(list))));
  }

  model::EventSource source() const override { return model::EventSource::syscall; }
  model::EventType event_type() const override { return type_; }
  model::Revisions revisions() const override { return {{0, revision_, revision_, revision_, revision_}}; }
  void set_revision(std::uint64_t revision) { revision_ = revision; }
  Value read(const model::FieldUse& use, base::Arena&) const override {
    const auto found = values_.find(key(use));
    if (found != values_.end()) return found->second;
    return use.id == model::FieldId::evt_type ? Value::of(std::string_view(event_)) : Value();
  }

 private:
  static std::pair<model::FieldId, std::string> key(const model::FieldUse& use) { return {use.id, use.key}; }

  model::EventType type_ = model::EventType::none;
  std::uint64_t revision_ = 0;
  std::string event_;
  std::map<std::pair<model::FieldId, std::string>, Value> values_;
  std::deque<std::string> texts_;
  std::deque<base::IpAddress> addresses_;
  std::deque<std::vector<Value>> lists_;
};

FieldType type_of(std::string_view theirs) {
  if (theirs.starts_with("UINT")) return FieldType::natural;
  if (theirs.starts_with("INT") || theirs == "ERRNO" || theirs == "FD" || theirs == "PID")
    return FieldType::integer;
  if (theirs == "BOOL") return FieldType::boolean;
  if (theirs == "BYTEBUF") return FieldType::bytes;
  if (theirs == "IPADDR") return FieldType::address;
  if (theirs == "IPNET") return FieldType::network;
  return FieldType::text;
}

Value value_of(TestFacts& facts, FieldType type, std::string_view text) {
  const auto literal = read_literal(type, text, false);
  if (!literal.ok()) return {};
  if (const auto* truth = std::get_if<bool>(&*literal)) return Value::of(*truth);
  if (const auto* integer = std::get_if<std::int64_t>(&*literal)) return Value::of_integer(*integer);
  if (const auto* natural = std::get_if<std::uint64_t>(&*literal)) return Value::of_natural(*natural);
  if (const auto* address = std::get_if<base::IpAddress>(&*literal)) return facts.keep(*address);
  if (const auto* kept = std::get_if<std::string>(&*literal)) return facts.keep(*kept);
  ADD_FAILURE() << "a value of type " << model::to_text(type);
  return {};
}

Value list_of(TestFacts& facts, std::string_view text, char separator) {
  std::vector<Value> values;
  for (const std::string_view each : base::split(text, separator)) values.push_back(facts.keep(std::string(each)));
  return facts.keep(std::move(values));
}

/// What stands for bytes that are no text: dots, or Base64.
std::string bytes_of(std::string_view test, std::string text) {
  if (test == "bytebuf_matches_nul") std::replace(text.begin(), text.end(), '.', '\0');
  if (test == "EVT_FILTER_data_buffer_str") return base::base64_decode(text).value_or(text);
  return text;
}

struct Entry {
  std::string test, event, filter, expect, detail;
  struct Field {
    std::string name, type;
    bool list;
    std::optional<std::string> value;
  };
  std::vector<Field> fields;
};

std::vector<Entry> read_entries(const std::filesystem::path& path, const char* condition) {
  std::vector<Entry> entries;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    const auto document = base::JsonDocument::parse(line);
    if (!document.ok()) {
      ADD_FAILURE() << line;
      continue;
    }
    const base::JsonValue root = document->root();
    Entry& entry = entries.emplace_back();
    entry.test = root["test"].string_or("");
    entry.event = root["evt"].string_or("");
    entry.filter = root[condition].string_or("");
    entry.expect = root["expect"].string_or("");
    entry.detail = root["detail"].string_or("");
    for (const auto& member : root["fields"].members()) {
      Entry::Field field{std::string(member.key), std::string(member.value["type"].string_or("")),
                         member.value["list"].boolean().value_or(false), std::nullopt};
      if (const auto text = member.value["value"].string()) field.value = *text;
      if (const auto hex = member.value["value_hex"].string())
        field.value = std::get<std::string>(read_hex(*hex).value());
      entry.fields.push_back(std::move(field));
    }
  }
  return entries;
}

/// The addresses of both ends, as other cases of the same event told them.
std::vector<std::string> ends_of(const std::vector<Entry>& entries, const std::string& test) {
  std::set<std::string> found;
  for (const Entry& entry : entries) {
    for (const Entry::Field& field : entry.fields) {
      if (entry.test == test && field.type == "IPADDR" && field.value) found.insert(*field.value);
    }
  }
  return {found.begin(), found.end()};
}

/// Gives the facts their fields; mock fields are added to the catalogue.
void set_fields(TestFacts& facts, const Entry& entry, const std::vector<Entry>& all, TestCatalogue& catalogue) {
  for (const Entry::Field& field : entry.fields) {
    const auto bracket = field.name.find('[');
    std::optional<std::string_view> argument;
    if (bracket != std::string::npos)
      argument = std::string_view(field.name).substr(bracket + 1, field.name.size() - bracket - 2);
    const std::string name = field.name.substr(0, bracket);
    if (!catalogue.use(name, argument).ok()) catalogue.add(name, type_of(field.type));
    const auto use = catalogue.use(name, argument);
    ASSERT_TRUE(use.ok()) << field.name;
    if (field.value) {
      const std::string text = bytes_of(entry.test, *field.value);
      if (field.list) facts.set(*use, list_of(facts, std::string_view(text).substr(1, text.size() - 2), ','));
      else if (name == "proc.aname" && !argument) facts.set(*use, list_of(facts, text, ' '));
      else facts.set(*use, value_of(facts, catalogue.type_of(*use), text));
      continue;
    }
    std::vector<Value> ends;
    for (const std::string& end : ends_of(all, entry.test))
      ends.push_back(value_of(facts, FieldType::address, end));
    if (!ends.empty()) facts.set(*use, facts.keep(std::move(ends)));
  }
}

std::string told(const CheckedCondition& checked) {
  std::string text;
  for (const CheckNote& note : checked.errors) text += note.what.message + "; ";
  return text;
}

struct Answer {
  std::string text;  ///< true, false, error
  std::size_t warnings = 0;
};

/// By the graph and by the plain walk, which must agree.
Answer answer(const std::string& filter, TestFacts& facts, const Catalogue& catalogue) {
  auto parsed = parse_condition(filter);
  if (!parsed.condition) return {"error"};
  RuleSet set;
  Rule& rule = set.rules.emplace_back();
  rule.condition = *std::move(parsed.condition);
  rule.warn_event_types = false;
  std::vector<Diagnostic> diagnostics;
  const auto engine = Engine::compile(set, diagnostics, catalogue);
  if (!engine) return {"error"};
  const bool plainly = matches_plainly(rule, facts, catalogue);
  Evaluator evaluator(engine);
  for (const std::uint64_t revision : {0U, 7U, 7U, 0U}) {
    facts.set_revision(revision);
    EXPECT_EQ(evaluator.match(facts).size(), plainly ? 1U : 0U) << filter << " " << revision;
  }
  return {plainly ? "true" : "false", diagnostics.size()};
}

TEST(Conformance, Evaluation) {
  DOORMAN_NEED_FIXTURES(fixtures);
  const auto entries = read_entries(fixtures / "policy/eval.jsonl", "filter");
  for (const Entry& entry : entries) {
    TestCatalogue catalogue;
    TestFacts facts(entry.event);
    set_fields(facts, entry, entries, catalogue);
    EXPECT_EQ(answer(entry.filter, facts, catalogue).text, entry.expect)
        << entry.test << ": " << entry.filter << " "
        << told(check_condition(parse_condition(entry.filter).condition.value_or(Condition{}),
                                model::EventSource::syscall, catalogue));
  }
  EXPECT_GT(entries.size(), 300U);
}

TEST(Conformance, Compilation) {
  DOORMAN_NEED_FIXTURES(fixtures);
  TestCatalogue catalogue;
  TestFacts facts("");
  for (const auto& [name, value] : std::map<std::string, std::string>{{"c.true", "1"},
                                                                      {"c.false", "0"},
                                                                      {"c.singlequote", "hello 'quoted'"},
                                                                      {"c.doublequote", "hello \"quoted\""}}) {
    catalogue.add(name, FieldType::text);
    facts.set(*catalogue.use(name, std::nullopt), facts.keep(value));
  }
  catalogue.add("c.buffer", FieldType::bytes);
  const auto entries = read_entries(fixtures / "policy/compiler.jsonl", "input");
  for (const Entry& entry : entries) {
    Answer got = answer(entry.filter, facts, catalogue);
    const bool runs = entry.expect == "true" || entry.expect == "false";
    if (!runs && got.text != "error") got.text = "ok";
    EXPECT_EQ(got.text, entry.expect) << entry.test << ": " << entry.filter;
    if (entry.expect == "ok") {
      EXPECT_EQ(got.warnings, entry.detail == "1 warnings" ? 1U : 0U) << entry.filter;
    }
  }
  EXPECT_GT(entries.size(), 150U);
}

/// Whether a rule file loads, and what is said of its fields and event types.
TEST(Conformance, RuleFiles) {
  DOORMAN_NEED_FIXTURES(fixtures);
  std::ifstream file(fixtures / "policy/ruleloader.jsonl");
  std::string line;
  while (std::getline(file, line)) {
    const auto document = base::JsonDocument::parse(line);
    ASSERT_TRUE(document.ok());
    const base::JsonValue entry = document->root();
    std::vector<SourceText> texts;
    if (const auto text = entry["rules_yaml"].string()) texts.push_back({"rules.yaml", std::string(*text)});
    for (const base::JsonValue& text : entry["rules_yaml"].items())
      texts.push_back({"rules.yaml", std::string(text.string_or(""))});
    Loaded loaded = load_rules(std::move(texts));
    const bool loads = loaded.ok();
    const bool compiles = Engine::compile(std::move(loaded.rules), loaded.diagnostics) != nullptr;
    EXPECT_EQ(loads && compiles, entry["result"]["successful"].boolean()) << line.substr(0, 200);
    std::multiset<std::string> wanted, got;
    const auto ours = [](std::string_view code) {
      return code == "LOAD_NO_EVTTYPE" || code == "LOAD_UNKNOWN_FILTER" || code == "LOAD_COMPILE_CONDITION";
    };
    for (const base::JsonValue& warning : entry["result"]["warnings"].items()) {
      if (ours(warning["code"].string_or("")))
        wanted.insert(std::string(warning["code"].string_or("")) + std::string(warning["message"].string_or("")));
    }
    for (const Diagnostic& diagnostic : loaded.diagnostics) {
      if (ours(diagnostic.code)) got.insert(diagnostic.code + diagnostic.message);
    }
    if (loads) {
      EXPECT_EQ(got, wanted) << entry["test"].string_or("");
    }
  }
}

std::set<std::string> names_of(const EventTypes& types) {
  std::set<std::string> names;
  for (const model::EventInfo& event : model::event_types()) {
    if (types.test(static_cast<std::size_t>(event.type))) names.insert(std::string(event.name));
  }
  return names;
}

/// The types that Falco finds a rule to be for, where that are few. It adds one of its own to each.
TEST(Conformance, EventTypesOfRules) {
  DOORMAN_NEED_FIXTURES(fixtures);
  std::ifstream file(fixtures / "policy/ruleloader.jsonl");
  std::string line;
  std::size_t rules = 0;
  while (std::getline(file, line)) {
    const auto document = base::JsonDocument::parse(line);
    ASSERT_TRUE(document.ok());
    const base::JsonValue text = document->root()["rules_yaml"];
    const Loaded loaded = load_rules({{"rules.yaml", std::string(text.string_or(""))}});
    for (const base::JsonValue& described : document->root()["describe"].items()) {
      std::set<std::string> wanted;
      for (const base::JsonValue& event : described["events"].items()) wanted.emplace(event.string_or(""));
      wanted.erase("asyncevent");
      const auto rule = std::ranges::find(loaded.rules.rules, described["name"].string_or(""), &Rule::name);
      if (rule == loaded.rules.rules.end() || wanted.size() > 100) continue;
      EXPECT_EQ(names_of(event_types_of(rule->condition)), wanted) << rule->written;
      ++rules;
    }
  }
  EXPECT_GT(rules, 10U);
}

TEST(Conformance, EventTypesOfFalcosStableRules) {
  DOORMAN_NEED_FIXTURES(fixtures);
  const std::string usage = tests::slurp(fixtures / "policy/rule_usage.txt");
  const std::string_view from_list = std::string_view(usage).substr(usage.find("event types: ") + 13);
  std::set<std::string> wanted;
  for (const std::string_view each : base::split(from_list.substr(0, from_list.find('\n')), ','))
    wanted.emplace(base::trim(each.substr(0, each.find(':'))));
  const Loaded loaded = load_rules({{"falco_rules.yaml", tests::slurp(fixtures / "policy/falco_rules.yaml")}});
  EXPECT_EQ(loaded.rules.rules.size(), 25U);
  EventTypes types;
  for (const Rule& rule : loaded.rules.rules) types |= event_types_of(rule.condition);
  EXPECT_EQ(names_of(types), wanted);
  std::set<std::string> lowered;
  for (const model::EventNeed& need : lower(loaded.rules).events) lowered.emplace(model::info(need.type).name);
  EXPECT_EQ(lowered, wanted);
}

}  // namespace
}  // namespace doorman::policy
