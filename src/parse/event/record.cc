// SPDX-License-Identifier: Apache-2.0
#include "parse/event/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "bpf/event.h"

namespace doorman::parse::event {
namespace {

using base::Error;
using base::ErrorCode;
using model::EventObject;
using model::EventRecord;

static_assert(std::endian::native == std::endian::little, "records are little-endian and are read as they lie");
static_assert(sizeof(doorman_event_header) == 64 && sizeof(doorman_event_object) == 56);
static_assert(EventRecord::max_slots == DOORMAN_EVENT_MAX_SLOTS);
static_assert(EventRecord::first_parameter == DOORMAN_SLOT_PARAMETERS);
static_assert(DOORMAN_SLOT_PARAMETERS + model::max_event_parameters <= DOORMAN_EVENT_MAX_SLOTS);

constexpr int highest_object = DOORMAN_OBJECT_PIDFD;
static_assert(static_cast<int>(EventObject::Type::pidfd) == highest_object);

// Kept out of the way of what is read millions of times a second.
[[gnu::cold, gnu::noinline]] Error wrong_header(base::Bytes bytes, const doorman_event_header& header) {
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
  if (header.kind < DOORMAN_RECORD_CALL || header.kind > DOORMAN_RECORD_CONTAINER) {
    return {ErrorCode::unsupported, fmt::format("record of the unknown kind {}", header.kind)};
  }
  if (header.type > model::event_types().size()) {
    return {ErrorCode::unsupported, fmt::format("record of the unknown event {}", header.type)};
  }
  return {ErrorCode::invalid, fmt::format("record of {} bytes", header.size)};
}

[[gnu::cold, gnu::noinline]] Error no_room(std::string_view what, std::size_t at) {
  return {ErrorCode::invalid, fmt::format("{} at byte {} of the record goes past its end", what, at)};
}

constexpr std::array<std::uint8_t, 12> v4_in_v6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

base::IpAddress address_of(const __u8* bytes, bool is_v6) {
  base::IpAddress address;
  address.is_v6 = is_v6;
  std::memcpy(address.bytes.data(), bytes, is_v6 ? 16 : 4);
  return address;
}

/// An IPv6 socket that speaks IPv4 speaks IPv4: rules on networks must not be passed by in its clothes.
void read_addresses(const doorman_event_object& raw, EventObject& object) {
  bool is_v6 = object.type == EventObject::Type::ipv6;
  std::size_t skip = 0;
  const auto is_mapped = [](const __u8* bytes) {
    return std::memcmp(bytes, v4_in_v6.data(), v4_in_v6.size()) == 0;
  };
  constexpr std::array<__u8, 16> unspecified{};
  const bool has_local = std::memcmp(raw.local, unspecified.data(), unspecified.size()) != 0;
  if (is_v6 && is_mapped(raw.remote) && (is_mapped(raw.local) || !has_local)) {
    is_v6 = false;
    skip = v4_in_v6.size();
    object.type = EventObject::Type::ipv4;
  }
  object.local = address_of(raw.local + skip, is_v6);
  object.remote = address_of(raw.remote + skip, is_v6);
}

void read_object(const char* at, EventObject& object) {
  doorman_event_object raw;
  std::memcpy(&raw, at, sizeof raw);
  object.type = raw.type <= highest_object ? static_cast<EventObject::Type>(raw.type) : EventObject::Type::other;
  object.protocol = raw.protocol;
  object.connected = (raw.flags & DOORMAN_OBJECT_CONNECTED) != 0;
  object.named_here = (raw.flags & DOORMAN_OBJECT_NAMED_HERE) != 0;
  object.server = (raw.flags & DOORMAN_OBJECT_SERVER) != 0;
  object.listening = (raw.flags & DOORMAN_OBJECT_LISTENING) != 0;
  object.created = (raw.flags & DOORMAN_OBJECT_CREATED) != 0;
  object.upper_layer = (raw.flags & DOORMAN_OBJECT_UPPER_LAYER) != 0;
  object.lower_layer = (raw.flags & DOORMAN_OBJECT_LOWER_LAYER) != 0;
  object.fd = raw.fd;
  object.device = raw.device;
  object.inode = raw.inode;
  object.local_port = raw.local_port;
  object.remote_port = raw.remote_port;
  if (object.is_ip()) read_addresses(raw, object);
}

bool is_sound(const doorman_event_header& header, std::size_t available) {
  return header.size <= available && header.size >= sizeof header && header.size <= DOORMAN_EVENT_MAX_BYTES &&
         header.size % DOORMAN_EVENT_ALIGN == 0 && header.slots <= DOORMAN_EVENT_MAX_SLOTS &&
         header.kind >= DOORMAN_RECORD_CALL && header.kind <= DOORMAN_RECORD_CONTAINER &&
         header.type <= model::event_types().size();
}

void read_header(const doorman_event_header& header, EventRecord& into) {
  into.kind = static_cast<EventRecord::Kind>(header.kind - DOORMAN_RECORD_CALL);
  into.type = static_cast<model::EventType>(header.type);
  into.has_object = (header.flags & DOORMAN_HAS_OBJECT) != 0;
  into.cut = (header.flags & DOORMAN_CUT) != 0;
  into.gone = (header.flags & DOORMAN_GONE) != 0;
  into.slots = header.slots;
  into.cpu = header.cpu;
  into.pid = header.pid;
  into.tid = header.tid;
  into.vtid = header.vtid;
  into.uid = header.uid;
  into.gid = header.gid;
  into.size = header.size;
  into.time = header.time;
  into.cgroup = header.cgroup;
  into.start = header.start;
  into.result = header.result;
}

base::Status read_slots(base::Bytes record, std::size_t at, EventRecord& into) {
  const std::size_t bytes_of_lengths = std::size_t{2} * into.slots;
  if (bytes_of_lengths > record.size() - at) return no_room("the table of lengths", at);
  const char* lengths = record.data() + at;
  at += bytes_of_lengths;
  for (std::size_t i = 0; i < into.slots; ++i, lengths += 2) {
    std::uint16_t length = 0;
    std::memcpy(&length, lengths, sizeof length);
    if (length == DOORMAN_SLOT_ABSENT) {
      into.slot[i] = {};
      continue;
    }
    if (length > record.size() - at) return no_room(fmt::format("slot {} of {} bytes", i, length), at);
    into.slot[i] = {record.data() + at, length};
    at += length;
  }
  if (record.size() - at >= DOORMAN_EVENT_ALIGN) {
    return Error(ErrorCode::invalid, fmt::format("{} bytes behind the last slot", record.size() - at));
  }
  return {};
}

}  // namespace

base::Status decode(base::Bytes bytes, EventRecord& into) {
  doorman_event_header header;
  if (bytes.size() < sizeof header) {
    return Error(ErrorCode::truncated, fmt::format("{} bytes left, less than a header", bytes.size()));
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (!is_sound(header, bytes.size())) return wrong_header(bytes, header);
  read_header(header, into);
  std::size_t at = sizeof header;
  if (into.has_object) {
    if (header.size - at < sizeof(doorman_event_object)) return no_room("the object", at);
    read_object(bytes.data() + at, into.object);
    at += sizeof(doorman_event_object);
  }
  return read_slots({bytes.data(), header.size}, at, into);
}

}  // namespace doorman::parse::event
