// SPDX-License-Identifier: Apache-2.0
#include "parse/event/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

#include "bpf/event.h"
#include "model/record_frame.h"

namespace doorman::parse::event {
namespace {

using base::Error;
using base::ErrorCode;
using model::EventObject;
using model::EventRecord;

static_assert(std::endian::native == std::endian::little, "records are little-endian and are read as they lie");
static_assert(sizeof(doorman_event_header) == 64 && sizeof(doorman_event_object) == 56);
static_assert(EventRecord::max_slots == DOORMAN_EVENT_MAX_SLOTS);
static_assert(static_cast<int>(EventRecord::Kind::mapped) == DOORMAN_RECORD_MAPPED - DOORMAN_RECORD_CALL);
static_assert(EventRecord::first_parameter == DOORMAN_SLOT_PARAMETERS);
static_assert(DOORMAN_SLOT_PARAMETERS + model::max_event_parameters <= DOORMAN_EVENT_MAX_SLOTS);

using model::RecordFrame;
static_assert(RecordFrame::align == DOORMAN_EVENT_ALIGN && RecordFrame::max_bytes == DOORMAN_EVENT_MAX_BYTES);
static_assert(RecordFrame::header_bytes == sizeof(doorman_event_header));
static_assert(RecordFrame::kind_offset == offsetof(doorman_event_header, kind));
static_assert(RecordFrame::time_offset == offsetof(doorman_event_header, time));
static_assert(RecordFrame::cgroup_offset == offsetof(doorman_event_header, cgroup));

constexpr int highest_object = DOORMAN_OBJECT_PIDFD;
static_assert(static_cast<int>(EventObject::Type::pidfd) == highest_object);
static_assert(EventObject::connected == DOORMAN_OBJECT_CONNECTED);
static_assert(EventObject::named_here == DOORMAN_OBJECT_NAMED_HERE);
static_assert(EventObject::server == DOORMAN_OBJECT_SERVER);
static_assert(EventObject::listening == DOORMAN_OBJECT_LISTENING);
static_assert(EventObject::created == DOORMAN_OBJECT_CREATED);
static_assert(EventObject::upper_layer == DOORMAN_OBJECT_UPPER_LAYER);
static_assert(EventObject::lower_layer == DOORMAN_OBJECT_LOWER_LAYER);

// What fails is kept out of the way of what is read millions of times a second, and looks at the bytes anew.

template <typename Struct>
Struct load(const char* at) {
  Struct value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

[[gnu::cold, gnu::noinline]] Error wrong_header(base::Bytes bytes) {
  const auto header = load<doorman_event_header>(bytes.data());
  if (header.size > bytes.size()) {
    return {ErrorCode::truncated, fmt::format("record of {} bytes, and {} are left", header.size, bytes.size())};
  }
  if (header.size > DOORMAN_EVENT_MAX_BYTES) {
    return {ErrorCode::limit,
            fmt::format("record of {} bytes, more than {}", header.size, DOORMAN_EVENT_MAX_BYTES)};
  }
  if (header.slots > DOORMAN_EVENT_MAX_SLOTS) {
    return {ErrorCode::limit, fmt::format("{} slots, more than {}", header.slots, DOORMAN_EVENT_MAX_SLOTS)};
  }
  if (header.kind < DOORMAN_RECORD_CALL || header.kind > DOORMAN_RECORD_MAPPED) {
    return {ErrorCode::unsupported, fmt::format("record of the unknown kind {}", header.kind)};
  }
  if (header.type > model::event_types().size()) {
    return {ErrorCode::unsupported, fmt::format("record of the unknown event {}", header.type)};
  }
  return {ErrorCode::invalid, fmt::format("record of {} bytes", header.size)};
}

[[gnu::cold, gnu::noinline]] Error short_header(std::size_t bytes) {
  return {ErrorCode::truncated, fmt::format("{} bytes left, less than a header", bytes)};
}

[[gnu::cold, gnu::noinline]] Error no_room(std::string_view what, std::size_t at) {
  return {ErrorCode::invalid, fmt::format("{} at byte {} of the record goes past its end", what, at)};
}

[[gnu::cold, gnu::noinline]] Error no_room_for_slot(std::size_t slot, std::size_t length, std::size_t at) {
  return no_room(fmt::format("slot {} of {} bytes", slot, length), at);
}

[[gnu::cold, gnu::noinline]] Error too_long(std::size_t bytes) {
  return {ErrorCode::invalid, fmt::format("{} bytes behind the last slot", bytes)};
}

void read_v4(const char* at, base::IpAddress& address) {
  address.is_v6 = false;
  address.bytes.fill(0);
  std::memcpy(address.bytes.data(), at, 4);
}

void read_v6(const char* at, base::IpAddress& address) {
  address.is_v6 = true;
  std::memcpy(address.bytes.data(), at, 16);
}

/// ::ffff:a.b.c.d
bool is_v4_in_v6(const char* at) {
  return load<std::uint64_t>(at) == 0 && load<std::uint32_t>(at + 8) == 0xffff0000U;
}

bool is_unspecified(const char* at) { return (load<std::uint64_t>(at) | load<std::uint64_t>(at + 8)) == 0; }

/// An IPv6 socket that speaks IPv4 speaks IPv4: rules on networks must not be passed by in its clothes.
void read_addresses(const char* at, EventObject& object) {
  const char* local = at + offsetof(doorman_event_object, local);
  const char* remote = at + offsetof(doorman_event_object, remote);
  if (object.type == EventObject::Type::ipv6) {
    const bool speaks_v4 = is_v4_in_v6(remote) && (is_v4_in_v6(local) || is_unspecified(local));
    if (!speaks_v4) {
      read_v6(local, object.local);
      read_v6(remote, object.remote);
      return;
    }
    constexpr std::size_t v4_part = 12;
    object.type = EventObject::Type::ipv4;
    local += v4_part;
    remote += v4_part;
  }
  read_v4(local, object.local);
  read_v4(remote, object.remote);
}

// Member by member, as a whole struct would go over the stack.
#define DOORMAN_MEMBER(type, at, member) load<decltype(type::member)>((at) + offsetof(type, member))

/// What is checked before anything else is read.
struct Frame {
  std::uint32_t size;
  std::uint16_t type, flags;
  std::uint8_t kind, slots;
};

Frame frame_of(const char* at) {
  return {DOORMAN_MEMBER(doorman_event_header, at, size), DOORMAN_MEMBER(doorman_event_header, at, type),
          DOORMAN_MEMBER(doorman_event_header, at, flags), DOORMAN_MEMBER(doorman_event_header, at, kind),
          DOORMAN_MEMBER(doorman_event_header, at, slots)};
}

bool is_sound(const Frame& frame, std::size_t available) {
  return frame.size <= available && frame.size >= sizeof(doorman_event_header) &&
         frame.size <= DOORMAN_EVENT_MAX_BYTES && frame.size % DOORMAN_EVENT_ALIGN == 0 &&
         frame.slots <= DOORMAN_EVENT_MAX_SLOTS && frame.kind >= DOORMAN_RECORD_CALL &&
         frame.kind <= DOORMAN_RECORD_MAPPED && frame.type <= model::event_types().size();
}

void read_header(const char* at, const Frame& frame, EventRecord& into) {
  into.kind = static_cast<EventRecord::Kind>(frame.kind - DOORMAN_RECORD_CALL);
  into.type = static_cast<model::EventType>(frame.type);
  into.has_object = (frame.flags & DOORMAN_HAS_OBJECT) != 0;
  into.cut = (frame.flags & DOORMAN_CUT) != 0;
  into.gone = (frame.flags & DOORMAN_GONE) != 0;
  into.slots = frame.slots;
  into.size = frame.size;
  into.cpu = DOORMAN_MEMBER(doorman_event_header, at, cpu);
  into.pid = DOORMAN_MEMBER(doorman_event_header, at, pid);
  into.tid = DOORMAN_MEMBER(doorman_event_header, at, tid);
  into.vtid = DOORMAN_MEMBER(doorman_event_header, at, vtid);
  into.uid = DOORMAN_MEMBER(doorman_event_header, at, uid);
  into.gid = DOORMAN_MEMBER(doorman_event_header, at, gid);
  into.time = DOORMAN_MEMBER(doorman_event_header, at, time);
  into.cgroup = DOORMAN_MEMBER(doorman_event_header, at, cgroup);
  into.start = DOORMAN_MEMBER(doorman_event_header, at, start);
  into.result = DOORMAN_MEMBER(doorman_event_header, at, result);
}

void read_object(const char* at, EventObject& object) {
  const std::uint8_t type = DOORMAN_MEMBER(doorman_event_object, at, type);
  object.type = type <= highest_object ? static_cast<EventObject::Type>(type) : EventObject::Type::other;
  object.protocol = DOORMAN_MEMBER(doorman_event_object, at, protocol);
  object.flags = DOORMAN_MEMBER(doorman_event_object, at, flags);
  object.fd = DOORMAN_MEMBER(doorman_event_object, at, fd);
  object.device = DOORMAN_MEMBER(doorman_event_object, at, device);
  object.inode = DOORMAN_MEMBER(doorman_event_object, at, inode);
  object.local_port = DOORMAN_MEMBER(doorman_event_object, at, local_port);
  object.remote_port = DOORMAN_MEMBER(doorman_event_object, at, remote_port);
  if (object.is_ip()) read_addresses(at, object);
}

base::Status read_slots(base::Bytes record, std::size_t at, EventRecord& into) {
  const std::size_t slots = into.slots;
  if (2 * slots > record.size() - at) return no_room("the table of lengths", at);
  const char* lengths = record.data() + at;
  const char* next = lengths + 2 * slots;
  const char* const end = record.data() + record.size();
  std::string_view* slot = into.slot.data();
  for (std::size_t i = 0; i < slots; ++i, lengths += 2, ++slot) {
    const auto length = load<std::uint16_t>(lengths);
    if (length == DOORMAN_SLOT_ABSENT) {
      *slot = {};
      continue;
    }
    if (length > end - next) return no_room_for_slot(i, length, static_cast<std::size_t>(next - record.data()));
    *slot = {next, length};
    next += length;
  }
  if (end - next >= DOORMAN_EVENT_ALIGN) return too_long(static_cast<std::size_t>(end - next));
  return {};
}

}  // namespace

std::optional<RecordStamp> stamp_of(base::Bytes bytes) {
  if (bytes.size() < sizeof(doorman_event_header) || !is_sound(frame_of(bytes.data()), bytes.size())) return {};
  return RecordStamp{DOORMAN_MEMBER(doorman_event_header, bytes.data(), size),
                     DOORMAN_MEMBER(doorman_event_header, bytes.data(), time)};
}

base::Status decode(base::Bytes bytes, EventRecord& into) {
  std::size_t at = sizeof(doorman_event_header);
  if (bytes.size() < at) return short_header(bytes.size());
  const Frame frame = frame_of(bytes.data());
  if (!is_sound(frame, bytes.size())) return wrong_header(bytes);
  read_header(bytes.data(), frame, into);
  if (into.has_object) {
    if (frame.size - at < sizeof(doorman_event_object)) return no_room("the object", at);
    read_object(bytes.data() + at, into.object);
    at += sizeof(doorman_event_object);
  }
  return read_slots({bytes.data(), frame.size}, at, into);
}

}  // namespace doorman::parse::event
