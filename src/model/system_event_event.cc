// SPDX-License-Identifier: Apache-2.0
// evt.*: what happened, when, and how it went.
#include <fmt/chrono.h>

#include <array>
#include <cstring>

#include "base/nanoseconds.h"
#include "model/system_event_readers.h"

namespace doorman::model {
namespace {

using base::Arena;

constexpr std::uint64_t second = base::nanoseconds_a_second;

std::uint64_t event_time(const SystemEvent& event) { return wall_time(event, event.record().time); }

std::uint64_t since(std::uint64_t now, std::uint64_t then) { return now > then ? now - then : 0; }

std::tm calendar(std::uint64_t nanoseconds) { return fmt::gmtime(static_cast<std::time_t>(nanoseconds / second)); }

Value time_of_day(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const std::uint64_t time = event_time(event);
  return format(scratch, "{:%H:%M:%S}.{:09}", calendar(time), time % second);
}
Value time_of_day_s(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  return format(scratch, "{:%H:%M:%S}", calendar(event_time(event)));
}
Value iso_time(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const std::uint64_t time = event_time(event);
  return format(scratch, "{:%Y-%m-%dT%H:%M:%S}.{:09}+0000", calendar(time), time % second);
}
Value date_time(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const std::uint64_t time = event_time(event);
  return format(scratch, "{:%Y-%m-%d %H:%M:%S}.{:09}", calendar(time), time % second);
}
Value date_time_s(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  return format(scratch, "{:%Y-%m-%d %H:%M:%S}", calendar(event_time(event)));
}

// A moment or a span of time: whole, its seconds, and the nanoseconds beside them.
using Clock = std::uint64_t (*)(const SystemEvent&);
std::uint64_t relative_time(const SystemEvent& event) { return since(event.record().time, event.context().first); }
std::uint64_t delta_time(const SystemEvent& event) {
  return event.context().previous == 0 ? 0 : since(event.record().time, event.context().previous);
}
template <Clock clock>
Value nanoseconds(const SystemEvent& event, const FieldUse&, Arena&) {
  return Value::of_natural(clock(event));
}
template <Clock clock>
Value seconds_part(const SystemEvent& event, const FieldUse&, Arena&) {
  return Value::of_natural(clock(event) / second);
}
template <Clock clock>
Value nanoseconds_part(const SystemEvent& event, const FieldUse&, Arena&) {
  return Value::of_natural(clock(event) % second);
}

Value number(const SystemEvent& event, const FieldUse&, Arena&) {
  return event.context().number == 0 ? Value() : Value::of_natural(event.context().number);
}
Value source_name(const SystemEvent& event, const FieldUse&, Arena&) { return Value::of(to_text(event.source())); }
Value hostname(const SystemEvent& event, const FieldUse&, Arena&) {
  return text_unless_empty(event.context().hostname);
}
Value never(const SystemEvent&, const FieldUse&, Arena&) { return Value::of(false); }
Value direction(const SystemEvent&, const FieldUse&, Arena&) { return Value::of(std::string_view("<")); }
Value cpu(const SystemEvent& event, const FieldUse&, Arena&) { return Value::of_integer(event.record().cpu); }

// What it is.

const EventInfo* info_of(const SystemEvent& event) {
  return event.event_type() == EventType::none ? nullptr : &info(event.event_type());
}

Value type_name(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventInfo* about = info_of(event);
  return about == nullptr ? Value() : Value::of(about->name);
}
Value type_is(const SystemEvent& event, const FieldUse& use, Arena&) {
  const EventInfo* about = info_of(event);
  return Value::of_natural(about != nullptr && about->name == use.key ? 1 : 0);
}
Value call_name(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventInfo* about = info_of(event);
  return about == nullptr || about->system_call < 0 ? Value() : Value::of(about->name);
}

std::string_view category_of_descriptor(const EventRecord& record) {
  using Type = EventObject::Type;
  if (!record.has_object) return "unknown";
  switch (record.object.type) {
    case Type::file:
    case Type::directory:
      return "file";
    case Type::ipv4:
    case Type::ipv6:
      return "net";
    case Type::pipe:
    case Type::unix_socket:
    case Type::event:
    case Type::signalfd:
    case Type::inotify:
    case Type::userfaultfd:
      return "ipc";
    case Type::other:
    case Type::eventpoll:
    case Type::timerfd:
    case Type::netlink:
    case Type::bpf:
    case Type::io_uring:
    case Type::memfd:
    case Type::pidfd:
      return "unknown";
  }
  return "unknown";
}

bool reads(std::string_view category) { return category == "io_read"; }
bool writes(std::string_view category) { return category == "io_write"; }
bool moves_data(std::string_view category) { return category.starts_with("io"); }

Value category(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventInfo* about = info_of(event);
  if (about == nullptr) return {};
  return Value::of(moves_data(about->category) ? category_of_descriptor(event.record()) : about->category);
}
std::string_view plain_category(const SystemEvent& event) {
  const EventInfo* about = info_of(event);
  return about == nullptr ? std::string_view() : about->category;
}
Value is_io(const SystemEvent& event, const FieldUse&, Arena&) {
  const std::string_view category = plain_category(event);
  return Value::of(reads(category) || writes(category));
}
Value is_io_read(const SystemEvent& event, const FieldUse&, Arena&) {
  return Value::of(reads(plain_category(event)));
}
Value is_io_write(const SystemEvent& event, const FieldUse&, Arena&) {
  return Value::of(writes(plain_category(event)));
}
Value io_direction(const SystemEvent& event, const FieldUse&, Arena&) {
  const std::string_view category = plain_category(event);
  if (writes(category)) return Value::of(std::string_view("write"));
  return reads(category) ? Value::of(std::string_view("read")) : Value();
}
Value is_wait(const SystemEvent& event, const FieldUse&, Arena&) {
  const std::string_view category = plain_category(event);
  return Value::of(category == "wait" || category == "sleep");
}
Value is_syslog(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  return Value::of(writes(plain_category(event)) && descriptor_name(event, scratch) == "/dev/log");
}

// How it went.

bool failed(const SystemEvent& event) { return event.record().result < 0; }

Value result(const SystemEvent& event, const FieldUse&, Arena&) { return Value::of_integer(event.record().result); }
Value result_text(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  if (!failed(event)) return Value::of(std::string_view("SUCCESS"));
  const std::string_view name = error_name(event.record().result);
  return name.empty() ? format(scratch, "{}", event.record().result) : Value::of(name);
}
Value has_failed(const SystemEvent& event, const FieldUse&, Arena&) { return Value::of(failed(event)); }
Value one(const SystemEvent&, const FieldUse&, Arena&) { return Value::of_natural(1); }
Value one_if(bool holds) { return holds ? Value::of_natural(1) : Value(); }

enum class ErrorGroup : std::uint8_t { file, net, memory, other };
ErrorGroup error_group(const SystemEvent& event) {
  const EventRecord& record = event.record();
  if (record.has_object) {
    if (record.object.is_file()) return ErrorGroup::file;
    const bool is_net = record.object.is_ip() || record.object.type == EventObject::Type::unix_socket;
    return is_net ? ErrorGroup::net : ErrorGroup::other;
  }
  const std::string_view category = plain_category(event);
  if (category == "file") return ErrorGroup::file;
  if (category == "net") return ErrorGroup::net;
  return category == "memory" ? ErrorGroup::memory : ErrorGroup::other;
}
Value count_errors(const SystemEvent& event, const FieldUse&, Arena&) { return one_if(failed(event)); }
template <ErrorGroup group>
Value count_errors_of(const SystemEvent& event, const FieldUse&, Arena&) {
  return one_if(failed(event) && error_group(event) == group);
}

// Opening a file. A record has the flags as the kernel does: the lowest two bits are 0 to read, 1 to write, 2 for
// both.

struct OpenParameters {
  std::size_t flags, mode;
};
std::optional<OpenParameters> open_parameters(EventType type) {
  if (type == EventType::open) return OpenParameters{2, 3};
  if (type == EventType::openat || type == EventType::openat2) return OpenParameters{3, 4};
  if (type == EventType::open_by_handle_at) return OpenParameters{2, max_event_parameters};
  return std::nullopt;
}
std::optional<std::uint64_t> open_flags(const SystemEvent& event) {
  const auto where = open_parameters(event.event_type());
  return where ? number_parameter(event.record(), where->flags) : std::nullopt;
}
constexpr std::uint64_t access_mask = 3, only_read = 0, only_write = 1, create = 0100, temporary = 020000000;

Value is_open_read(const SystemEvent& event, const FieldUse&, Arena&) {
  const auto flags = open_flags(event);
  return Value::of(flags && (*flags & access_mask) != only_write);
}
Value is_open_write(const SystemEvent& event, const FieldUse&, Arena&) {
  const auto flags = open_flags(event);
  return Value::of(flags && (*flags & access_mask) != only_read);
}
Value is_open_exec(const SystemEvent& event, const FieldUse&, Arena&) {
  constexpr std::uint64_t any_execute = 0111;
  std::optional<std::uint64_t> mode;
  if (event.event_type() == EventType::creat) {
    mode = number_parameter(event.record(), 2);
  } else if (const auto flags = open_flags(event); flags && (*flags & (create | temporary)) != 0) {
    mode = number_parameter(event.record(), open_parameters(event.event_type())->mode);
  }
  return Value::of(mode && (*mode & any_execute) != 0);
}
Value is_open_create(const SystemEvent& event, const FieldUse&, Arena&) {
  const auto flags = open_flags(event);
  if (!flags || failed(event)) return Value::of(false);
  return Value::of((*flags & temporary) != 0 ||
                   (event.record().has_object && event.record().object.is(EventObject::created)));
}

constexpr auto readers = std::to_array<ReaderOf>({
    {FieldId::evt_num, number},
    {FieldId::evt_time, time_of_day},
    {FieldId::evt_time_s, time_of_day_s},
    {FieldId::evt_time_iso8601, iso_time},
    {FieldId::evt_datetime, date_time},
    {FieldId::evt_datetime_s, date_time_s},
    {FieldId::evt_rawtime, nanoseconds<event_time>},
    {FieldId::evt_rawtime_s, seconds_part<event_time>},
    {FieldId::evt_rawtime_ns, nanoseconds_part<event_time>},
    {FieldId::evt_reltime, nanoseconds<relative_time>},
    {FieldId::evt_reltime_s, seconds_part<relative_time>},
    {FieldId::evt_reltime_ns, nanoseconds_part<relative_time>},
    {FieldId::evt_deltatime, nanoseconds<delta_time>},
    {FieldId::evt_deltatime_s, seconds_part<delta_time>},
    {FieldId::evt_deltatime_ns, nanoseconds_part<delta_time>},
    {FieldId::evt_source, source_name},
    {FieldId::evt_hostname, hostname},
    {FieldId::evt_is_async, never},
    {FieldId::evt_type, type_name},
    {FieldId::evt_type_is, type_is},
    {FieldId::evt_dir, direction},
    {FieldId::evt_category, category},
    {FieldId::syscall_type, call_name},
    {FieldId::evt_cpu, cpu},
    {FieldId::evt_res, result_text},
    {FieldId::evt_rawres, result},
    {FieldId::evt_failed, has_failed},
    {FieldId::evt_is_io, is_io},
    {FieldId::evt_is_io_read, is_io_read},
    {FieldId::evt_is_io_write, is_io_write},
    {FieldId::evt_io_dir, io_direction},
    {FieldId::evt_is_wait, is_wait},
    {FieldId::evt_is_syslog, is_syslog},
    {FieldId::evt_count, one},
    {FieldId::evt_count_exit, one},
    {FieldId::evt_count_error, count_errors},
    {FieldId::evt_count_error_file, count_errors_of<ErrorGroup::file>},
    {FieldId::evt_count_error_net, count_errors_of<ErrorGroup::net>},
    {FieldId::evt_count_error_memory, count_errors_of<ErrorGroup::memory>},
    {FieldId::evt_count_error_other, count_errors_of<ErrorGroup::other>},
    {FieldId::evt_is_open_read, is_open_read},
    {FieldId::evt_is_open_write, is_open_write},
    {FieldId::evt_is_open_exec, is_open_exec},
    {FieldId::evt_is_open_create, is_open_create},
});

}  // namespace

std::span<const ReaderOf> event_readers() { return readers; }

std::string_view error_name(std::int64_t result) {
  constexpr std::int64_t highest_error = 4095;
  if (result >= 0 || result < -highest_error) return {};
  const char* name = ::strerrorname_np(static_cast<int>(-result));
  return name == nullptr ? std::string_view() : name;
}

}  // namespace doorman::model
