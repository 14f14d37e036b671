// SPDX-License-Identifier: Apache-2.0
#include "sink/json_verdict.h"

#include <string>
#include <vector>

namespace doorman::sink {
namespace {

using base::JsonWriter;

void write_rule(JsonWriter& json, const model::MatchedRule& rule) {
  json.begin_object();
  json.member("name", rule.name);
  json.member("source", model::to_text(rule.source));
  json.member("priority", model::to_text(rule.priority));
  json.member("action", model::to_text(rule.action));
  json.member_if("description", rule.description);
  json.member_if("remediation", rule.remediation);
  json.member_if("reference", rule.reference);
  if (!rule.tags.empty()) {
    json.begin_array("tags");
    for (const std::string& tag : rule.tags) json.value(tag);
    json.end_array();
  }
  json.member("matches", rule.matches);
  json.member("excepted", rule.excepted);
  json.member("hidden", rule.hidden);
  json.end_object();
}

void write_match(JsonWriter& json, const model::RuleMatch& match) {
  json.begin_object();
  json.member("rule", match.rule);
  json.member_if("what", match.what);
  json.member("message", match.message);
  json.member_if("path", match.path);
  if (match.line != 0) json.member("line", match.line);
  if (match.layer != model::RuleMatch::none) json.member("layer", match.layer);
  if (match.package != model::RuleMatch::none) json.member("package", match.package);
  if (match.exception) json.member("exception", *match.exception);
  json.end_object();
}

void write_exception(JsonWriter& json, const model::ExceptionUse& use) {
  json.begin_object();
  json.member("name", use.name);
  json.member("state", model::to_text(use.state));
  json.member("rule", use.rule);
  json.member("subject", use.subject);
  json.member("reason", use.reason);
  if (use.last_day) json.member("expires", base::format_date(*use.last_day));
  json.member("matches", use.matches);
  json.end_object();
}

}  // namespace

void write_verdict(JsonWriter& json, const model::Verdict& verdict) {
  json.begin_object("verdict");
  json.member("decision", model::to_text(verdict.decision));
  json.member("asked", verdict.asked);
  json.begin_array("packs");
  for (const std::string& pack : verdict.packs) json.value(pack);
  json.end_array();
  json.begin_array("rules");
  for (const model::MatchedRule& rule : verdict.rules) write_rule(json, rule);
  json.end_array();
  json.begin_array("matches");
  for (const model::RuleMatch& match : verdict.matches) write_match(json, match);
  json.end_array();
  json.begin_array("exceptions");
  for (const model::ExceptionUse& use : verdict.exceptions) write_exception(json, use);
  json.end_array();
  json.end_object();
}

}  // namespace doorman::sink
