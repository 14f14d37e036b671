// SPDX-License-Identifier: Apache-2.0
// evt.arg and what is made of an event's parameters.
#include <array>
#include <cstring>

#include "model/flag_names.h"
#include "model/system_event_readers.h"

namespace doorman::model {
namespace {

using base::Arena;

/// A parameter as a person reads it: as it is, and in words where there are such: `3` and `<f>/etc/passwd`, `2` and
/// `AF_INET`. Not known: neither has data().
struct Rendered {
  std::string_view plain, words;
};

std::string_view text_of(const Value& value) { return value.exists() ? value.text() : std::string_view(); }

Rendered with_number(Arena& scratch, std::uint64_t number, std::string_view words) {
  return {text_of(format(scratch, "{}", number)), words};
}

// What header, object and process say.

Rendered render_result(const SystemEvent& event, Arena& scratch) {
  return {text_of(format(scratch, "{}", event.record().result)), error_name(event.record().result)};
}

Rendered render_descriptor(const SystemEvent& event, std::int64_t fd, bool is_own, Arena& scratch) {
  constexpr std::int64_t here = -100;  // AT_FDCWD
  Rendered rendered{text_of(format(scratch, "{}", fd)), {}};
  if (fd == here) rendered.words = "AT_FDCWD";
  else if (fd < 0) rendered.words = error_name(is_own ? event.record().result : fd);
  else if (is_own) {
    const std::string_view name = descriptor_name(event, scratch);
    rendered.words = text_of(format(scratch, "<{}>{}", type_char(event.record().object.type), name));
  }
  return rendered;
}

/// The parameters of execve, clone and their like are fields of the process under other names.
struct TaskParameter {
  std::string_view name;
  FieldId field;
};
constexpr auto task_parameters = std::to_array<TaskParameter>({
    {"exe", FieldId::proc_exe},
    {"args", FieldId::proc_args},
    {"env", FieldId::proc_env},
    {"comm", FieldId::proc_name},
    {"cwd", FieldId::proc_cwd},
    {"trusted_exepath", FieldId::proc_exepath},
    {"tid", FieldId::thread_tid},
    {"vtid", FieldId::thread_vtid},
    {"pid", FieldId::proc_pid},
    {"vpid", FieldId::proc_vpid},
    {"ptid", FieldId::proc_ppid},
    {"pgid", FieldId::proc_pgid},
    {"vpgid", FieldId::proc_vpgid},
    {"tty", FieldId::proc_tty},
    {"uid", FieldId::user_uid},
    {"gid", FieldId::group_gid},
    {"loginuid", FieldId::user_loginuid},
    {"cap_inheritable", FieldId::thread_cap_inheritable},
    {"cap_permitted", FieldId::thread_cap_permitted},
    {"cap_effective", FieldId::thread_cap_effective},
    {"exe_ino", FieldId::proc_exe_ino},
    {"exe_ino_ctime", FieldId::proc_exe_ino_ctime},
    {"exe_ino_mtime", FieldId::proc_exe_ino_mtime},
    {"pidns_init_start_ts", FieldId::proc_pidns_init_start_ts},
});

Rendered render_value(const Value& value, Arena& scratch) {
  switch (value.kind()) {
    case Value::Kind::text:
      return {value.text(), {}};
    case Value::Kind::integer:
      return {text_of(format(scratch, "{}", value.integer())), {}};
    case Value::Kind::natural:
      return {text_of(format(scratch, "{}", value.natural())), {}};
    case Value::Kind::absent:
    case Value::Kind::boolean:
    case Value::Kind::real:
    case Value::Kind::address:
    case Value::Kind::network:
    case Value::Kind::list:
      return {};
  }
  return {};
}

Rendered render_task(const SystemEvent& event, std::string_view name, Arena& scratch) {
  if (name == "flags") {
    if (event.process() == nullptr) return {};
    return {"", executable_flags(event.process()->state, scratch)};
  }
  for (const TaskParameter& each : task_parameters) {
    if (each.name == name) return render_value(event.read(FieldUse{.id = each.field, .key = {}}, scratch), scratch);
  }
  return {};
}

/// An exit's status holds its other parameters: the code, the signal, whether the core was dumped.
std::optional<std::uint64_t> exit_parameter(const EventRecord& record, std::string_view name) {
  const auto status = static_cast<std::uint64_t>(record.result);
  if (name == "status") return status;
  if (name == "ret") return (status >> 8U) & 0xffU;
  if (name == "sig") return status & 0x7fU;
  if (name == "core") return (status >> 7U) & 1U;
  return std::nullopt;
}

std::optional<std::uint64_t> number_of(const SystemEvent& event, const EventParameter& parameter,
                                       std::size_t index) {
  const EventRecord& record = event.record();
  switch (record.kind) {
    case EventRecord::Kind::call:
      return number_parameter(record, index);
    case EventRecord::Kind::exit:
      return exit_parameter(record, parameter.name);
    case EventRecord::Kind::fork: {
      const std::string_view bytes = record.at(EventRecord::clone_flags_slot);
      std::uint64_t flags = 0;
      if (parameter.form != ParameterForm::clone_flags || bytes.size() != sizeof flags) return std::nullopt;
      std::memcpy(&flags, bytes.data(), sizeof flags);
      return flags;
    }
    case EventRecord::Kind::exec:
    case EventRecord::Kind::change:
    case EventRecord::Kind::container:
    case EventRecord::Kind::cgroup:
    case EventRecord::Kind::flow:
    case EventRecord::Kind::dns:
    case EventRecord::Kind::drift:
    case EventRecord::Kind::lost:
    case EventRecord::Kind::alert:
    case EventRecord::Kind::mapped:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string_view signal_words(std::uint64_t number, Arena& scratch) {
  const char* name = number < 0x10000 ? ::sigabbrev_np(static_cast<int>(number)) : nullptr;
  return name == nullptr ? std::string_view() : text_of(format(scratch, "SIG{}", name));
}

/// What is written of a file beside the flags that the caller gave.
std::string_view open_words(const SystemEvent& event, std::uint64_t flags, Arena& scratch) {
  const std::string_view words = flag_names(ParameterForm::open_flags, flags, scratch);
  if (!event.record().has_object) return words;
  const EventObject& object = event.record().object;
  return text_of(format(scratch, "{}{}{}{}", words, object.is(EventObject::created) ? "|O_F_CREATED" : "",
                        object.is(EventObject::upper_layer) ? "|FD_UPPER_LAYER" : "",
                        object.is(EventObject::lower_layer) ? "|FD_LOWER_LAYER" : ""));
}

Rendered render_number(const SystemEvent& event, ParameterForm form, std::uint64_t number, Arena& scratch) {
  const auto with_sign = static_cast<std::int64_t>(number);
  if (form == ParameterForm::descriptor) return render_descriptor(event, with_sign, false, scratch);
  Rendered rendered;
  if (form == ParameterForm::hex) rendered.plain = text_of(format(scratch, "{:X}", number));
  else if (form == ParameterForm::octal || form == ParameterForm::file_mode) {
    rendered.plain = text_of(format(scratch, "{:#o}", number));
  } else if (form == ParameterForm::integer || form == ParameterForm::process) {
    rendered.plain = text_of(format(scratch, "{}", with_sign));
  } else {
    rendered.plain = text_of(format(scratch, "{}", number));
  }
  if (form == ParameterForm::user) rendered.words = user_name(event, static_cast<std::uint32_t>(number));
  else if (form == ParameterForm::group) rendered.words = group_name(event, static_cast<std::uint32_t>(number));
  else if (form == ParameterForm::signal) rendered.words = signal_words(number, scratch);
  else if (form == ParameterForm::open_flags) rendered.words = open_words(event, number, scratch);
  else if (has_names(form)) rendered.words = flag_names(form, number, scratch);
  return rendered;
}

std::string_view other_end(const SystemEvent& event, Arena& scratch) {
  if (!event.record().has_object) return {};
  const EventObject& object = event.record().object;
  if (!object.is_ip()) return descriptor_name(event, scratch);
  const auto& address = object.is(EventObject::listening) ? object.local : object.remote;
  const auto port = object.is(EventObject::listening) ? object.local_port : object.remote_port;
  return end_text(address, port, scratch);
}

/// A path parameter as a rule wants it: the first and second of an event are resolved.
std::string_view render_path(const SystemEvent& event, std::size_t index, Arena& scratch) {
  const auto which = which_path(event.event_type(), index);
  return which ? absolute_path(event, *which, scratch) : raw_parameter(event.record(), index);
}

constexpr bool is_number(ParameterForm form) {
  return form >= ParameterForm::integer && form < ParameterForm::text;
}

/// What the record does not hold at the parameter's place, but somewhere else.
Rendered render_known(const SystemEvent& event, const EventParameter& parameter, Arena& scratch) {
  if (parameter.form == ParameterForm::result) return render_result(event, scratch);
  if (parameter.form == ParameterForm::task) return render_task(event, parameter.name, scratch);
  if (!event.record().has_object) return {};
  const EventObject& object = event.record().object;
  if (parameter.form == ParameterForm::object_fd) return render_descriptor(event, object.fd, true, scratch);
  if (parameter.form == ParameterForm::object_inode) return with_number(scratch, object.inode, {});
  if (parameter.form == ParameterForm::object_device) return {text_of(format(scratch, "{:X}", object.device)), {}};
  if (parameter.form == ParameterForm::address) return {other_end(event, scratch), {}};
  return {descriptor_name(event, scratch), {}};  // tuple
}

Rendered render(const SystemEvent& event, std::size_t index, Arena& scratch) {
  const EventParameter& parameter = info(event.event_type()).parameters[index];
  if (parameter.form == ParameterForm::path) return {render_path(event, index, scratch), {}};
  if (parameter.form == ParameterForm::text || parameter.form == ParameterForm::bytes) {
    return {raw_parameter(event.record(), index), {}};
  }
  if (!is_number(parameter.form)) return render_known(event, parameter, scratch);
  const auto number = number_of(event, parameter, index);
  return number ? render_number(event, parameter.form, *number, scratch) : Rendered{};
}

/// Its place among the event's parameters, by name or by number.
std::optional<std::size_t> find_parameter(const SystemEvent& event, const FieldUse& use) {
  if (event.event_type() == EventType::none) return std::nullopt;
  const auto parameters = info(event.event_type()).parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].name == use.key) return i;
  }
  if (use.index < 0 || static_cast<std::size_t>(use.index) >= parameters.size()) return std::nullopt;
  return static_cast<std::size_t>(use.index);
}

Value argument(const SystemEvent& event, const FieldUse& use, Arena& scratch) {
  const auto index = find_parameter(event, use);
  if (!index) return {};
  const Rendered rendered = render(event, *index, scratch);
  if (!rendered.words.empty()) return Value::of(rendered.words);
  return rendered.plain.data() == nullptr ? Value() : Value::of(rendered.plain);
}

Value all_arguments(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  if (event.event_type() == EventType::none) return {};
  fmt::memory_buffer text;
  const auto parameters = info(event.event_type()).parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Rendered rendered = render(event, i, scratch);
    if (rendered.plain.data() == nullptr) continue;
    const auto out = std::back_inserter(text);
    fmt::format_to(out, "{}{}={}", text.size() == 0 ? "" : " ", parameters[i].name, rendered.plain);
    if (!rendered.words.empty()) fmt::format_to(out, "({})", rendered.words);
  }
  return Value::of(scratch.copy({text.data(), text.size()}));
}

std::optional<std::uint64_t> raw_number(const SystemEvent& event, const EventParameter& parameter,
                                        std::size_t index) {
  const EventRecord& record = event.record();
  if (parameter.form == ParameterForm::result) return static_cast<std::uint64_t>(record.result);
  if (parameter.form == ParameterForm::object_fd || parameter.form == ParameterForm::object_device ||
      parameter.form == ParameterForm::object_inode) {
    if (!record.has_object) return std::nullopt;
    if (parameter.form == ParameterForm::object_inode) return record.object.inode;
    if (parameter.form == ParameterForm::object_device) return record.object.device;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(record.object.fd));
  }
  return number_of(event, parameter, index);
}

/// Of the type that the field has for this name, whichever event the parameter belongs to.
Value raw_argument(const SystemEvent& event, const FieldUse& use, Arena& scratch) {
  const auto index = find_parameter(event, use);
  if (!index) return {};
  const EventParameter& parameter = info(event.event_type()).parameters[*index];
  const FieldType wanted = type_of(use);
  if (wanted == FieldType::integer || wanted == FieldType::natural) {
    const auto number = raw_number(event, parameter, *index);
    if (!number) return {};
    return wanted == FieldType::natural ? Value::of_natural(*number)
                                        : Value::of_integer(static_cast<std::int64_t>(*number));
  }
  const bool is_text = parameter.form == ParameterForm::path || parameter.form == ParameterForm::text ||
                       parameter.form == ParameterForm::bytes;
  if (is_text) {
    const std::string_view raw = raw_parameter(event.record(), *index);
    return raw.data() == nullptr ? Value() : Value::of(raw);
  }
  const std::string_view plain = render(event, *index, scratch).plain;
  return plain.data() == nullptr ? Value() : Value::of(plain);
}

std::string_view buffer_of(const SystemEvent& event) {
  if (event.event_type() == EventType::none) return {};
  const auto parameters = info(event.event_type()).parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].form == ParameterForm::bytes && parameters[i].name == "data") {
      return raw_parameter(event.record(), i);
    }
  }
  return {};
}
Value buffer(const SystemEvent& event, const FieldUse&, Arena&) {
  const std::string_view bytes = buffer_of(event);
  return bytes.data() == nullptr ? Value() : Value::of(bytes);
}
Value buffer_length(const SystemEvent& event, const FieldUse&, Arena&) {
  const std::string_view bytes = buffer_of(event);
  return bytes.data() == nullptr ? Value() : Value::of_natural(bytes.size());
}

constexpr auto readers = std::to_array<ReaderOf>({
    {FieldId::evt_arg, argument},
    {FieldId::evt_rawarg, raw_argument},
    {FieldId::evt_args, all_arguments},
    {FieldId::evt_info, all_arguments},
    {FieldId::evt_buffer, buffer},
    {FieldId::evt_buflen, buffer_length},
});

}  // namespace

std::span<const ReaderOf> argument_readers() { return readers; }

std::string_view raw_parameter(const EventRecord& record, std::size_t index) {
  return record.kind == EventRecord::Kind::call ? record.at(EventRecord::first_parameter + index)
                                                : std::string_view();
}

std::optional<std::uint64_t> number_parameter(const EventRecord& record, std::size_t index) {
  const std::string_view bytes = raw_parameter(record, index);
  std::uint64_t number = 0;
  if (bytes.size() != sizeof number) return std::nullopt;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

}  // namespace doorman::model
