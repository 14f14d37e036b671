// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/field.h"

namespace doorman::model {

/// Everything that the kernel tells, by its name: a system call (`openat`) or another event (`procexit`). One line
/// of event_types.def each.
enum class EventType : std::uint16_t {
  none,
#define EVENT_TYPE(id, name, category, number, ...) id,
#include "model/event_types.def"
#undef EVENT_TYPE
};

/// What a parameter is: where its value comes from, how a record holds it and how evt.arg writes it. A record holds
/// numbers as eight bytes and texts as they are; what its header or object says already, it need not say again.
enum class ParameterForm : std::uint8_t {
  // From the header, the object or the process; no bytes of their own.
  result,         ///< what the call returned
  object_fd,      ///< the descriptor that the event is about
  object_device,  ///< and the device and inode behind it
  object_inode,
  address,  ///< the other end: `10.0.0.1:443`, or the path of a Unix socket
  tuple,    ///< both ends: `10.0.0.7:40000->10.0.0.1:443`
  task,     ///< of the process, by the parameter's name

  // Numbers.
  integer,
  natural,
  hex,
  octal,
  descriptor,  ///< another file descriptor than the event's own
  process,     ///< a process id
  user,
  group,
  signal,
  time,      ///< nanoseconds since 1970
  interval,  ///< nanoseconds
  open_flags,
  clone_flags,
  file_mode,
  address_family,
  ptrace_request,
  bpf_command,
  at_flags,
  rename_flags,
  resolve_flags,
  mount_flags,
  unmount_flags,
  memory_protection,
  map_flags,
  memfd_flags,
  access_mode,
  module_flags,
  keyctl_operation,
  prctl_option,
  fcntl_command,

  // Texts.
  text,
  path,
  bytes,
};

/// The type of a parameter as evt.rawarg reads it.
constexpr FieldType type_of(ParameterForm form) {
  if (form == ParameterForm::path) return FieldType::path;
  if (form == ParameterForm::bytes) return FieldType::bytes;
  if (form == ParameterForm::text || form == ParameterForm::address || form == ParameterForm::tuple ||
      form == ParameterForm::task) {
    return FieldType::text;
  }
  if (form == ParameterForm::result || form == ParameterForm::object_fd || form == ParameterForm::integer ||
      form == ParameterForm::descriptor || form == ParameterForm::process) {
    return FieldType::integer;
  }
  return FieldType::natural;
}

/// One parameter of an event: what `evt.arg.NAME` names and what a record holds at its place.
struct EventParameter {
  std::string_view name;
  ParameterForm form{};
  FieldType type{};
};

/// More parameters than any event has.
inline constexpr std::size_t max_event_parameters = 40;

struct EventInfo {
  EventType type;
  std::string_view name;      ///< what evt.type says
  std::string_view category;  ///< file, net, process …; io, io_read, io_write: what the descriptor is says which
  int system_call;            ///< its number on x86-64, or -1
  std::span<const EventParameter> parameters;
};

/// All but `none`, in the order of the file.
std::span<const EventInfo> event_types();
const EventInfo& info(EventType type);  ///< never of `none`
/// nullptr when there is none of that name.
const EventInfo* find_event_type(std::string_view name);
/// The system call of that number on x86-64; `none` when there is none.
EventType event_type_of_call(std::uint32_t number);

}  // namespace doorman::model
