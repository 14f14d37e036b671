// SPDX-License-Identifier: Apache-2.0
#include "sink/sarif_verdict.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/text.h"
#include "sink/links.h"

namespace doorman::sink {
namespace {

using base::JsonWriter;
using model::MatchedRule;
using model::Priority;
using model::RuleMatch;

std::string literal(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '{' || c == '}') escaped.push_back(c);
    if (c == '[' || c == ']' || c == '\\') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

/// Advisories' ids stand in the same list.
std::string id_of(const MatchedRule& rule) { return "policy/" + rule.name; }

std::string_view level_of(const MatchedRule& rule) {
  if (model::decision_of(rule.action) == model::Decision::deny || rule.priority <= Priority::error) return "error";
  return rule.priority == Priority::warning ? "warning" : "note";
}

/// What code scanning sorts by: the middle of the range of scores that the priority stands for.
std::string_view score_of(const MatchedRule& rule) {
  switch (rule.priority) {
    case Priority::emergency:
    case Priority::alert:
    case Priority::critical:
      return "9.5";
    case Priority::error:
      return "8.0";
    case Priority::warning:
      return "5.5";
    case Priority::notice:
      return "2.0";
    case Priority::informational:
    case Priority::debug:
      return "0.0";
  }
  return "0.0";
}

/// A sentence: the validators ask for its full stop.
std::string sentence(std::string_view text) {
  std::string whole(base::trim(text));
  if (!whole.ends_with('.')) whole += '.';
  return whole;
}

void write_rule(JsonWriter& json, const MatchedRule& rule) {
  const std::string about = sentence(rule.description.empty() ? rule.name : rule.description);
  json.begin_object();
  json.member("id", id_of(rule));
  json.member("name", "PolicyRule");
  write_sarif_message(json, "shortDescription", sentence(rule.name));
  write_sarif_message(json, "fullDescription", about);
  write_sarif_message(json, "help", rule.remediation.empty() ? about : about + " " + sentence(rule.remediation));
  if (rule.reference.starts_with("https://")) json.member("helpUri", rule.reference);
  json.begin_object("defaultConfiguration");
  json.member("level", level_of(rule));
  json.end_object();
  json.begin_object("properties");
  json.member("security-severity", score_of(rule));
  json.member("priority", model::to_text(rule.priority));
  json.member("action", model::to_text(rule.action));
  json.member("source", model::to_text(rule.source));
  json.member("matches", rule.matches);
  json.member("excepted", rule.excepted);
  json.member("hidden", rule.hidden);
  json.begin_array("tags");
  json.value("security");
  for (const std::string& tag : rule.tags) {
    if (tag != "security") json.value(tag);
  }
  json.end_array();
  json.end_object();
  json.end_object();
}

const model::FoundPackage* package_of(const model::Report& report, const RuleMatch& match) {
  const auto& packages = report.inventory.packages;
  return match.package < packages.size() ? &packages[match.package] : nullptr;
}

/// Where it is: the file, else the package's name or the image itself, since a result without a place is not shown.
void write_location(JsonWriter& json, const model::Report& report, const RuleMatch& match) {
  const model::FoundPackage* found = package_of(report, match);
  std::string_view place = match.path;
  if (place.empty()) place = found != nullptr ? std::string_view(found->package.name) : report.inventory.target;
  json.begin_object();
  json.begin_object("physicalLocation");
  json.begin_object("artifactLocation");
  json.member("uri", path_to_uri(place));
  json.member("uriBaseId", sarif_root_id);
  json.end_object();
  json.begin_object("region");
  json.member("startLine", match.line == 0 ? 1 : match.line);
  json.end_object();
  json.end_object();
  if (found != nullptr) {
    json.begin_array("logicalLocations");
    json.begin_object();
    json.member("name", found->package.name);
    json.member("fullyQualifiedName", report.inventory.target + " " + found->purl);
    json.member("kind", "package");
    json.end_object();
    json.end_array();
  }
  json.end_object();
}

/// The same for the same match in the next build: neither the image nor a version is in it.
std::string fingerprint(const model::Report& report, const MatchedRule& rule, const RuleMatch& match) {
  const model::FoundPackage* found = package_of(report, match);
  const bool told_by_package = found != nullptr && match.what == found->purl;
  return base::digest_of(fmt::format("{}\n{}\n{}\n{}", rule.name, match.path,
                                     told_by_package ? std::string_view() : std::string_view(match.what),
                                     found == nullptr ? std::string_view() : std::string_view(found->package.name)))
      .hex();
}

void write_result(JsonWriter& json, const model::Report& report, const RuleMatch& match, std::size_t first_rule) {
  const model::Verdict& verdict = *report.verdict;
  const MatchedRule& rule = verdict.rules[match.rule];
  json.begin_object();
  json.member("ruleId", id_of(rule));
  json.member("ruleIndex", first_rule + match.rule);
  json.member("level", level_of(rule));
  write_sarif_message(json, "message", sentence(match.message.empty() ? rule.name : match.message));
  json.begin_array("locations");
  write_location(json, report, match);
  json.end_array();
  json.begin_object("partialFingerprints");
  json.member("doorman/v1", fingerprint(report, rule, match));
  json.end_object();
  if (match.exception && *match.exception < verdict.exceptions.size()) {
    json.begin_array("suppressions");
    json.begin_object();
    json.member("kind", "external");
    json.member("status", "accepted");
    json.member("justification", verdict.exceptions[*match.exception].reason);
    json.end_object();
    json.end_array();
  }
  json.begin_object("properties");
  json.member_if("what", match.what);
  if (match.layer < report.inventory.layers.size()) json.member("layer", match.layer + 1);
  if (match.exception && *match.exception < verdict.exceptions.size()) {
    json.member("exception", verdict.exceptions[*match.exception].name);
  }
  json.end_object();
  json.end_object();
}

}  // namespace

void write_sarif_message(JsonWriter& json, std::string_view member, std::string_view text) {
  json.begin_object(member);
  json.member("text", literal(text));
  json.end_object();
}

void write_policy_rules(JsonWriter& json, const model::Report& report) {
  if (!report.verdict) return;
  for (const MatchedRule& rule : report.verdict->rules) write_rule(json, rule);
}

void write_policy_results(JsonWriter& json, const model::Report& report, std::size_t first_rule) {
  if (!report.verdict) return;
  for (const RuleMatch& match : report.verdict->matches) {
    if (match.rule < report.verdict->rules.size()) write_result(json, report, match, first_rule);
  }
}

void write_policy_properties(JsonWriter& json, const model::Report& report) {
  if (!report.verdict) return;
  json.member("verdict", model::to_text(report.verdict->decision));
  json.begin_array("policyPacks");
  for (const std::string& pack : report.verdict->packs) json.value(pack);
  json.end_array();
  if (report.verdict->exceptions.empty()) return;
  json.begin_array("exceptions");
  for (const model::ExceptionUse& use : report.verdict->exceptions) {
    json.begin_object();
    json.member("name", use.name);
    json.member("state", model::to_text(use.state));
    json.member("matches", use.matches);
    if (use.last_day) json.member("expires", base::format_date(*use.last_day));
    json.end_object();
  }
  json.end_array();
}

}  // namespace doorman::sink
