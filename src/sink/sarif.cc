// SPDX-License-Identifier: Apache-2.0
#include "sink/sarif.h"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "sink/links.h"
#include "sink/packages.h"
#include "sink/sarif_verdict.h"

namespace doorman::sink {
namespace {

using base::JsonWriter;
using model::Severity;

std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
    case Severity::high:
      return "error";
    case Severity::medium:
      return "warning";
    case Severity::unknown:
    case Severity::none:
    case Severity::low:
      return "note";
  }
  return "note";
}

/// What code scanning sorts by: the score, or where there is none, one in the middle of the severity's range.
std::string score_of(const model::Vulnerability& flaw) {
  if (!flaw.cvss.empty()) return fmt::format("{:.1f}", flaw.score);
  switch (flaw.severity) {
    case Severity::critical:
      return "9.5";
    case Severity::high:
      return "8.0";
    case Severity::medium:
      return "5.5";
    case Severity::low:
      return "2.0";
    case Severity::none:
    case Severity::unknown:
      return "0.0";
  }
  return "0.0";
}

std::string remedy_of(const model::Finding& finding) {
  switch (finding.fix) {
    case model::FixState::fixed:
      return fmt::format("fixed in {}", finding.fixed_version);
    case model::FixState::affected:
      return "no fix yet";
    case model::FixState::will_not_fix:
      return "will not be fixed";
    case model::FixState::end_of_life:
      return "the release gets no fixes any more";
  }
  return "";
}

class Run {
 public:
  Run(JsonWriter& json, const model::Report& report) : json_(json), report_(report), inventory_(report.inventory) {
    for (const model::Finding& finding : report.findings) {
      if (finding.package >= inventory_.packages.size()) continue;
      const auto [at, is_new] = rules_.try_emplace(finding.vulnerability.id, order_.size());
      if (is_new) order_.push_back(&finding);
    }
  }

  void write() {
    json_.begin_object();
    tool();
    json_.begin_array("invocations");
    json_.begin_object();
    json_.member("executionSuccessful", true);
    if (report_.created) json_.member("endTimeUtc", base::format_time(*report_.created));
    notifications();
    json_.end_object();
    json_.end_array();
    json_.begin_object("automationDetails");
    json_.member("id", fmt::format("doorman/{}/", path_to_uri(inventory_.target)));
    json_.end_object();
    json_.begin_object("originalUriBaseIds");
    json_.begin_object(sarif_root_id);
    message("description", "The root folder of " + inventory_.target + ".");
    json_.end_object();
    json_.end_object();
    json_.member("columnKind", "utf16CodeUnits");
    json_.begin_array("results");
    for (const model::Finding& finding : report_.findings) {
      if (finding.package < inventory_.packages.size()) result(finding);
    }
    write_policy_results(json_, report_, order_.size());
    json_.end_array();
    run_properties();
    json_.end_object();
  }

 private:
  void message(std::string_view member, std::string_view text) { write_sarif_message(json_, member, text); }

  void tool() {
    json_.begin_object("tool");
    json_.begin_object("driver");
    json_.member("name", "Doorman");
    json_.member_if("version", report_.tool_version);
    json_.begin_array("rules");
    for (const model::Finding* finding : order_) rule(finding->vulnerability);
    write_policy_rules(json_, report_);
    json_.end_array();
    json_.end_object();
    json_.end_object();
  }

  void rule(const model::Vulnerability& flaw) {
    const std::string title =
        flaw.summary.empty() ? "Known vulnerability " + flaw.id : flaw.id + ": " + flaw.summary;
    json_.begin_object();
    json_.member("id", flaw.id);
    json_.member("name", "KnownVulnerability");
    message("shortDescription", title);
    message("fullDescription", title);
    message("help",
            fmt::format("{}. Severity: {}. See {}", title, model::to_text(flaw.severity), advisory_url(flaw.id)));
    json_.member("helpUri", advisory_url(flaw.id));
    json_.begin_object("defaultConfiguration");
    json_.member("level", level_of(flaw.severity));
    json_.end_object();
    json_.begin_object("properties");
    json_.member("security-severity", score_of(flaw));
    json_.member("severity", model::to_text(flaw.severity));
    json_.member_if("cvss", flaw.cvss);
    if (flaw.known_exploited) json_.member("knownExploited", true);
    if (flaw.epss) json_.member("epss", *flaw.epss);
    list("aliases", flaw.aliases);
    json_.begin_array("tags");
    json_.value("security");
    json_.value("vulnerability");
    json_.end_array();
    json_.end_object();
    json_.end_object();
  }

  void list(std::string_view name, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    json_.begin_array(name);
    for (const std::string& text : texts) json_.value(text);
    json_.end_array();
  }

  void result(const model::Finding& finding) {
    const model::FoundPackage& found = inventory_.packages[finding.package];
    const model::Vulnerability& flaw = finding.vulnerability;
    json_.begin_object();
    json_.member("ruleId", flaw.id);
    json_.member("ruleIndex", rules_.at(flaw.id));
    json_.member("level", level_of(flaw.severity));
    message("message", fmt::format("'{}' {} has {}; {}.", found.package.name, found.package.version, flaw.id,
                                   remedy_of(finding)));
    json_.begin_array("locations");
    location(found);
    json_.end_array();
    json_.begin_object("partialFingerprints");
    json_.member("doorman/v1", fingerprint(finding, found));
    json_.end_object();
    json_.begin_object("properties");
    json_.member_if("purl", found.purl);
    json_.member("fix", model::to_text(finding.fix));
    json_.member_if("fixedVersion", finding.fixed_version);
    json_.member("source", finding.source);
    if (found.layer < inventory_.layers.size()) layer(found.layer);
    json_.end_object();
    json_.end_object();
  }

  void layer(std::uint32_t index) {
    const model::LayerSummary& its = inventory_.layers[index];
    json_.member("layer", index + 1);
    if (its.diff_id) json_.member("layerDiffId", its.diff_id->text());
    json_.member_if("layerCreatedBy", its.created_by);
  }

  /// The package's files are read as a whole, so the line is the first.
  void location(const model::FoundPackage& found) {
    json_.begin_object();
    json_.begin_object("physicalLocation");
    json_.begin_object("artifactLocation");
    json_.member("uri", found.paths.empty() ? path_to_uri(found.package.name) : path_to_uri(found.paths.front()));
    json_.member("uriBaseId", sarif_root_id);
    json_.end_object();
    json_.begin_object("region");
    json_.member("startLine", 1);
    json_.end_object();
    json_.end_object();
    json_.begin_array("logicalLocations");
    json_.begin_object();
    json_.member("name", found.package.name);
    json_.member("fullyQualifiedName", inventory_.target + " " + found.purl);
    json_.member("kind", "package");
    json_.end_object();
    json_.end_array();
    json_.end_object();
  }

  /// The same for the same flaw of the same package in the next build: neither image nor version is in it.
  static std::string fingerprint(const model::Finding& finding, const model::FoundPackage& found) {
    const std::string_view path = found.paths.empty() ? std::string_view() : found.paths.front();
    return base::digest_of(fmt::format("{}\n{}\n{}\n{}\n{}", finding.vulnerability.id,
                                       model::to_text(found.package.type), found.package.name,
                                       found.package.architecture, path))
        .hex();
  }

  void notifications() {
    if (inventory_.notes.empty()) return;
    json_.begin_array("toolExecutionNotifications");
    for (const model::Note& note : inventory_.notes) {
      json_.begin_object();
      json_.member("level", "note");
      message("message", note.place + ": " + note.message);
      json_.end_object();
    }
    json_.end_array();
  }

  void run_properties() {
    json_.begin_object("properties");
    json_.member("target", inventory_.target);
    json_.member("digest", inventory_.subject.digest().text());
    json_.member("verified", inventory_.verified);
    if (report_.database.date) json_.member("databaseDate", base::format_time(*report_.database.date));
    json_.begin_array("databaseSources");
    for (const auto& source : report_.database.sources) json_.value(source.name);
    json_.end_array();
    json_.member("hidden", report_.hidden);
    write_policy_properties(json_, report_);
    json_.end_object();
  }

  JsonWriter& json_;
  const model::Report& report_;
  const model::Inventory& inventory_;
  std::map<std::string_view, std::size_t> rules_;  ///< id to index
  std::vector<const model::Finding*> order_;       ///< the first finding of each rule
};

}  // namespace

base::Result<std::string> to_sarif(std::span<const model::Report> reports, const Options& /*options*/) {
  JsonWriter json;
  json.begin_object();
  json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  json.member("version", "2.1.0");
  json.begin_array("runs");
  for (const model::Report& report : reports) Run(json, report).write();
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace doorman::sink
