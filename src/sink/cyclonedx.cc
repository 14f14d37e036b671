// SPDX-License-Identifier: Apache-2.0
#include "sink/cyclonedx.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/json_writer.h"
#include "base/text.h"
#include "sink/licence.h"
#include "sink/links.h"
#include "sink/packages.h"
#include "sink/spdx_ids.h"
#include "sink/verdict_text.h"

namespace doorman::sink {
namespace {

using base::JsonWriter;

constexpr std::size_t max_version = 1024;  ///< of the schema

/// The document's names for the packages. They are unique, and the same in every document that tells of the
/// same packages.
std::vector<std::string> make_refs(const model::Inventory& inventory) {
  std::vector<std::string> refs;
  std::set<std::string> used;
  std::map<std::string, unsigned> next;  // keeps many equal packages from trying every number again
  for (const model::FoundPackage& found : inventory.packages) {
    const model::Package& package = found.package;
    const std::string wanted =
        found.purl.starts_with("pkg:")
            ? found.purl
            : fmt::format("package:{}:{}@{}", model::to_text(package.type), package.name, package.version);
    std::string ref = wanted;
    while (!used.insert(ref).second)
      ref = fmt::format("{}#{}", wanted, ++next.try_emplace(wanted, 1).first->second);
    refs.push_back(std::move(ref));
  }
  return refs;
}

std::string_view version_of(std::string_view version) {
  if (version.size() <= max_version) return version;
  std::size_t end = max_version;
  while (end > 0 && (static_cast<unsigned char>(version[end]) & 0xc0U) == 0x80U) --end;
  return version.substr(0, end);
}

std::string_view type_of(model::Subject::Kind kind) {
  switch (kind) {
    case model::Subject::Kind::image:
      return "container";
    case model::Subject::Kind::root:
      return "platform";
    case model::Subject::Kind::host:
      return "device";
  }
  return "container";
}

std::string_view method_of(std::string_view vector) {
  if (vector.starts_with("CVSS:4")) return "CVSSv4";
  if (vector.starts_with("CVSS:3.1")) return "CVSSv31";
  if (vector.starts_with("CVSS:3")) return "CVSSv3";
  if (vector.starts_with("AV:")) return "CVSSv2";
  return "other";
}

void property(JsonWriter& json, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  json.begin_object();
  json.member("name", fmt::format("doorman:{}", name));
  json.member("value", value);
  json.end_object();
}

class Document {
 public:
  Document(const model::Report& report, const Options& options)
      : report_(report),
        inventory_(report.inventory),
        all_(options.all),
        refs_(make_refs(report.inventory)),
        told_(told_packages(report.inventory, options.all)) {}

  std::string write() {
    json_.begin_object();
    json_.member("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
    json_.member("bomFormat", "CycloneDX");
    json_.member("specVersion", "1.6");
    json_.member("serialNumber", fmt::format("urn:uuid:{}", nil_uuid));
    json_.member("version", 1);
    metadata();
    components();
    dependencies();
    vulnerabilities();
    json_.end_object();
    return with_own_uuid(json_.take(), nil_uuid);
  }

 private:
  [[nodiscard]] std::string root_ref() const { return "subject:" + inventory_.subject.digest().text(); }
  [[nodiscard]] std::string system_ref() const {
    return fmt::format("system:{}@{}", inventory_.distribution->id, inventory_.distribution->version_id);
  }

  void metadata() {
    json_.begin_object("metadata");
    if (report_.created) json_.member("timestamp", base::format_time(*report_.created));
    json_.begin_object("tools");
    json_.begin_array("components");
    json_.begin_object();
    json_.member("type", "application");
    json_.member("name", "doorman");
    json_.member_if("version", report_.tool_version);
    json_.end_object();
    json_.end_array();
    json_.end_object();
    root_component();
    json_.begin_array("properties");
    if (report_.database.date) property(json_, "database:date", base::format_time(*report_.database.date));
    for (const auto& source : report_.database.sources) property(json_, "database:source", source.name);
    if (report_.hidden != 0) property(json_, "findings:hidden", std::to_string(report_.hidden));
    if (report_.verdict) verdict(*report_.verdict);
    json_.end_array();
    json_.end_object();
  }

  void verdict(const model::Verdict& verdict) {
    property(json_, "verdict", model::to_text(verdict.decision));
    for (const std::string& pack : verdict.packs) property(json_, "verdict:pack", pack);
    for (const model::MatchedRule& rule : verdict.rules) {
      property(json_, "verdict:rule",
               fmt::format("{}: {} ({}), {} matches, {} excepted", model::to_text(rule.action), rule.name,
                           model::to_text(rule.priority), rule.matches, rule.excepted));
    }
    for (const model::RuleMatch& match : verdict.matches) {
      if (match.rule >= verdict.rules.size()) continue;
      property(
          json_, match.exception ? "verdict:excepted" : "verdict:match",
          fmt::format("{}: {}", verdict.rules[match.rule].name, told_message(verdict.rules[match.rule], match)));
    }
    for (const model::ExceptionUse& use : verdict.exceptions) {
      property(json_, "verdict:exception",
               fmt::format("{}: {} ({}): {}", model::to_text(use.state), use.name, use.subject, use.reason));
    }
  }

  void root_component() {
    json_.begin_object("component");
    json_.member("type", type_of(inventory_.subject.kind()));
    json_.member("bom-ref", root_ref());
    json_.member("name", inventory_.target);
    json_.member("version", inventory_.subject.digest().text());
    json_.member_if("purl", oci_purl(inventory_));
    json_.begin_array("properties");
    if (const auto& identity = inventory_.identity) {
      property(json_, "image:config", identity->config.text());
      if (identity->manifest) property(json_, "image:manifest", identity->manifest->text());
      if (identity->index) property(json_, "image:index", identity->index->text());
      for (const std::string& name : identity->names) property(json_, "image:name", name);
    }
    for (const model::LayerSummary& layer : inventory_.layers) property(json_, "image:layer", digest_of(layer));
    property(json_, "verified", inventory_.verified ? "true" : "false");
    json_.end_array();
    json_.end_object();
  }

  static std::string digest_of(const model::LayerSummary& layer) {
    if (layer.diff_id) return layer.diff_id->text();
    return layer.blob ? layer.blob->text() : "";
  }

  void components() {
    json_.begin_array("components");
    if (inventory_.distribution) system_component(*inventory_.distribution);
    for (const std::uint32_t index : told_) package_component(index);
    json_.end_array();
  }

  void system_component(const model::Distribution& distribution) {
    json_.begin_object();
    json_.member("type", "operating-system");
    json_.member("bom-ref", system_ref());
    json_.member("name", distribution.id);
    if (!distribution.version_id.empty()) json_.member("version", version_of(distribution.version_id));
    json_.member_if("description", distribution.pretty_name);
    json_.begin_array("properties");
    property(json_, "support:state", model::to_text(inventory_.support.state));
    property(json_, "support:until", inventory_.support.until);
    json_.end_array();
    json_.end_object();
  }

  void package_component(std::uint32_t index) {
    const model::FoundPackage& found = inventory_.packages[index];
    const model::Package& package = found.package;
    const SplitName name = split_name(package);
    json_.begin_object();
    json_.member("type", package.type == model::PackageType::generic ? "application" : "library");
    json_.member("bom-ref", refs_[index]);
    json_.member_if("group", name.group);
    json_.member("name", name.name);
    json_.member("version", version_of(package.version));
    if (package.development) json_.member("scope", "excluded");
    if (const auto hash = hash_of(inventory_, found)) {
      json_.begin_array("hashes");
      json_.begin_object();
      json_.member("alg", "SHA-256");
      json_.member("content", hash->hex());
      json_.end_object();
      json_.end_array();
    }
    licences(package.licenses);
    if (found.purl.starts_with("pkg:")) json_.member("purl", found.purl);
    occurrences(found);
    package_properties(found);
    json_.end_object();
  }

  void licences(const std::vector<std::string>& texts) {
    std::vector<std::string> named;
    for (const std::string& text : texts) {
      if (!base::trim(text).empty()) named.emplace_back(base::trim(text));
    }
    if (named.empty()) return;
    json_.begin_array("licenses");
    if (named.size() == 1 && spdx_licence(named.front()).empty() && !spdx_expression(named.front()).empty()) {
      json_.begin_object();
      json_.member("expression", spdx_expression(named.front()));
      json_.end_object();
    } else {
      for (const std::string& name : named) licence(name);
    }
    json_.end_array();
  }

  void licence(const std::string& name) {
    const std::string_view id = spdx_licence(name);
    json_.begin_object();
    json_.begin_object("license");
    json_.member(id.empty() ? "name" : "id", id.empty() ? std::string_view(name) : id);
    json_.end_object();
    json_.end_object();
  }

  void occurrences(const model::FoundPackage& found) {
    if (found.paths.empty()) return;
    json_.begin_object("evidence");
    json_.begin_array("occurrences");
    for (const std::string& path : found.paths) {
      json_.begin_object();
      json_.member("location", path);
      json_.end_object();
    }
    json_.end_array();
    json_.end_object();
  }

  void package_properties(const model::FoundPackage& found) {
    const model::Package& package = found.package;
    json_.begin_array("properties");
    property(json_, "evidence", model::to_text(package.evidence));
    property(json_, "architecture", package.architecture);
    property(json_, "source:name", package.source_name);
    property(json_, "source:version", package.source_version);
    if (found.layer < inventory_.layers.size()) {
      property(json_, "layer", digest_of(inventory_.layers[found.layer]));
      property(json_, "layer:created-by", inventory_.layers[found.layer].created_by);
    }
    if (found.owner < refs_.size()) property(json_, "owner", refs_[found.owner]);
    json_.end_array();
  }

  void dependencies() {
    std::set<std::string> roots;
    std::map<std::string, std::set<std::string>> owned;
    if (inventory_.distribution) roots.insert(system_ref());
    for (const std::uint32_t index : told_) {
      if (is_owned(inventory_, index)) owned[refs_[inventory_.packages[index].owner]].insert(refs_[index]);
      else roots.insert(refs_[index]);
    }
    json_.begin_array("dependencies");
    dependency(root_ref(), roots);
    for (const auto& [owner, its] : owned) dependency(owner, its);
    json_.end_array();
  }

  void dependency(const std::string& ref, const std::set<std::string>& needs) {
    json_.begin_object();
    json_.member("ref", ref);
    json_.begin_array("dependsOn");
    for (const std::string& need : needs) json_.value(need);
    json_.end_array();
    json_.end_object();
  }

  void vulnerabilities() {
    std::map<std::string_view, std::vector<const model::Finding*>> by_id;
    std::vector<std::string_view> order;
    for (const model::Finding& finding : report_.findings) {
      if (finding.package >= inventory_.packages.size()) continue;
      auto& list = by_id[finding.vulnerability.id];
      if (list.empty()) order.push_back(finding.vulnerability.id);
      list.push_back(&finding);
    }
    json_.begin_array("vulnerabilities");
    for (const std::string_view id : order) vulnerability(by_id[id]);
    json_.end_array();
  }

  void vulnerability(const std::vector<const model::Finding*>& findings) {
    const model::Vulnerability& flaw = findings.front()->vulnerability;
    json_.begin_object();
    json_.member("bom-ref", "vulnerability:" + flaw.id);
    json_.member("id", flaw.id);
    publisher(flaw.id);
    if (!flaw.aliases.empty()) {
      json_.begin_array("references");
      for (const std::string& alias : flaw.aliases) {
        json_.begin_object();
        json_.member("id", alias);
        publisher(alias);
        json_.end_object();
      }
      json_.end_array();
    }
    ratings(findings);
    json_.member_if("description", flaw.summary);
    if (flaw.published) json_.member("published", base::format_time(*flaw.published));
    if (flaw.modified) json_.member("updated", base::format_time(*flaw.modified));
    affects(findings);
    json_.begin_array("properties");
    if (flaw.known_exploited) property(json_, "known-exploited", "true");
    if (flaw.epss) property(json_, "epss", fmt::format("{}", *flaw.epss));
    json_.end_array();
    json_.end_object();
  }

  void publisher(std::string_view id) {
    json_.begin_object("source");
    json_.member("name", advisory_publisher(id));
    json_.member("url", advisory_url(id));
    json_.end_object();
  }

  void ratings(const std::vector<const model::Finding*>& findings) {
    std::set<std::tuple<std::string_view, std::string_view, std::string_view>> told;
    json_.begin_array("ratings");
    for (const model::Finding* finding : findings) {
      const model::Vulnerability& flaw = finding->vulnerability;
      if (!told.emplace(finding->source, model::to_text(flaw.severity), flaw.cvss).second) continue;
      json_.begin_object();
      json_.begin_object("source");
      json_.member("name", finding->source);
      json_.end_object();
      if (!flaw.cvss.empty()) json_.member("score", flaw.score);
      json_.member("severity", model::to_text(flaw.severity));
      if (!flaw.cvss.empty()) {
        json_.member("method", method_of(flaw.cvss));
        json_.member("vector", flaw.cvss);
      }
      json_.end_object();
    }
    json_.end_array();
  }

  void affects(const std::vector<const model::Finding*>& findings) {
    std::map<std::uint32_t, const model::Finding*> by_package;
    for (const model::Finding* finding : findings) {
      by_package.try_emplace(told_as(inventory_, finding->package, all_), finding);
    }
    json_.begin_array("affects");
    for (const auto& [package, finding] : by_package) {
      json_.begin_object();
      json_.member("ref", refs_[package]);
      json_.begin_array("versions");
      version(inventory_.packages[package].package.version, "affected");
      if (package == finding->package && !finding->fixed_version.empty())
        version(finding->fixed_version, "unaffected");
      json_.end_array();
      json_.end_object();
    }
    json_.end_array();
  }

  void version(std::string_view text, std::string_view status) {
    json_.begin_object();
    json_.member("version", version_of(text));
    json_.member("status", status);
    json_.end_object();
  }

  const model::Report& report_;
  const model::Inventory& inventory_;
  bool all_;
  std::vector<std::string> refs_;
  std::vector<std::uint32_t> told_;
  JsonWriter json_;
};

}  // namespace

base::Result<std::string> to_cyclonedx(std::span<const model::Report> reports, const Options& options) {
  if (reports.size() != 1) {
    return base::Error(base::ErrorCode::usage,
                       fmt::format("a CycloneDX document describes one target, not {}", reports.size()));
  }
  return Document(reports.front(), options).write();
}

}  // namespace doorman::sink
