// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "base/json_writer.h"
#include "base/text.h"
#include "sink/alert.h"
#include "sink/event.h"

namespace doorman::sink {
namespace {

using model::FieldId;
using model::Value;

/// In this order. What follows from others, or is the same for all events of a log, is left out.
constexpr std::array shown_fields = {
    FieldId::evt_type,
    FieldId::evt_category,
    FieldId::evt_res,
    FieldId::evt_args,
    FieldId::evt_hostname,
    FieldId::container_id,
    FieldId::container_full_id,
    FieldId::container_name,
    FieldId::container_type,
    FieldId::container_image,
    FieldId::container_image_id,
    FieldId::container_image_digest,
    FieldId::k8s_pod_name,
    FieldId::k8s_ns_name,
    FieldId::proc_name,
    FieldId::proc_exepath,
    FieldId::proc_package,
    FieldId::proc_cmdline,
    FieldId::proc_cwd,
    FieldId::proc_pid,
    FieldId::proc_vpid,
    FieldId::proc_ppid,
    FieldId::proc_pname,
    FieldId::proc_pcmdline,
    FieldId::proc_aname,
    FieldId::proc_sid,
    FieldId::proc_tty,
    FieldId::proc_is_exe_upper_layer,
    FieldId::proc_is_exe_from_memfd,
    FieldId::thread_tid,
    FieldId::thread_cap_effective,
    FieldId::user_uid,
    FieldId::user_name,
    FieldId::user_loginuid,
    FieldId::group_gid,
    FieldId::fd_num,
    FieldId::fd_type,
    FieldId::fd_name,
    FieldId::fd_nameraw,
    FieldId::fd_package,
    FieldId::fd_ino,
    FieldId::fd_dev,
    FieldId::fd_is_upper_layer,
    FieldId::fd_lip,
    FieldId::fd_lport,
    FieldId::fd_rip,
    FieldId::fd_rport,
    FieldId::fd_rip_name,
    FieldId::fd_l4proto,
    FieldId::fd_is_server,
    FieldId::fs_path_name,
    FieldId::fs_path_source,
    FieldId::fs_path_target,
};

/// Whether the record can say anything of the field: a number that was never told is no 0.
bool is_told(FieldId id, const model::EventRecord& record) {
  const std::string_view name = model::field(id).name;
  if (name.starts_with("evt.") && id != FieldId::evt_hostname) return record.type != model::EventType::none;
  if (name.starts_with("fd.")) return record.has_object && (id != FieldId::fd_num || record.object.fd >= 0);
  if (name.starts_with("container.") || name.starts_with("k8s.") || name.starts_with("fs.")) return true;
  return record.pid != 0 || id == FieldId::evt_hostname;
}

void write(base::JsonWriter& json, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::absent:
      return json.null();
    case Value::Kind::boolean:
      return json.value(value.boolean());
    case Value::Kind::integer:
      return json.value(value.integer());
    case Value::Kind::natural:
      return json.value(value.natural());
    case Value::Kind::real:
      return json.value(value.real());
    case Value::Kind::text:
      return json.value(base::printable(value.text()));
    case Value::Kind::address:
      return json.value(base::to_text(value.address()));
    case Value::Kind::network:
      return json.value(base::to_text(value.network()));
    case Value::Kind::list:
      json.begin_array();
      for (const Value& each : value.list()) write(json, each);
      return json.end_array();
  }
}

}  // namespace

std::string event_json(const ToldEvent& told) {
  base::JsonWriter json(base::JsonWriter::Layout::one_line);
  base::Arena scratch;
  model::FieldUse use;
  json.begin_object();
  json.member("time", nanosecond_time(told.time));
  json.member("kind", to_text(told.event.record().kind));
  for (const FieldId id : shown_fields) {
    if (!is_told(id, told.event.record())) continue;
    use.id = id;
    const Value value = told.event.read(use, scratch);
    if (!value.exists() || (value.kind() == Value::Kind::text && value.text().empty())) continue;
    json.key(model::field(id).name);
    write(json, value);
  }
  for (const ToldEvent::Detail& detail : told.details) {
    json.key(detail.name);
    if (const auto* text = std::get_if<std::string>(&detail.value)) json.value(base::printable(*text));
    else if (const auto* number = std::get_if<std::int64_t>(&detail.value)) json.value(*number);
    else json.value(std::get<std::uint64_t>(detail.value));
  }
  if (told.event.record().cut) json.member("cut", true);
  json.end_object();
  return json.take() + '\n';
}

}  // namespace doorman::sink
