// SPDX-License-Identifier: Apache-2.0
#include "model/image_record_table.h"

namespace doorman::model {
namespace record {
namespace {

using P = const PackageOf&;
using U = const FieldUse&;
using A = base::Arena&;

Value or_else(std::string_view text, std::string_view otherwise) {
  return text_if(text.empty() ? otherwise : text);
}

const FieldTable<PackageOf>& package_table() {
  static const FieldTable<PackageOf> rows = {
      {FieldId::pkg_name, [](P p, U, A) { return text_if(p.found.package.name); }},
      {FieldId::pkg_version, [](P p, U, A) { return text_if(p.found.package.version); }},
      {FieldId::pkg_type, [](P p, U, A) { return Value::of(to_text(p.found.package.type)); }},
      {FieldId::pkg_purl, [](P p, U, A) { return text_if(p.found.purl); }},
      {FieldId::pkg_architecture, [](P p, U, A) { return text_if(p.found.package.architecture); }},
      {FieldId::pkg_source, [](P p, U, A) { return or_else(p.found.package.source_name, p.found.package.name); }},
      {FieldId::pkg_source_version,
       [](P p, U, A) { return or_else(p.found.package.source_version, p.found.package.version); }},
      {FieldId::pkg_licenses, [](P p, U, A a) { return texts_of(p.found.package.licenses, a); }},
      {FieldId::pkg_evidence, [](P p, U, A) { return Value::of(to_text(p.found.package.evidence)); }},
      {FieldId::pkg_is_os, [](P p, U, A) { return Value::of(is_of_distribution(p.found.package.type)); }},
      {FieldId::pkg_development, [](P p, U, A) { return Value::of(p.found.package.development); }},
      {FieldId::pkg_needed, [](P p, U, A) { return p.found.needed ? Value::of(*p.found.needed) : Value(); }},
      {FieldId::pkg_layer, [](P p, U, A) { return layer_number(p.found.layer); }},
      {FieldId::pkg_layer_digest, [](P p, U, A a) { return layer_digest(p.image, p.found.layer, a); }},
      {FieldId::pkg_paths,
       [](P p, U, A a) {
         return list_of(p.found.paths, a, [&](const std::string& path) { return Value::of(absolute(path, a)); });
       }},
      {FieldId::pkg_owner, [](P p, U, A) { return owner_name(p.image, p.found.owner); }},
      {FieldId::pkg_owned, [](P p, U, A) { return Value::of(p.found.owner != FoundPackage::none); }},
  };
  return rows;
}

}  // namespace

Value read_package(const PackageOf& package, const FieldUse& use, base::Arena& scratch) {
  return package_table().read(package, use, scratch);
}

}  // namespace record

namespace {

using F = const Finding&;
using U = const FieldUse&;
using A = base::Arena&;
using record::text_if;

/// With the words that fields have everywhere: `_` between them.
std::string_view fix_state(FixState state) {
  switch (state) {
    case FixState::fixed:
      return "fixed";
    case FixState::affected:
      return "affected";
    case FixState::will_not_fix:
      return "will_not_fix";
    case FixState::end_of_life:
      return "end_of_life";
  }
  return {};
}

const record::FieldTable<Finding>& finding_table() {
  static const record::FieldTable<Finding> rows = {
      {FieldId::vuln_id, [](F f, U, A) { return text_if(f.vulnerability.id); }},
      {FieldId::vuln_aliases, [](F f, U, A a) { return record::texts_of(f.vulnerability.aliases, a); }},
      {FieldId::vuln_severity, [](F f, U, A) { return Value::of(to_text(f.vulnerability.severity)); }},
      {FieldId::vuln_severity_rank,
       [](F f, U, A) { return Value::of_natural(static_cast<std::uint64_t>(f.vulnerability.severity)); }},
      {FieldId::vuln_score,
       [](F f, U, A) { return f.vulnerability.cvss.empty() ? Value() : Value::of_real(f.vulnerability.score); }},
      {FieldId::vuln_cvss, [](F f, U, A) { return text_if(f.vulnerability.cvss); }},
      {FieldId::vuln_epss,
       [](F f, U, A) { return f.vulnerability.epss ? Value::of_real(*f.vulnerability.epss) : Value(); }},
      {FieldId::vuln_kev, [](F f, U, A) { return Value::of(f.vulnerability.known_exploited); }},
      {FieldId::vuln_fix_state, [](F f, U, A) { return Value::of(fix_state(f.fix)); }},
      {FieldId::vuln_fixable, [](F f, U, A) { return Value::of(f.fix == FixState::fixed); }},
      {FieldId::vuln_fixed_version, [](F f, U, A) { return text_if(f.fixed_version); }},
      {FieldId::vuln_upgrade_to, [](F f, U, A) { return text_if(f.upgrade_to); }},
      {FieldId::vuln_published, [](F f, U, A) { return record::time_if(f.vulnerability.published); }},
      {FieldId::vuln_modified, [](F f, U, A) { return record::time_if(f.vulnerability.modified); }},
      {FieldId::vuln_summary, [](F f, U, A) { return text_if(f.vulnerability.summary); }},
      {FieldId::vuln_source, [](F f, U, A) { return text_if(f.source); }},
  };
  return rows;
}

}  // namespace

Value PackageRecord::read(const FieldUse& use, base::Arena& scratch) const {
  const Value own = record::read_package({image_, package_}, use, scratch);
  return own.exists() ? own : image_.read(use, scratch);
}

Value FindingRecord::read(const FieldUse& use, base::Arena& scratch) const {
  if (use.id == FieldId::vuln_age_days) {
    const auto& date = image_.report().database.date;
    const auto& published = finding_.vulnerability.published;
    return date && published ? record::days_between(*published, *date) : Value();
  }
  const Value own = finding_table().read(finding_, use, scratch);
  if (own.exists()) return own;
  const auto& packages = image_.inventory().packages;
  if (finding_.package >= packages.size()) return image_.read(use, scratch);
  return PackageRecord(image_, packages[finding_.package]).read(use, scratch);
}

}  // namespace doorman::model
