// SPDX-License-Identifier: Apache-2.0
// Rule files and what Falco's loader says of them. What its compiler finds out from fields and event types is
// checked where rules are compiled.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

#include "base/json.h"
#include "base/text.h"
#include "golden.h"
#include "policy/load/load.h"

namespace doorman::policy {
namespace {

/// What the case's own test gave besides the file.
LoadOptions options_of(std::string_view test) {
  LoadOptions options;
  const auto add = [&](std::string format, std::vector<std::string> tags, std::optional<std::string> rule) {
    options.extra_outputs.push_back({std::move(format), std::nullopt, std::move(rule), std::move(tags)});
  };
  if (test == "extra_format_all") add("evt.type=%evt.type", {}, std::nullopt);
  if (test == "extra_format_by_rule") add("evt.type=%evt.type", {}, "legit_rule");
  if (test == "extra_format_by_tag") add("extra 1", {"tag1"}, std::nullopt);
  if (test == "extra_format_by_tag_rule") {
    add("extra 1", {"tag1"}, std::nullopt);
    add("extra 2", {}, "another_rule");
    add("extra 3", {"tag1", "tag2"}, std::nullopt);
  }
  return options;
}

/// Those that come of fields, types and event types.
bool is_of_the_compiler(const base::JsonValue& entry) {
  static const std::set<std::string_view> codes = {"LOAD_NO_EVTTYPE", "LOAD_UNKNOWN_FILTER", "LOAD_COMPILE_OUTPUT"};
  const std::string_view code = entry["code"].string_or("");
  const std::string_view message = entry["message"].string_or("");
  return codes.contains(code) || code == "LOAD_ERR_COMPILE_OUTPUT" ||
         message.find("misused") != std::string::npos || message.find("nonexistent field") != std::string::npos;
}

/// Answers that differ on purpose; docs/policy-language.md lists them.
bool deviates(const base::JsonValue& entry) {
  return entry["message"].string_or("") == "Unknown source k8s_audit, skipping";  // we have that source
}

/// Places that we tell as Falco does: all but the file as a whole and those inside a condition.
std::vector<std::string> places_of(const base::JsonValue& entry) {
  std::vector<std::string> told;
  for (const base::JsonValue& place : entry["context"]["locations"].items()) {
    const std::string_view kind = place["item_type"].string_or("");
    if (kind == "rules content" || kind == "condition expression") continue;
    told.push_back(std::string(kind) + " " + std::string(place["item_name"].string_or("")) + ":" +
                   std::to_string(*place["position"]["line"].integer() + 1) + ":" +
                   std::to_string(*place["position"]["column"].integer() + 1));
  }
  return told;
}

std::vector<std::string> places_of(const Diagnostic& diagnostic) {
  std::vector<std::string> told;
  for (const Place& place : diagnostic.places)
    told.push_back(place.kind + " " + place.name + ":" + std::to_string(place.at.line) + ":" +
                   std::to_string(place.at.column));
  return told;
}

bool tells(const Diagnostic& ours, const base::JsonValue& theirs) {
  if (ours.code != theirs["code"].string_or("") || ours.message != theirs["message"].string_or("")) return false;
  const auto wanted = places_of(theirs);
  const auto got = places_of(ours);
  return wanted.size() <= got.size() && std::equal(wanted.begin(), wanted.end(), got.begin());
}

std::string all_of(const Loaded& loaded) {
  std::string told;
  for (const Diagnostic& diagnostic : loaded.diagnostics) told += to_text(diagnostic, loaded.rules.texts);
  return told;
}

void expect_told(const Loaded& loaded, const base::JsonValue& result) {
  for (const char* kind : {"errors", "warnings"}) {
    for (const base::JsonValue& entry : result[kind].items()) {
      if (is_of_the_compiler(entry) || deviates(entry)) continue;
      const auto told = [&](const Diagnostic& ours) { return tells(ours, entry); };
      EXPECT_TRUE(std::ranges::any_of(loaded.diagnostics, told))
          << "missing: " << entry["code"].string_or("") << " " << entry["message"].string_or("") << "\n"
          << testing::PrintToString(places_of(entry)) << "\nours:\n"
          << all_of(loaded);
    }
  }
}

void expect_rule(const Rule& rule, const base::JsonValue& wanted) {
  EXPECT_EQ(to_text(rule.condition), wanted["condition_compiled"].string_or(""));
  EXPECT_EQ(rule.output, wanted["output_compiled"].string_or(""));
  const base::JsonValue info = wanted["info"];
  EXPECT_EQ(rule.name, info["name"].string_or(""));
  EXPECT_EQ(rule.written, info["condition"].string_or(""));
  EXPECT_EQ(rule.description, info["description"].string_or(""));
  EXPECT_EQ(base::to_lower(model::to_text(rule.priority)), base::to_lower(info["priority"].string_or("")));
  EXPECT_EQ(model::to_text(rule.source), info["source"].string_or(""));
  EXPECT_EQ(rule.enabled, info["enabled"].boolean());
  EXPECT_EQ(rule.capture, info["capture"].boolean());
  EXPECT_EQ(rule.capture_duration, info["capture_duration"].integer());
  std::vector<std::string> tags;
  for (const base::JsonValue& tag : info["tags"].items()) tags.emplace_back(tag.string_or(""));
  EXPECT_EQ(rule.tags, tags);
}

void expect_rules(const Loaded& loaded, const base::JsonValue& described) {
  for (const base::JsonValue& wanted : described.items()) {
    const auto found = std::ranges::find(loaded.rules.rules, wanted["name"].string_or(""), &Rule::name);
    if (found == loaded.rules.rules.end()) ADD_FAILURE() << "no rule " << wanted["name"].string_or("");
    else expect_rule(*found, wanted);
  }
}

TEST(LoadRules, Conformance) {
  DOORMAN_NEED_FIXTURES(fixtures);
  std::ifstream file(fixtures / "policy/ruleloader.jsonl");
  std::string line;
  std::size_t cases = 0;
  while (std::getline(file, line)) {
    const auto document = base::JsonDocument::parse(line);
    ASSERT_TRUE(document.ok());
    const base::JsonValue entry = document->root();
    const std::string_view test = entry["test"].string_or("");
    SCOPED_TRACE(test);
    std::vector<SourceText> texts;
    if (const auto text = entry["rules_yaml"].string()) texts.push_back({"rules.yaml", std::string(*text)});
    for (const base::JsonValue& text : entry["rules_yaml"].items())
      texts.push_back({"rules.yaml", std::string(text.string_or(""))});
    const Loaded loaded = load_rules(std::move(texts), options_of(test));
    const auto of_compiler = [](const base::JsonValue& error) { return is_of_the_compiler(error); };
    const auto errors = entry["result"]["errors"].items();
    const bool wants_ok = std::ranges::all_of(errors, of_compiler);
    EXPECT_EQ(loaded.ok(), wants_ok) << all_of(loaded);
    expect_told(loaded, entry["result"]);
    if (entry["describe"].is_array()) expect_rules(loaded, entry["describe"]);
    ++cases;
  }
  EXPECT_GT(cases, 50U);
}

TEST(LoadRules, FalcosStableRules) {
  DOORMAN_NEED_FIXTURES(fixtures);
  const Loaded loaded = load_rules({{"falco_rules.yaml", tests::slurp(fixtures / "policy/falco_rules.yaml")}});
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.code != "LOAD_UNUSED_LIST" && diagnostic.code != "LOAD_UNUSED_MACRO")
      ADD_FAILURE() << to_text(diagnostic, loaded.rules.texts);
  }
  EXPECT_EQ(loaded.rules.rules.size(), 25U);
}

}  // namespace
}  // namespace doorman::policy
