// SPDX-License-Identifier: Apache-2.0
#include "sink/json.h"

#include <fmt/format.h>

#include <string_view>

#include "base/json_writer.h"
#include "sink/json_verdict.h"
#include "sink/summary.h"

namespace doorman::sink {
namespace {

using base::JsonWriter;

constexpr int schema_version = 1;

std::string_view name_of(model::Subject::Kind kind) {
  switch (kind) {
    case model::Subject::Kind::image:
      return "image";
    case model::Subject::Kind::root:
      return "root";
    case model::Subject::Kind::host:
      return "host";
  }
  return "image";
}

std::string_view name_of(model::ProgramFile::Kind kind) {
  switch (kind) {
    case model::ProgramFile::Kind::elf:
      return "elf";
    case model::ProgramFile::Kind::script:
      return "script";
    case model::ProgramFile::Kind::other:
      return "other";
  }
  return "other";
}

void list_if(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json.begin_array(name);
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void digest_if(JsonWriter& json, std::string_view name, const std::optional<base::Digest>& digest) {
  if (digest) json.member(name, digest->text());
}

void time_if(JsonWriter& json, std::string_view name, const std::optional<base::Time>& time) {
  if (time) json.member(name, base::format_time(*time));
}

void index_if(JsonWriter& json, std::string_view name, std::uint32_t index) {
  if (index != model::FoundPackage::none) json.member(name, index);
}

void write_identity(JsonWriter& json, const model::ImageIdentity& identity) {
  json.begin_object("identity");
  json.member("config", identity.config.text());
  digest_if(json, "manifest", identity.manifest);
  digest_if(json, "index", identity.index);
  list_if(json, "names", identity.names);
  json.end_object();
}

void write_distribution(JsonWriter& json, const model::Inventory& inventory) {
  if (inventory.distribution) {
    json.begin_object("distribution");
    json.member("id", inventory.distribution->id);
    json.member_if("version_id", inventory.distribution->version_id);
    json.member_if("codename", inventory.distribution->codename);
    json.member_if("pretty_name", inventory.distribution->pretty_name);
    json.end_object();
  }
  json.begin_object("support");
  json.member("state", model::to_text(inventory.support.state));
  json.member_if("until", inventory.support.until);
  json.end_object();
}

void write_history(JsonWriter& json, const std::vector<model::BuildStep>& history) {
  if (history.empty()) return;
  json.begin_array("history");
  for (const model::BuildStep& step : history) {
    json.begin_object();
    json.member_if("created_by", step.created_by);
    json.member_if("comment", step.comment);
    time_if(json, "created", step.created);
    json.member("empty_layer", step.empty_layer);
    json.end_object();
  }
  json.end_array();
}

void write_config(JsonWriter& json, const model::ImageConfig& config) {
  json.begin_object("config");
  json.member_if("os", config.platform.os);
  json.member_if("architecture", config.platform.architecture);
  json.member_if("variant", config.platform.variant);
  time_if(json, "created", config.created);
  json.member_if("author", config.author);
  json.member_if("user", config.user);
  list_if(json, "env", config.env);
  list_if(json, "exposed_ports", config.exposed_ports);
  list_if(json, "entrypoint", config.entrypoint);
  list_if(json, "cmd", config.cmd);
  list_if(json, "volumes", config.volumes);
  json.member_if("working_dir", config.working_dir);
  json.member_if("stop_signal", config.stop_signal);
  if (config.health_check) json.member("health_check", true);
  if (!config.labels.empty()) {
    json.begin_object("labels");
    for (const auto& [name, value] : config.labels) json.member(name, value);
    json.end_object();
  }
  write_history(json, config.history);
  json.end_object();
}

void write_layers(JsonWriter& json, const std::vector<model::LayerSummary>& layers) {
  json.begin_array("layers");
  for (const model::LayerSummary& layer : layers) {
    json.begin_object();
    digest_if(json, "blob", layer.blob);
    digest_if(json, "diff_id", layer.diff_id);
    json.member("stored_bytes", layer.stored_bytes);
    json.member("plain_bytes", layer.plain_bytes);
    json.member("entries", layer.entries);
    json.member_if("created_by", layer.created_by);
    json.end_object();
  }
  json.end_array();
}

void write_packages(JsonWriter& json, const std::vector<model::FoundPackage>& packages) {
  json.begin_array("packages");
  for (const model::FoundPackage& found : packages) {
    const model::Package& package = found.package;
    json.begin_object();
    json.member("purl", found.purl);
    json.member("type", model::to_text(package.type));
    json.member("name", package.name);
    json.member("version", package.version);
    json.member_if("architecture", package.architecture);
    json.member_if("source_name", package.source_name);
    json.member_if("source_version", package.source_version);
    list_if(json, "licenses", package.licenses);
    json.member("evidence", model::to_text(package.evidence));
    if (package.development) json.member("development", true);
    list_if(json, "paths", found.paths);
    json.member_if("inner_path", package.inner_path);
    index_if(json, "layer", found.layer);
    index_if(json, "owner", found.owner);
    if (found.needed) json.member("needed", *found.needed);
    json.end_object();
  }
  json.end_array();
}

void write_programs(JsonWriter& json, const std::vector<model::FoundProgram>& programs) {
  json.begin_array("programs");
  for (const model::FoundProgram& program : programs) {
    json.begin_object();
    json.member("path", program.file.path);
    json.member("kind", name_of(program.file.kind));
    json.member("mode", fmt::format("{:04o}", program.file.mode));
    if (program.file.set_uid()) json.member("set_uid", true);
    if (program.file.set_gid()) json.member("set_gid", true);
    json.member("uid", program.file.uid);
    json.member("gid", program.file.gid);
    json.member("size", program.file.size);
    json.member("sha256", program.file.sha256.hex());
    index_if(json, "layer", program.layer);
    index_if(json, "owner", program.owner);
    json.end_object();
  }
  json.end_array();
}

void write_secrets(JsonWriter& json, const model::Inventory& inventory) {
  if (!inventory.secrets_sought && inventory.secrets.empty()) return;
  json.begin_array("secrets");
  for (const model::FoundSecret& found : inventory.secrets) {
    const model::Secret& secret = found.secret;
    json.begin_object();
    json.member("rule", secret.rule);
    json.member("title", secret.title);
    json.member("severity", model::to_text(secret.severity));
    json.member("where", model::to_text(secret.where));
    json.member_if("path", secret.path);
    json.member_if("name", secret.name);
    if (secret.line != 0) json.member("line", secret.line);
    json.member_if("masked", secret.masked);
    json.member_if("fingerprint", secret.fingerprint);
    json.member("checked", secret.checked);
    json.member("deleted", found.deleted);
    index_if(json, "layer", found.layer);
    index_if(json, "owner", found.owner);
    json.end_object();
  }
  json.end_array();
}

void write_notable(JsonWriter& json, const std::vector<model::FoundNotable>& notable) {
  if (notable.empty()) return;
  json.begin_array("notable");
  for (const model::FoundNotable& found : notable) {
    json.begin_object();
    json.member("path", found.file.path);
    json.member("reason", model::to_text(found.file.reason));
    json.member_if("detail", found.file.detail);
    if (found.file.mode != 0) json.member("mode", fmt::format("{:04o}", found.file.mode));
    json.member("uid", found.file.uid);
    json.member("gid", found.file.gid);
    json.member("size", found.file.size);
    json.member("files", found.file.files);
    index_if(json, "layer", found.layer);
    index_if(json, "owner", found.owner);
    json.end_object();
  }
  json.end_array();
}

void write_finding(JsonWriter& json, const model::Report& report, const model::Finding& finding) {
  const model::Vulnerability& flaw = finding.vulnerability;
  json.begin_object();
  json.member("id", flaw.id);
  list_if(json, "aliases", flaw.aliases);
  json.member("severity", model::to_text(flaw.severity));
  if (!flaw.cvss.empty()) {
    json.member("cvss", flaw.cvss);
    json.member("score", flaw.score);
  }
  if (flaw.epss) json.member("epss", *flaw.epss);
  json.member("known_exploited", flaw.known_exploited);
  time_if(json, "published", flaw.published);
  time_if(json, "modified", flaw.modified);
  json.member_if("summary", flaw.summary);
  json.member("package", finding.package);
  if (finding.package < report.inventory.packages.size()) {
    json.member("purl", report.inventory.packages[finding.package].purl);
  }
  json.member("fix", model::to_text(finding.fix));
  json.member_if("fixed_version", finding.fixed_version);
  json.member_if("upgrade_to", finding.upgrade_to);
  json.member("source", finding.source);
  json.end_object();
}

void write_summary(JsonWriter& json, const model::Report& report) {
  const Counts counts = count(group_findings(report));
  json.begin_object("summary");
  json.member("total", counts.total);
  json.member("fixable", counts.fixable);
  json.member("hidden", report.hidden);
  for (const auto severity : {model::Severity::critical, model::Severity::high, model::Severity::medium,
                              model::Severity::low, model::Severity::none, model::Severity::unknown}) {
    json.member(model::to_text(severity), counts.of(severity));
  }
  json.end_object();
}

void write_database(JsonWriter& json, const model::DatabaseInfo& database) {
  json.begin_object("database");
  time_if(json, "date", database.date);
  json.member("built_in", database.built_in);
  json.begin_array("sources");
  for (const model::DatabaseInfo::Source& source : database.sources) {
    json.begin_object();
    json.member("name", source.name);
    json.member_if("licence", source.licence);
    json.member("records", source.records);
    time_if(json, "newest", source.newest);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_report(JsonWriter& json, const model::Report& report) {
  const model::Inventory& inventory = report.inventory;
  json.begin_object();
  json.member("target", inventory.target);
  json.member("kind", name_of(inventory.subject.kind()));
  json.member("digest", inventory.subject.digest().text());
  json.member("verified", inventory.verified);
  time_if(json, "created", report.created);
  json.member("tool_version", report.tool_version);
  write_database(json, report.database);
  write_summary(json, report);
  if (report.verdict) write_verdict(json, *report.verdict);
  if (inventory.identity) write_identity(json, *inventory.identity);
  write_distribution(json, inventory);
  if (inventory.config) write_config(json, *inventory.config);
  write_layers(json, inventory.layers);
  json.begin_array("findings");
  for (const model::Finding& finding : report.findings) write_finding(json, report, finding);
  json.end_array();
  write_packages(json, inventory.packages);
  write_programs(json, inventory.programs);
  write_secrets(json, inventory);
  write_notable(json, inventory.notable);
  json.begin_array("notes");
  for (const model::Note& note : inventory.notes) {
    json.begin_object();
    json.member("place", note.place);
    json.member("message", note.message);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace

base::Status write_json(std::span<const model::Report> reports, const Options& /*options*/, const Out& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("schema_version", schema_version);
  json.begin_array("reports");
  for (const model::Report& report : reports) write_report(json, report);
  json.end_array();
  json.end_object();
  return json.finish();
}

}  // namespace doorman::sink
