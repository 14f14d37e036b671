// SPDX-License-Identifier: Apache-2.0
// fd.*: what a call is about, where it is no connection; the names of both.
#include <algorithm>
#include <array>
#include <charconv>

#include "base/path.h"
#include "model/system_event_readers.h"

namespace doorman::model {
namespace {

using base::Arena;
using Type = EventObject::Type;

struct TypeNames {
  std::string_view word, letter;
};

// In the order of EventObject::Type.
constexpr auto type_names = std::to_array<TypeNames>({
    {"", "o"},
    {"file", "f"},
    {"directory", "d"},
    {"ipv4", "4"},
    {"ipv6", "6"},
    {"unix", "u"},
    {"pipe", "p"},
    {"event", "e"},
    {"signalfd", "s"},
    {"eventpoll", "l"},
    {"inotify", "i"},
    {"timerfd", "t"},
    {"netlink", "n"},
    {"bpf", "b"},
    {"userfaultfd", "u"},
    {"io_uring", "r"},
    {"memfd", "m"},
    {"pidfd", "P"},
});
static_assert(type_names.size() == static_cast<std::size_t>(Type::pidfd) + 1);

const EventObject* object_of(const SystemEvent& event) {
  return event.record().has_object ? &event.record().object : nullptr;
}

bool opens_by_path(const SystemEvent& event) {
  return event.event_type() == EventType::open || event.event_type() == EventType::openat ||
         event.event_type() == EventType::openat2 || event.event_type() == EventType::creat;
}

Value number(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventObject* object = object_of(event);
  if (object != nullptr) return Value::of_integer(object->fd);
  return opens_by_path(event) && event.record().result < 0 ? Value::of_integer(-1) : Value();
}
Value type(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventObject* object = object_of(event);
  return object == nullptr ? Value()
                           : text_unless_empty(type_names.at(static_cast<std::size_t>(object->type)).word);
}
Value type_letter(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventObject* object = object_of(event);
  if (object != nullptr) return Value::of(type_char(object->type));
  return opens_by_path(event) ? Value::of(type_char(Type::file)) : Value();
}
Value name(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  return text_unless_empty(descriptor_name(event, scratch));
}
Value raw_name(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const EventObject* object = object_of(event);
  if (object != nullptr && !object->is_file()) return {};
  const std::string_view written = written_path(event, WhichPath::first);
  return written.empty() && object != nullptr ? name(event, {}, scratch) : text_unless_empty(written);
}

/// The path of a file or folder; empty when it is neither.
std::string_view file_path(const SystemEvent& event, Arena& scratch) {
  const EventObject* object = object_of(event);
  const bool is_file = object == nullptr ? opens_by_path(event) : object->is_file();
  return is_file ? descriptor_name(event, scratch) : std::string_view();
}
std::string_view folder_path(const SystemEvent& event, Arena& scratch) {
  const std::string_view path = file_path(event, scratch);
  const EventObject* object = object_of(event);
  if (path.empty() || (object != nullptr && object->type == Type::directory)) return path;
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos || slash == 0 ? std::string_view("/") : path.substr(0, slash);
}
Value directory(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  return text_unless_empty(folder_path(event, scratch));
}
Value package(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  if (event.container() == nullptr || event.container()->image_facts == nullptr) return {};
  const ImageFacts& facts = *event.container()->image_facts;
  const std::string_view path = file_path(event, scratch);
  if (path.empty()) return {};
  // What could not be opened may be a folder.
  const EventObject* object = object_of(event);
  const bool is_file = object != nullptr && object->type == Type::file;
  return text_unless_empty(is_file ? facts.package_of(path) : facts.only_package_of(path));
}
Value file_name(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const EventObject* object = object_of(event);
  if (object != nullptr && object->type == Type::directory) return {};
  return text_unless_empty(base::basename_of(file_path(event, scratch)));
}

std::string_view container_id(const SystemEvent& event) {
  constexpr std::size_t shown = 12;
  return event.container() == nullptr ? std::string_view("host")
                                      : std::string_view(event.container()->id).substr(0, shown);
}
Value container_name(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const std::string_view own = descriptor_name(event, scratch);
  return own.empty() ? Value() : format(scratch, "{}:{}", container_id(event), own);
}
Value container_directory(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const std::string_view folder = folder_path(event, scratch);
  return folder.empty() ? Value() : format(scratch, "{}:{}", container_id(event), folder);
}
Value unique_id(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const EventObject* object = object_of(event);
  return object == nullptr ? Value() : format(scratch, "{}{}", event.record().tid, object->fd);
}

// Of files.

constexpr std::uint32_t minor_bits = 20;

const EventObject* with_inode(const SystemEvent& event) {
  const EventObject* object = object_of(event);
  return object != nullptr && object->inode != 0 ? object : nullptr;
}
Value inode(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventObject* object = with_inode(event);
  return object == nullptr ? Value() : Value::of_integer(static_cast<std::int64_t>(object->inode));
}
Value device(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventObject* object = with_inode(event);
  return object == nullptr ? Value() : Value::of_integer(object->device);
}
Value device_major(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventObject* object = with_inode(event);
  return object == nullptr ? Value() : Value::of_integer(object->device >> minor_bits);
}
Value device_minor(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventObject* object = with_inode(event);
  return object == nullptr ? Value() : Value::of_integer(object->device & ((1U << minor_bits) - 1));
}
Value is_upper_layer(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventObject* object = object_of(event);
  return object == nullptr || !object->is_file() ? Value() : Value::of(object->is(EventObject::upper_layer));
}
Value is_lower_layer(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventObject* object = object_of(event);
  return object == nullptr || !object->is_file() ? Value() : Value::of(object->is(EventObject::lower_layer));
}

constexpr auto readers = std::to_array<ReaderOf>({
    {FieldId::fd_num, number},
    {FieldId::fd_type, type},
    {FieldId::fd_typechar, type_letter},
    {FieldId::fd_name, name},
    {FieldId::fd_nameraw, raw_name},
    {FieldId::fd_directory, directory},
    {FieldId::fd_package, package},
    {FieldId::fd_filename, file_name},
    {FieldId::fd_containername, container_name},
    {FieldId::fd_containerdirectory, container_directory},
    {FieldId::fd_uid, unique_id},
    {FieldId::fd_ino, inode},
    {FieldId::fd_dev, device},
    {FieldId::fd_dev_major, device_major},
    {FieldId::fd_dev_minor, device_minor},
    {FieldId::fd_is_upper_layer, is_upper_layer},
    {FieldId::fd_is_lower_layer, is_lower_layer},
});

constexpr std::string_view arrow = "->";

/// `CLIENT->SERVER`, or the one end of who listens.
std::string_view connection_name(const EventObject& object, Arena& scratch) {
  const std::string_view local = end_text(object.local, object.local_port, scratch);
  if (object.is(EventObject::listening)) return local;
  if (!has_other_end(object)) return {};
  const std::string_view remote = end_text(object.remote, object.remote_port, scratch);
  const auto& [client, server] =
      object.is(EventObject::server) ? std::pair(remote, local) : std::pair(local, remote);
  const auto room = scratch.allocate(client.size() + arrow.size() + server.size());
  char* at = room.data();
  for (const std::string_view part : {client, arrow, server}) at = std::ranges::copy(part, at).out;
  return {room.data(), room.size()};
}

}  // namespace

std::span<const ReaderOf> descriptor_readers() { return readers; }

bool has_other_end(const EventObject& object) {
  return object.is_ip() && !object.is(EventObject::listening) &&
         (object.is(EventObject::connected) || object.is(EventObject::named_here) || object.remote_port != 0);
}

std::string_view end_text(const base::IpAddress& address, std::uint16_t port, Arena& scratch) {
  constexpr std::size_t longest = 64;
  if (address.is_v6) return format(scratch, "{}:{}", base::to_text(address), port).text();
  std::array<char, longest> text{};
  char* at = text.data();
  char* const end = at + text.size();
  for (std::size_t i = 0; i < 4; ++i) {
    at = std::to_chars(at, end, static_cast<unsigned>(address.bytes.at(i))).ptr;
    *at++ = i < 3 ? '.' : ':';
  }
  at = std::to_chars(at, end, static_cast<unsigned>(port)).ptr;
  return scratch.copy({text.data(), static_cast<std::size_t>(at - text.data())});
}

std::string_view type_char(EventObject::Type type) { return type_names.at(static_cast<std::size_t>(type)).letter; }

std::string_view descriptor_name(const SystemEvent& event, Arena& scratch) {
  const EventObject* object = object_of(event);
  if (object == nullptr) return opens_by_path(event) ? absolute_path(event, WhichPath::first, scratch) : "";
  if (object->is_ip()) return connection_name(*object, scratch);
  if (!event.record().path().empty()) return event.record().path();
  return object->is_file() && opens_by_path(event) ? absolute_path(event, WhichPath::first, scratch) : "";
}

}  // namespace doorman::model
