// SPDX-License-Identifier: Apache-2.0
#include "parse/event/guard.h"

#include <fmt/format.h>

#include <cstring>

#include "bpf/event.h"
#include "parse/event/write.h"

namespace doorman::parse::event {
namespace {

using base::Error;
using base::ErrorCode;
using model::EventRecord;

static_assert(static_cast<int>(model::FlowRecord::Kind::closed) == DOORMAN_FLOW_CLOSED);
static_assert(static_cast<int>(model::FlowRecord::Verdict::refused) == DOORMAN_FLOW_REFUSED);
static_assert(static_cast<int>(model::DriftRecord::Reason::data) == DOORMAN_DRIFT_DATA);
static_assert(static_cast<int>(model::DriftRecord::Done::killed) == DOORMAN_DRIFT_KILLED);
static_assert(int{DOORMAN_MAPPED_PATH} == int{DOORMAN_SLOT_PATH});
static_assert(static_cast<int>(model::LostRecord::Cause::log) == DOORMAN_LOST_LOG);

/// The struct in that slot; a longer one is of a newer writer, and its end is left alone.
template <typename Struct>
base::Result<Struct> struct_at(const EventRecord& record, std::size_t slot) {
  Struct value;
  const std::string_view bytes = record.at(slot);
  if (bytes.size() < sizeof value) {
    return Error{ErrorCode::invalid,
                 fmt::format("slot {} has {} bytes, less than {}", slot, bytes.size(), sizeof value)};
  }
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

template <typename Word, typename Number>
base::Result<Word> word_of(Number number, Word first, Word last, std::string_view what) {
  if (number < static_cast<Number>(first) || number > static_cast<Number>(last))
    return Error{ErrorCode::unsupported, fmt::format("unknown {} {}", what, number)};
  return static_cast<Word>(number);
}

template <typename Word>
base::Result<Word> word_at(const EventRecord& record, std::size_t slot, Word last, std::string_view what) {
  DOORMAN_TRY(const auto number, struct_at<std::uint64_t>(record, slot));
  return word_of(number, Word{}, last, what);
}

template <typename Struct>
std::string_view bytes_of(const Struct& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// Slots from 0 on.
void append_slots(std::string& out, EventRecord record, EventRecord::Kind kind,
                  std::initializer_list<std::string_view> slots) {
  record.kind = kind;
  record.slots = 0;
  for (const std::string_view slot : slots) record.slot[record.slots++] = slot;
  append_record(out, record);
}

}  // namespace

base::Result<model::CgroupRecord> decode_cgroup(const EventRecord& record) {
  DOORMAN_TRY(const auto parent, struct_at<std::uint64_t>(record, DOORMAN_CGROUP_PARENT));
  return model::CgroupRecord{record.at(DOORMAN_CGROUP_PATH), parent, record.at(DOORMAN_CGROUP_COMM)};
}

base::Result<model::FlowRecord> decode_flow(const EventRecord& record) {
  using Flow = model::FlowRecord;
  DOORMAN_TRY(const auto raw, struct_at<doorman_flow>(record, DOORMAN_SLOT_FLOW));
  Flow flow;
  DOORMAN_TRY(flow.kind, word_of(raw.kind, Flow::Kind::connect, Flow::Kind::closed, "kind of flow"));
  DOORMAN_TRY(flow.verdict, word_of(raw.verdict, Flow::Verdict::allowed, Flow::Verdict::refused, "verdict"));
  flow.repeats = raw.repeats;
  flow.sent = raw.sent;
  flow.received = raw.received;
  return flow;
}

base::Result<model::DriftRecord> decode_drift(const EventRecord& record) {
  using Drift = model::DriftRecord;
  DOORMAN_TRY(const auto raw, struct_at<doorman_drift>(record, DOORMAN_SLOT_DRIFT));
  Drift drift;
  drift.path = record.at(DOORMAN_DRIFT_PATH);
  drift.filename = record.at(DOORMAN_DRIFT_FILENAME);
  DOORMAN_TRY(drift.reason, word_of(raw.reason, Drift::Reason::written, Drift::Reason::data, "reason of drift"));
  DOORMAN_TRY(drift.done, word_of(raw.done, Drift::Done::told, Drift::Done::killed, "answer to drift"));
  DOORMAN_TRY(drift.mode, word_of(raw.mode, model::DriftMode::off, model::DriftMode::kill, "drift mode"));
  return drift;
}

base::Result<model::LostRecord> decode_lost(const EventRecord& record) {
  using Lost = model::LostRecord;
  DOORMAN_TRY(const auto raw, struct_at<doorman_lost>(record, DOORMAN_SLOT_LOST));
  DOORMAN_TRY(const auto cause, word_of(raw.cause, Lost::Cause::ring_full, Lost::Cause::log, "cause of loss"));
  return Lost{cause, raw.count};
}

base::Result<model::AlertRecord> decode_alert(const EventRecord& record) {
  model::AlertRecord alert;
  alert.rule = record.at(DOORMAN_ALERT_RULE);
  alert.output = record.at(DOORMAN_ALERT_OUTPUT);
  alert.source = record.at(DOORMAN_ALERT_SOURCE);
  alert.tags = record.at(DOORMAN_ALERT_TAGS);
  alert.fields = record.at(DOORMAN_ALERT_FIELDS);
  DOORMAN_TRY(alert.priority, word_at(record, DOORMAN_ALERT_PRIORITY, model::Priority::debug, "priority"));
  DOORMAN_TRY(alert.action, word_at(record, DOORMAN_ALERT_ACTION, model::Action::quarantine, "action"));
  DOORMAN_TRY(alert.done, word_at(record, DOORMAN_ALERT_DONE, model::Action::quarantine, "action"));
  return alert;
}

std::string_view dns_answer(const EventRecord& record) { return record.at(DOORMAN_DNS_ANSWER); }

void append_cgroup(std::string& out, EventRecord record, const model::CgroupRecord& cgroup) {
  const NumberSlot parent(cgroup.parent);
  append_slots(out, record, EventRecord::Kind::cgroup, {cgroup.path, parent.bytes(), cgroup.comm});
}

void append_flow(std::string& out, EventRecord record, const model::FlowRecord& flow) {
  doorman_flow raw{};
  raw.kind = static_cast<__u8>(flow.kind);
  raw.verdict = static_cast<__u8>(flow.verdict);
  raw.repeats = flow.repeats;
  raw.sent = flow.sent;
  raw.received = flow.received;
  append_slots(out, record, EventRecord::Kind::flow, {bytes_of(raw)});
}

void append_drift(std::string& out, EventRecord record, const model::DriftRecord& drift) {
  doorman_drift raw{};
  raw.reason = static_cast<__u8>(drift.reason);
  raw.done = static_cast<__u8>(drift.done);
  raw.mode = static_cast<__u32>(drift.mode);
  append_slots(out, record, EventRecord::Kind::drift, {drift.path, drift.filename, bytes_of(raw)});
}

void append_lost(std::string& out, EventRecord record, const model::LostRecord& lost) {
  doorman_lost raw{};
  raw.cause = static_cast<__u32>(lost.cause);
  raw.count = lost.count;
  append_slots(out, record, EventRecord::Kind::lost, {bytes_of(raw)});
}

void append_alert(std::string& out, EventRecord record, const model::AlertRecord& alert) {
  const NumberSlot priority(static_cast<std::uint64_t>(alert.priority));
  const NumberSlot action(static_cast<std::uint64_t>(alert.action)), done(static_cast<std::uint64_t>(alert.done));
  append_slots(out, record, EventRecord::Kind::alert,
               {alert.rule, alert.output, priority.bytes(), action.bytes(), done.bytes(), alert.source, alert.tags,
                alert.fields});
}

void append_dns(std::string& out, EventRecord record, std::string_view answer) {
  append_slots(out, record, EventRecord::Kind::dns, {answer});
}

void append_mapped(std::string& out, EventRecord record, std::string_view path) {
  append_slots(out, record, EventRecord::Kind::mapped, {path});
}

}  // namespace doorman::parse::event
