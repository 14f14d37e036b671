// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/admission_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/json_writer.h"
#include "base/text.h"
#include "model/admission_record.h"
#include "sink/alert.h"

namespace doorman::app {
namespace {

using base::JsonWriter;
using model::FieldId;
using model::Value;

constexpr std::size_t ids = 2;  // the first of these
constexpr std::array shown_fields = {
    FieldId::container_id,
    FieldId::container_full_id,
    FieldId::container_name,
    FieldId::container_type,
    FieldId::container_kind,
    FieldId::container_image,
    FieldId::container_image_id,
    FieldId::container_image_repository,
    FieldId::container_image_tag,
    FieldId::container_image_digest,
    FieldId::k8s_pod_name,
    FieldId::k8s_ns_name,
    FieldId::container_user,
    FieldId::container_is_root,
    FieldId::container_privileged,
    FieldId::container_read_only_root,
    FieldId::container_no_new_privileges,
    FieldId::container_capabilities,
    FieldId::container_capabilities_add,
    FieldId::container_seccomp,
    FieldId::container_apparmor,
    FieldId::container_host_pid,
    FieldId::container_host_network,
    FieldId::container_host_ipc,
    FieldId::container_writable_host_paths,
    FieldId::container_engine_sockets,
    FieldId::container_devices,
    FieldId::image_digest,
    FieldId::image_registry,
    FieldId::image_scanned,
    FieldId::image_worst_fixable,
    FieldId::image_known_exploited,
};

bool is_empty(const Value& value) {
  return !value.exists() || (value.kind() == Value::Kind::text && value.text().empty()) ||
         (value.kind() == Value::Kind::list && value.list().empty());
}

/// So that no bundle makes a line that is too long to be read back.
struct Limits {
  std::size_t text_bytes, list_items, listed;
};
constexpr Limits usual_limits = {4096, 200, 100}, narrow_limits = {200, 5, 10};

class LineWriter {
 public:
  explicit LineWriter(const Limits& limits) : limits_(limits) {}

  std::string line(const AdmissionEntry& entry) {
    json_.begin_object();
    json_.member("time", sink::nanosecond_time(entry.time));
    json_.member("kind", "admission");
    json_.member("admission.verdict", model::to_text(entry.decision));
    json_.member_if("admission.command", tame(entry.command));
    write_fields(entry);
    json_.member_if("admission.bundle", tame(entry.bundle));
    json_.member_if("admission.problem", tame(entry.problem));
    write_rules(entry.verdict);
    write_changes(entry.changes);
    write_broken(entry.verdict);
    json_.end_object();
    return json_.take() + "\n";
  }

 private:
  [[nodiscard]] std::string tame(std::string_view text) const {
    std::string printable = base::printable(text.substr(0, limits_.text_bytes));
    if (text.size() > limits_.text_bytes) printable += "...";
    return printable;
  }

  void write(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::boolean:
        return json_.value(value.boolean());
      case Value::Kind::text:
        return json_.value(tame(value.text()));
      case Value::Kind::list:
        json_.begin_array();
        for (const Value& each : value.list().first(std::min(value.list().size(), limits_.list_items))) write(each);
        return json_.end_array();
      case Value::Kind::integer:
        return json_.value(value.integer());
      case Value::Kind::natural:
        return json_.value(value.natural());
      case Value::Kind::real:
        return json_.value(value.real());
      case Value::Kind::absent:
      case Value::Kind::address:
      case Value::Kind::network:
        return json_.null();
    }
  }

  void write_fields(const AdmissionEntry& entry) {
    const model::AdmissionRecord record(entry.request);
    base::Arena scratch;
    model::FieldUse use;
    for (const FieldId id : std::span(shown_fields).first(entry.is_judged ? shown_fields.size() : ids)) {
      use.id = id;
      const Value value = record.read(use, scratch);
      if (is_empty(value)) continue;
      json_.key(model::field(id).name);
      write(value);
    }
  }

  void write_rules(const AdmissionVerdict& verdict) {
    if (verdict.rules.empty()) return;
    json_.begin_array("admission.rules");
    for (const auto& rule : std::span(verdict.rules).first(std::min(verdict.rules.size(), limits_.listed))) {
      json_.begin_object();
      json_.member("rule", tame(rule.name));
      json_.member("priority", model::to_text(rule.priority));
      json_.member("action", model::to_text(rule.action));
      json_.member("refuses", rule.refuses);
      if (rule.undecided) json_.member("undecided", true);
      json_.member("output", tame(rule.output));
      json_.end_object();
    }
    json_.end_array();
  }

  void write_changes(const std::vector<model::BundleChange>& changes) {
    if (changes.empty()) return;
    json_.begin_array("admission.changes");
    for (const auto& change : std::span(changes).first(std::min(changes.size(), limits_.listed))) {
      json_.begin_object();
      json_.member("by", tame(change.by));
      json_.member("what", tame(change.what));
      json_.member("before", tame(change.before));
      json_.member("after", tame(change.after));
      json_.end_object();
    }
    json_.end_array();
  }

  void write_broken(const AdmissionVerdict& verdict) {
    if (!verdict.broken) return;
    json_.begin_object("admission.break_glass");
    json_.member("by", tame(verdict.broken->by));
    json_.member("annotation", tame(verdict.broken->annotation));
    json_.member("reason", tame(verdict.broken->reason));
    json_.end_object();
  }

  const Limits& limits_;
  JsonWriter json_{JsonWriter::Layout::one_line};
};

}  // namespace

std::string admission_line(const AdmissionEntry& entry) {
  std::string line = LineWriter(usual_limits).line(entry);
  if (line.size() > max_admission_line_bytes) line = LineWriter(narrow_limits).line(entry);
  return line;
}

}  // namespace doorman::app
