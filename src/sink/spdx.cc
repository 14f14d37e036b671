// SPDX-License-Identifier: Apache-2.0
#include "sink/spdx.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/text.h"
#include "sink/licence.h"
#include "sink/links.h"
#include "sink/packages.h"
#include "sink/verdict_text.h"

namespace doorman::sink {
namespace {

using base::JsonWriter;

constexpr std::string_view unknown = "NOASSERTION";
constexpr std::string_view document_id = "SPDXRef-DOCUMENT";
constexpr std::string_view subject_id = "SPDXRef-Subject";
constexpr std::string_view system_id = "SPDXRef-OperatingSystem";

/// The characters that an SPDX identifier may have; others become a hyphen.
std::string id_part(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string part;
  for (const char c : text.substr(0, longest)) {
    part.push_back(base::is_alpha(c) || base::is_digit(c) || c == '.' ? c : '-');
  }
  return part;
}

/// Readable, and the same for the same package whatever else the document holds.
std::vector<std::string> make_ids(const model::Inventory& inventory) {
  std::vector<std::string> ids;
  std::map<std::string, unsigned> used;
  for (const model::FoundPackage& found : inventory.packages) {
    std::string whole = found.purl + '\n' + found.package.name + '\n' + found.package.version;
    for (const std::string& path : found.paths) whole += '\n' + path;
    const std::string id = fmt::format("SPDXRef-Package-{}-{}-{}", model::to_text(found.package.type),
                                       id_part(found.package.name), base::digest_of(whole).brief());
    const unsigned before = used[id]++;
    ids.push_back(before == 0 ? id : fmt::format("{}-{}", id, before + 1));
  }
  return ids;
}

std::string_view purpose_of(model::Subject::Kind kind) {
  switch (kind) {
    case model::Subject::Kind::image:
      return "CONTAINER";
    case model::Subject::Kind::root:
      return "OTHER";
    case model::Subject::Kind::host:
      return "DEVICE";
  }
  return "CONTAINER";
}

class Document {
 public:
  Document(const model::Report& report, const Options& options)
      : report_(report),
        inventory_(report.inventory),
        ids_(make_ids(report.inventory)),
        told_(told_packages(report.inventory, options.all)) {
    for (const model::Finding& finding : report.findings) {
      if (finding.package >= ids_.size()) continue;
      flaws_[told_as(inventory_, finding.package, options.all)].insert(finding.vulnerability.id);
    }
  }

  std::string write() {
    json_.begin_object();
    json_.member("spdxVersion", "SPDX-2.3");
    json_.member("dataLicense", "CC0-1.0");
    json_.member("SPDXID", document_id);
    // A urn, since nobody promises that a document can be fetched by its name.
    json_.member("documentNamespace", fmt::format("urn:uuid:{}", nil_uuid));
    json_.member("name", inventory_.target.empty() ? inventory_.subject.digest().text() : inventory_.target);
    creation_info();
    json_.begin_array("packages");
    subject_package();
    if (inventory_.distribution) system_package(*inventory_.distribution);
    for (const std::uint32_t index : told_) package(index);
    json_.end_array();
    relationships();
    json_.end_object();
    return with_own_uuid(json_.take(), nil_uuid);
  }

 private:
  [[nodiscard]] std::string tool() const {
    return report_.tool_version.empty() ? "Tool: doorman" : fmt::format("Tool: doorman-{}", report_.tool_version);
  }

  [[nodiscard]] std::string date() const { return base::format_time(report_.created.value_or(base::Time())); }

  void creation_info() {
    json_.begin_object("creationInfo");
    json_.member("created", date());
    json_.begin_array("creators");
    json_.value(tool());
    json_.end_array();
    if (!report_.created)
      json_.member("comment", "The date is not known: no SOURCE_DATE_EPOCH, and none in the image.");
    json_.end_object();
  }

  void open_package(std::string_view id, std::string_view name, std::string_view version) {
    json_.begin_object();
    json_.member("SPDXID", id);
    json_.member("name", name);
    json_.member_if("versionInfo", version);
    json_.member("downloadLocation", unknown);
    json_.member("filesAnalyzed", false);
    json_.member("copyrightText", unknown);
    json_.member("licenseConcluded", unknown);
  }

  void subject_package() {
    const base::Digest& digest = inventory_.subject.digest();
    open_package(subject_id, inventory_.target.empty() ? digest.text() : inventory_.target, digest.text());
    json_.member("licenseDeclared", unknown);
    json_.member("primaryPackagePurpose", purpose_of(inventory_.subject.kind()));
    if (inventory_.identity && inventory_.identity->manifest) checksum(*inventory_.identity->manifest);
    json_.begin_array("externalRefs");
    reference("PACKAGE-MANAGER", "purl", oci_purl(inventory_));
    json_.end_array();
    if (report_.verdict) verdict(*report_.verdict);
    json_.end_object();
  }

  /// Of the subject: SPDX has no form of its own for what somebody thinks of a package.
  void verdict(const model::Verdict& verdict) {
    json_.begin_array("annotations");
    annotation(fmt::format("Verdict: {}", model::to_text(verdict.decision)));
    for (const model::RuleMatch& match : verdict.matches) {
      if (match.rule >= verdict.rules.size()) continue;
      const model::MatchedRule& rule = verdict.rules[match.rule];
      annotation(fmt::format("{}: {}: {}", match.exception ? "excepted" : model::to_text(rule.action), rule.name,
                             told_message(rule, match)));
    }
    for (const model::MatchedRule& rule : verdict.rules) {
      if (rule.hidden != 0) annotation(fmt::format("{}: {} more", rule.name, rule.hidden));
    }
    for (const model::ExceptionUse& use : verdict.exceptions) {
      annotation(
          fmt::format("Exception {}: {} ({}): {}", model::to_text(use.state), use.name, use.subject, use.reason));
    }
    json_.end_array();
  }

  void annotation(std::string_view comment) {
    json_.begin_object();
    json_.member("annotationDate", date());
    json_.member("annotationType", "REVIEW");
    json_.member("annotator", tool());
    json_.member("comment", comment);
    json_.end_object();
  }

  void system_package(const model::Distribution& distribution) {
    open_package(system_id, distribution.id, distribution.version_id);
    json_.member("licenseDeclared", unknown);
    json_.member("primaryPackagePurpose", "OPERATING_SYSTEM");
    json_.member_if("summary", distribution.pretty_name);
    json_.end_object();
  }

  void package(std::uint32_t index) {
    const model::FoundPackage& found = inventory_.packages[index];
    const model::Package& package = found.package;
    const std::string declared = spdx_conjunction(package.licenses);
    open_package(ids_[index], package.name, package.version);
    json_.member("licenseDeclared", declared.empty() ? unknown : std::string_view(declared));
    if (declared.empty() && !package.licenses.empty()) {
      json_.member("licenseComments", "The package says: " + base::join(package.licenses, "; "));
    }
    json_.member("primaryPackagePurpose", package.type == model::PackageType::generic ? "APPLICATION" : "LIBRARY");
    if (const auto hash = hash_of(inventory_, found)) checksum(*hash);
    if (!found.paths.empty()) json_.member("sourceInfo", "found in " + base::join(found.paths, ", "));
    json_.begin_array("externalRefs");
    reference("PACKAGE-MANAGER", "purl", found.purl);
    if (const auto flaws = flaws_.find(index); flaws != flaws_.end()) {
      for (const std::string_view id : flaws->second) reference("SECURITY", "advisory", advisory_url(id));
    }
    json_.end_array();
    json_.end_object();
  }

  void checksum(const base::Digest& digest) {
    json_.begin_array("checksums");
    json_.begin_object();
    json_.member("algorithm", digest.algorithm() == base::DigestAlgorithm::sha256 ? "SHA256" : "SHA512");
    json_.member("checksumValue", digest.hex());
    json_.end_object();
    json_.end_array();
  }

  void reference(std::string_view category, std::string_view type, std::string_view locator) {
    if (locator.empty()) return;
    json_.begin_object();
    json_.member("referenceCategory", category);
    json_.member("referenceType", type);
    json_.member("referenceLocator", locator);
    json_.end_object();
  }

  void relationships() {
    json_.begin_array("relationships");
    relationship(document_id, "DESCRIBES", subject_id);
    if (inventory_.distribution) relationship(subject_id, "CONTAINS", system_id);
    for (const std::uint32_t index : told_) {
      const bool owned = is_owned(inventory_, index);
      relationship(owned ? std::string_view(ids_[inventory_.packages[index].owner]) : subject_id, "CONTAINS",
                   ids_[index]);
    }
    json_.end_array();
  }

  void relationship(std::string_view from, std::string_view type, std::string_view to) {
    json_.begin_object();
    json_.member("spdxElementId", from);
    json_.member("relationshipType", type);
    json_.member("relatedSpdxElement", to);
    json_.end_object();
  }

  const model::Report& report_;
  const model::Inventory& inventory_;
  std::vector<std::string> ids_;
  std::vector<std::uint32_t> told_;
  std::map<std::uint32_t, std::set<std::string_view>> flaws_;
  JsonWriter json_;
};

}  // namespace

base::Result<std::string> to_spdx(std::span<const model::Report> reports, const Options& options) {
  if (reports.size() != 1) {
    return base::Error(base::ErrorCode::usage,
                       fmt::format("an SPDX document describes one target, not {}", reports.size()));
  }
  return Document(reports.front(), options).write();
}

}  // namespace doorman::sink
