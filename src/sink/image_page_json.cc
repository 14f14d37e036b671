// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "base/json_writer.h"
#include "base/text.h"
#include "sink/alert.h"
#include "sink/container_parts.h"
#include "sink/host_images.h"
#include "sink/image_page.h"
#include "sink/json_verdict.h"

namespace doorman::sink {
namespace {

using model::ImagePage;

void write_use(base::JsonWriter& json, const model::PackageInUse& use) {
  json.member("path", base::printable(use.path));
  json.member("how", model::to_text(use.use.how));
  if (use.use.first != 0) json.member("first", nanosecond_time(use.use.first));
  json.member_if("container", base::printable(use.use.container));
}

void write_scan(base::JsonWriter& json, const ImagePage& page) {
  const model::Inventory& inventory = page.scan->inventory;
  json.begin_object("scan");
  json.member("target", base::printable(inventory.target));
  if (inventory.distribution) {
    json.begin_object("distribution");
    json.member_if("id", base::printable(inventory.distribution->id));
    json.member_if("version_id", base::printable(inventory.distribution->version_id));
    json.member_if("codename", base::printable(inventory.distribution->codename));
    json.member_if("pretty_name", base::printable(inventory.distribution->pretty_name));
    json.end_object();
  }
  json.begin_object("support");
  json.member("state", model::to_text(inventory.support.state));
  json.member_if("until", inventory.support.until);
  json.end_object();
  json.member("layers", inventory.layers.size());
  json.member("packages", inventory.packages.size());
  json.member("programs", inventory.programs.size());
  json.member("secrets", inventory.secrets.size());
  json.member("runs_as_root", inventory.config && inventory.config->starts_as_root());
  if (page.scan->database.date) json.member("database", base::format_time(*page.scan->database.date));
  if (page.verdict_database) json.member("verdict_database", base::format_time(*page.verdict_database));
  if (page.scan->verdict) write_verdict(json, *page.scan->verdict);
  json.end_object();
}

void write_findings(base::JsonWriter& json, const ImagePage& page) {
  json.begin_array("findings");
  for (const model::Finding& finding : page.scan->findings) {
    const model::FoundPackage& package = page.scan->inventory.packages[finding.package];
    const model::Vulnerability& flaw = finding.vulnerability;
    json.begin_object();
    json.member("id", base::printable(flaw.id));
    json.member("severity", model::to_text(flaw.severity));
    if (!flaw.cvss.empty()) json.member("score", flaw.score);
    if (flaw.epss) json.member("epss", *flaw.epss);
    json.member("known_exploited", flaw.known_exploited);
    json.member("purl", base::printable(package.purl));
    json.member("fix", model::to_text(finding.fix));
    json.member_if("fixed_version", base::printable(finding.fixed_version));
    json.member_if("upgrade_to", base::printable(finding.upgrade_to));
    if (const model::PackageInUse* use = page.use_of(finding.package)) {
      json.begin_object("in_use");
      write_use(json, *use);
      json.end_object();
    }
    json.end_object();
  }
  json.end_array();
  json.begin_array("in_use");
  for (const model::PackageInUse& each : page.in_use) {
    json.begin_object();
    json.member("purl", base::printable(page.scan->inventory.packages[each.package].purl));
    write_use(json, each);
    json.end_object();
  }
  json.end_array();
}

void write_life(base::JsonWriter& json, const ImagePage& page) {
  json.begin_array("engine_containers");
  for (const model::LocalContainer& each : page.containers) {
    json.begin_object();
    json.member("id", base::printable(each.id));
    json.member_if("name", base::printable(each.name));
    json.member_if("engine", base::printable(each.engine));
    json.member_if("image", base::printable(each.image));
    json.member("running", each.running);
    json.end_object();
  }
  json.end_array();
  if (page.as_of != 0) json.member("as_of", nanosecond_time(page.as_of));
  json.begin_array("containers");
  for (const model::ContainerHistory* history : page.histories) write_container(json, *history, true);
  json.end_array();
  json.begin_array("programs");
  for (const model::ProgramSeen& each : page.programs) {
    json.begin_object();
    json.member("path", base::printable(each.path));
    json.member("count", each.count);
    json.member("first", nanosecond_time(each.first));
    json.member("last", nanosecond_time(each.last));
    json.member_if("package", base::printable(each.package));
    json.end_object();
  }
  json.end_array();
}

void write_admissions(base::JsonWriter& json, const ImagePage& page) {
  json.begin_array("admissions");
  for (const model::AdmissionTold& each : page.admissions) {
    json.begin_object();
    json.member("time", base::format_time(each.time));
    json.member("verdict", model::to_text(each.decision));
    if (each.broken_glass) json.member("break_glass", true);
    json.member_if("container", base::printable(each.container));
    json.member_if("problem", base::printable(each.problem));
    json.begin_array("rules");
    for (const auto& rule : each.rules) {
      json.begin_object();
      json.member("rule", base::printable(rule.name));
      json.member("refuses", rule.refuses);
      json.member("output", base::printable(rule.output));
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
}

void write_times(base::JsonWriter& json, const model::SeenTimes& times) {
  json.member("count", times.count);
  json.member("first", nanosecond_time(times.first));
  json.member("last", nanosecond_time(times.last));
}

void write_past_scans(base::JsonWriter& json, const model::ImagePast& past) {
  json.begin_array("scans");
  for (const model::PastScan& each : past.scans) {
    json.begin_object();
    json.member("first", nanosecond_time(each.first));
    json.member("last", nanosecond_time(each.last));
    if (each.database) json.member("database", base::format_time(*each.database));
    write_counts(json, "flaws", each.flaws);
    json.end_object();
  }
  json.end_array();
}

/// What stands nowhere else on the page.
void write_past(base::JsonWriter& json, const model::ImagePast& past) {
  json.begin_object("past");
  json.member("first", nanosecond_time(past.first));
  json.member("last", nanosecond_time(past.last));
  json.begin_array("names");
  for (const std::string& name : past.names) json.value(base::printable(name));
  json.end_array();
  write_past_scans(json, past);
  json.begin_array("verdicts");
  for (const model::PastVerdict& each : past.verdicts) {
    json.begin_object();
    json.member("door", model::to_text(each.door));
    json.member("rule", base::printable(each.rule));
    json.member("refused", each.refused);
    write_times(json, each.times);
    json.end_object();
  }
  json.end_array();
  json.begin_array("programs");
  for (const model::PastProgram& each : past.programs) {
    json.begin_object();
    json.member("path", base::printable(each.path));
    json.member_if("sha256", base::printable(each.sha256));
    json.member("first", nanosecond_time(each.times.first));
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

std::string image_page_json(const ImagePage& page) {
  base::JsonWriter json;
  json.begin_object();
  json.member("schema_version", 1);
  json.member("asked", base::printable(page.asked));
  json.member("knows_running", page.knows_running);
  json.begin_object("image");
  write_overview(json, page.image);
  json.end_object();
  if (page.scan) {
    write_scan(json, page);
    write_findings(json, page);
  }
  write_life(json, page);
  write_admissions(json, page);
  if (page.past) write_past(json, *page.past);
  json.begin_array("unknown");
  for (const std::string& text : page.unknown) json.value(base::printable(text));
  json.end_array();
  json.end_object();
  return json.take();
}

}  // namespace doorman::sink
