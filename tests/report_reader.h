// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "model/report.h"

namespace doorman::tests {

/// Reads Doorman's own report form (docs/report-format.md) back into reports, so that the cases of sinks are
/// data. For trusted input: what is malformed throws.
class ReportReader {
 public:
  static std::vector<model::Report> read(std::string_view text) {
    auto document = base::JsonDocument::parse(text);
    if (!document.ok()) throw std::runtime_error(document.error().message());
    std::vector<model::Report> reports;
    for (const Json& json : document->root()["reports"].items()) reports.push_back(report(json));
    return reports;
  }

 private:
  using Json = base::JsonValue;

  static std::string text(const Json& json) { return std::string(json.string_or("")); }
  static bool truth(const Json& json) { return json.boolean().value_or(false); }
  template <typename T>
  static T number(const Json& json, T fallback = 0) {
    return static_cast<T>(json.integer().value_or(static_cast<std::int64_t>(fallback)));
  }
  static std::vector<std::string> texts(const Json& json) {
    std::vector<std::string> all;
    for (const Json& item : json.items()) all.push_back(text(item));
    return all;
  }
  static std::optional<base::Time> time(const Json& json) {
    return json.exists() ? base::parse_time(text(json)) : std::nullopt;
  }
  static std::optional<base::Digest> digest_if(const Json& json) {
    if (!json.exists()) return std::nullopt;
    return digest(json);
  }
  static base::Digest digest(const Json& json) {
    auto parsed = base::Digest::parse(text(json));
    if (!parsed.ok()) throw std::runtime_error(parsed.error().message());
    return *parsed;
  }
  /// The value whose text it is, among the first `count` of an enum.
  template <typename Enum>
  static Enum value(const Json& json, int count) {
    for (int i = 0; i < count; ++i) {
      if (model::to_text(static_cast<Enum>(i)) == text(json)) return static_cast<Enum>(i);
    }
    throw std::runtime_error("no such value: " + text(json));
  }

  static model::Subject subject(const Json& json) {
    const std::string kind = text(json["kind"]);
    if (kind == "root") return model::Subject::root(digest(json["digest"]));
    if (kind == "host") return model::Subject::host(digest(json["digest"]));
    return model::Subject::image(digest(json["digest"]));
  }

  static model::Report report(const Json& json) {
    model::Report report{.inventory = inventory(json),
                         .findings = {},
                         .hidden = 0,
                         .database = {},
                         .created = {},
                         .tool_version = {},
                         .verdict = {}};
    for (const Json& item : json["findings"].items()) report.findings.push_back(finding(report, item));
    report.hidden = number<std::uint64_t>(json["summary"]["hidden"]);
    report.database = database(json["database"]);
    report.created = time(json["created"]);
    report.tool_version = text(json["tool_version"]);
    if (json["verdict"].exists()) report.verdict = verdict(report, json["verdict"]);
    return report;
  }

  static model::Inventory inventory(const Json& json) {
    model::Inventory inventory(subject(json));
    inventory.target = text(json["target"]);
    inventory.verified = truth(json["verified"]);
    if (json["identity"].exists()) inventory.identity = identity(json["identity"]);
    if (json["config"].exists()) inventory.config = config(json["config"]);
    if (const Json its = json["distribution"]; its.exists()) {
      inventory.distribution = {text(its["id"]), text(its["version_id"]), text(its["codename"]),
                                text(its["pretty_name"])};
    }
    inventory.support.state = value<model::Support::State>(json["support"]["state"], 4);
    inventory.support.until = text(json["support"]["until"]);
    for (const Json& item : json["layers"].items()) inventory.layers.push_back(layer(item));
    for (const Json& item : json["packages"].items()) inventory.packages.push_back(package(item));
    for (const Json& item : json["programs"].items()) inventory.programs.push_back(program(item));
    inventory.secrets_sought = json["secrets"].exists();
    for (const Json& item : json["secrets"].items()) inventory.secrets.push_back(secret(item));
    for (const Json& item : json["notable"].items()) inventory.notable.push_back(notable(item));
    for (const Json& item : json["notes"].items()) {
      inventory.notes.push_back({text(item["place"]), text(item["message"])});
    }
    return inventory;
  }

  static model::ImageIdentity identity(const Json& json) {
    return {digest(json["config"]), digest_if(json["manifest"]), digest_if(json["index"]), texts(json["names"])};
  }

  static model::ImageConfig config(const Json& json) {
    model::ImageConfig config;
    config.platform = {text(json["os"]), text(json["architecture"]), text(json["variant"])};
    config.created = time(json["created"]);
    config.author = text(json["author"]);
    config.user = text(json["user"]);
    config.env = texts(json["env"]);
    config.exposed_ports = texts(json["exposed_ports"]);
    config.entrypoint = texts(json["entrypoint"]);
    config.cmd = texts(json["cmd"]);
    config.volumes = texts(json["volumes"]);
    config.working_dir = text(json["working_dir"]);
    config.stop_signal = text(json["stop_signal"]);
    config.health_check = truth(json["health_check"]);
    for (const auto& [name, label] : json["labels"].members()) config.labels.emplace_back(name, text(label));
    for (const Json& item : json["history"].items()) {
      config.history.push_back(
          {text(item["created_by"]), text(item["comment"]), time(item["created"]), truth(item["empty_layer"])});
    }
    return config;
  }

  static model::LayerSummary layer(const Json& json) {
    return {digest_if(json["blob"]),
            digest_if(json["diff_id"]),
            number<std::uint64_t>(json["stored_bytes"]),
            number<std::uint64_t>(json["plain_bytes"]),
            number<std::uint64_t>(json["entries"]),
            text(json["created_by"])};
  }

  static model::FoundPackage package(const Json& json) {
    model::FoundPackage found;
    model::Package& package = found.package;
    package.type = value<model::PackageType>(json["type"], 12);
    package.name = text(json["name"]);
    package.version = text(json["version"]);
    package.architecture = text(json["architecture"]);
    package.source_name = text(json["source_name"]);
    package.source_version = text(json["source_version"]);
    package.licenses = texts(json["licenses"]);
    package.evidence = value<model::Evidence>(json["evidence"], 3);
    package.development = truth(json["development"]);
    package.inner_path = text(json["inner_path"]);
    found.purl = text(json["purl"]);
    found.paths = texts(json["paths"]);
    found.layer = number(json["layer"], model::FoundPackage::none);
    found.owner = number(json["owner"], model::FoundPackage::none);
    if (json["needed"].exists()) found.needed = truth(json["needed"]);
    return found;
  }

  static std::uint32_t mode(const Json& json) {
    return json.exists() ? static_cast<std::uint32_t>(std::stoul(text(json), nullptr, 8)) : 0;
  }

  static model::FoundSecret secret(const Json& json) {
    model::FoundSecret found;
    model::Secret& secret = found.secret;
    secret.where = value<model::Secret::Where>(json["where"], 4);
    secret.path = text(json["path"]);
    secret.name = text(json["name"]);
    secret.line = number<std::uint32_t>(json["line"]);
    secret.rule = text(json["rule"]);
    secret.title = text(json["title"]);
    secret.severity = value<model::Severity>(json["severity"], 6);
    secret.masked = text(json["masked"]);
    secret.fingerprint = text(json["fingerprint"]);
    secret.checked = truth(json["checked"]);
    found.deleted = truth(json["deleted"]);
    found.layer = number(json["layer"], model::FoundPackage::none);
    found.owner = number(json["owner"], model::FoundPackage::none);
    return found;
  }

  static model::FoundNotable notable(const Json& json) {
    model::FoundNotable found;
    found.file.reason = value<model::NotableFile::Reason>(json["reason"], 15);
    found.file.path = text(json["path"]);
    found.file.detail = text(json["detail"]);
    found.file.mode = mode(json["mode"]);
    found.file.uid = number<std::uint32_t>(json["uid"]);
    found.file.gid = number<std::uint32_t>(json["gid"]);
    found.file.size = number<std::uint64_t>(json["size"]);
    found.file.files = number<std::uint64_t>(json["files"]);
    found.layer = number(json["layer"], model::FoundPackage::none);
    found.owner = number(json["owner"], model::FoundPackage::none);
    return found;
  }

  static model::FoundProgram program(const Json& json) {
    using Kind = model::ProgramFile::Kind;
    const std::string kind = text(json["kind"]);
    auto sha256 = base::Digest::parse("sha256:" + text(json["sha256"]));
    if (!sha256.ok()) throw std::runtime_error(sha256.error().message());
    return {{text(json["path"]),
             kind == "elf"      ? Kind::elf
             : kind == "script" ? Kind::script
                                : Kind::other,
             mode(json["mode"]), number<std::uint32_t>(json["uid"]), number<std::uint32_t>(json["gid"]),
             number<std::uint64_t>(json["size"]), *sha256},
            number(json["layer"], model::FoundPackage::none),
            number(json["owner"], model::FoundPackage::none)};
  }

  static model::Finding finding(const model::Report& report, const Json& json) {
    model::Vulnerability flaw;
    flaw.id = text(json["id"]);
    flaw.aliases = texts(json["aliases"]);
    flaw.severity = value<model::Severity>(json["severity"], 6);
    flaw.cvss = text(json["cvss"]);
    flaw.score = json["score"].real().value_or(0);
    flaw.epss = json["epss"].real();
    flaw.known_exploited = truth(json["known_exploited"]);
    flaw.published = time(json["published"]);
    flaw.modified = time(json["modified"]);
    flaw.summary = text(json["summary"]);
    model::Finding finding(report.inventory.subject, number<std::uint32_t>(json["package"]), std::move(flaw));
    finding.fix = value<model::FixState>(json["fix"], 4);
    finding.fixed_version = text(json["fixed_version"]);
    finding.upgrade_to = text(json["upgrade_to"]);
    finding.source = text(json["source"]);
    return finding;
  }

  static model::Verdict verdict(const model::Report& report, const Json& json) {
    model::Verdict verdict;
    verdict.decision = value<model::Decision>(json["decision"], 3);
    verdict.asked = number<std::uint64_t>(json["asked"]);
    verdict.packs = texts(json["packs"]);
    for (const Json& item : json["rules"].items()) verdict.rules.push_back(rule(item));
    for (const Json& item : json["matches"].items()) verdict.matches.push_back(match(report, item));
    for (const Json& item : json["exceptions"].items()) verdict.exceptions.push_back(exception(item));
    return verdict;
  }

  static model::MatchedRule rule(const Json& json) {
    return {.name = text(json["name"]),
            .source = value<model::EventSource>(json["source"], model::event_source_count),
            .priority = value<model::Priority>(json["priority"], 8),
            .action = value<model::Action>(json["action"], 4),
            .description = text(json["description"]),
            .remediation = text(json["remediation"]),
            .reference = text(json["reference"]),
            .tags = texts(json["tags"]),
            .matches = number<std::uint64_t>(json["matches"]),
            .excepted = number<std::uint64_t>(json["excepted"]),
            .hidden = number<std::uint64_t>(json["hidden"])};
  }

  static model::RuleMatch match(const model::Report& report, const Json& json) {
    model::RuleMatch match(report.inventory.subject, number<std::uint32_t>(json["rule"]));
    match.what = text(json["what"]);
    match.message = text(json["message"]);
    match.path = text(json["path"]);
    match.line = number<std::uint32_t>(json["line"]);
    match.layer = number(json["layer"], model::RuleMatch::none);
    match.package = number(json["package"], model::RuleMatch::none);
    if (json["exception"].exists()) match.exception = number<std::uint32_t>(json["exception"]);
    return match;
  }

  static model::ExceptionUse exception(const Json& json) {
    model::ExceptionUse use;
    use.name = text(json["name"]);
    use.state = value<model::ExceptionUse::State>(json["state"], 3);
    use.rule = text(json["rule"]);
    use.subject = text(json["subject"]);
    use.reason = text(json["reason"]);
    if (const auto day = time(json["expires"])) use.last_day = std::chrono::floor<std::chrono::days>(*day);
    use.matches = number<std::uint64_t>(json["matches"]);
    return use;
  }

  static model::DatabaseInfo database(const Json& json) {
    model::DatabaseInfo database;
    database.date = time(json["date"]);
    database.built_in = truth(json["built_in"]);
    for (const Json& item : json["sources"].items()) {
      database.sources.push_back({text(item["name"]), text(item["licence"]), number<std::uint64_t>(item["records"]),
                                  time(item["newest"])});
    }
    return database;
  }
};

}  // namespace doorman::tests
