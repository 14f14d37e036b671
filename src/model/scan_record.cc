// SPDX-License-Identifier: Apache-2.0
#include "model/scan_record.h"

#include <algorithm>

#include "model/binary.h"

namespace doorman::model {
namespace binary {

void members(auto& codec, Is<Platform> auto& it) { codec(it.os, it.architecture, it.variant); }
void members(auto& codec, Is<ImageIdentity> auto& it) { codec(it.config, it.manifest, it.index, it.names); }
void members(auto& codec, Is<BuildStep> auto& it) { codec(it.created_by, it.comment, it.created, it.empty_layer); }
void members(auto& codec, Is<ImageConfig> auto& it) {
  codec(it.platform, it.created, it.author, it.user, it.env, it.exposed_ports, it.entrypoint, it.cmd, it.volumes,
        it.working_dir, it.stop_signal, it.health_check, it.labels, it.diff_ids, it.history);
}
void members(auto& codec, Is<LayerSummary> auto& it) {
  codec(it.blob, it.diff_id, it.stored_bytes, it.plain_bytes, it.entries, it.created_by);
}
void members(auto& codec, Is<FoundPackage> auto& it) {
  codec(it.package, it.purl, it.paths, it.layer, it.owner, it.needed, it.files);
}
void members(auto& codec, Is<FoundProgram> auto& it) { codec(it.file, it.layer, it.owner); }
void members(auto& codec, Is<FoundSecret> auto& it) { codec(it.secret, it.deleted, it.layer, it.owner); }
void members(auto& codec, Is<FoundNotable> auto& it) { codec(it.file, it.layer, it.owner); }
/// Without `support`, which is of a day.
void members(auto& codec, Is<Inventory> auto& it) {
  codec(it.target, it.identity, it.config, it.verified, it.distribution, it.layers, it.packages, it.programs,
        it.secrets_sought, it.secrets, it.notable, it.notes);
}
void members(auto& codec, Is<MatchedRule> auto& it) {
  codec(it.name, it.source, it.priority, it.action, it.description, it.remediation, it.reference, it.tags,
        it.matches, it.excepted, it.hidden);
}
void members(auto& codec, Is<RuleMatch> auto& it) {
  codec(it.rule, it.what, it.message, it.path, it.line, it.layer, it.package, it.exception);
}
void members(auto& codec, Is<ExceptionUse> auto& it) {
  codec(it.name, it.rule, it.reason, it.subject, it.last_day, it.state, it.matches);
}
void members(auto& codec, Is<Verdict> auto& it) {
  codec(it.decision, it.rules, it.matches, it.exceptions, it.packs, it.asked);
}
void members(auto& codec, Is<ScanRecord> auto& it) {
  codec(it.inventory, it.parsers, it.secret_rules, it.database, it.verdict);
}

}  // namespace binary

namespace {

constexpr binary::Form form{"DOORMANR", scan_record_version, "results of a scan"};

bool leads(std::uint32_t index, std::size_t count) { return index == FoundPackage::none || index < count; }

/// Whether what has a layer and an owner names such that are there.
bool all_lead(const auto& list, const Inventory& inventory) {
  return std::ranges::all_of(list, [&](const auto& each) {
    return leads(each.layer, inventory.layers.size()) && leads(each.owner, inventory.packages.size());
  });
}

bool is_sound(const Inventory& inventory) {
  return all_lead(inventory.packages, inventory) && all_lead(inventory.programs, inventory) &&
         all_lead(inventory.secrets, inventory) && all_lead(inventory.notable, inventory);
}

bool is_sound(const Verdict& verdict, const Inventory& inventory) {
  return std::ranges::all_of(verdict.matches, [&](const RuleMatch& match) {
    return match.rule < verdict.rules.size() && leads(match.layer, inventory.layers.size()) &&
           leads(match.package, inventory.packages.size()) &&
           (!match.exception || *match.exception < verdict.exceptions.size());
  });
}

}  // namespace

std::string encode(const ScanRecord& record) {
  binary::Encoder encoder;
  const Subject& subject = record.inventory.subject;
  encoder(subject.kind(), subject.digest(), record);
  return binary::frame(form, encoder.take());
}

base::Result<ScanRecord> decode_scan_record(base::Bytes bytes) {
  DOORMAN_TRY(const base::Bytes payload, binary::unframe(form, bytes));
  binary::Decoder decoder(payload);
  auto kind = Subject::Kind::image;
  base::Digest digest = base::digest_of("");
  ScanRecord record{Inventory(Subject::image(digest))};
  decoder(kind, digest, record);
  const bool sound = decoder.complete() && kind == Subject::Kind::image && is_sound(record.inventory) &&
                     (!record.verdict || is_sound(*record.verdict, record.inventory));
  if (!sound) return base::Error(base::ErrorCode::invalid, "the payload of the results of a scan is malformed");
  record.inventory.subject = Subject::image(digest);
  if (record.verdict) {
    for (RuleMatch& match : record.verdict->matches) match.subject = record.inventory.subject;
  }
  return record;
}

}  // namespace doorman::model
