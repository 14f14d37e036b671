// SPDX-License-Identifier: Apache-2.0
#include "parse/event/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "bpf/event.h"

namespace doorman::parse::event {
namespace {

using model::EventObject;
using model::EventRecord;

template <typename Struct>
void append_struct(std::string& out, const Struct& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

unsigned bit_if(bool is_set, unsigned bit) { return is_set ? bit : 0U; }

doorman_event_object raw_of(const EventObject& object) {
  doorman_event_object raw{};
  raw.type = static_cast<__u8>(object.type);
  raw.protocol = object.protocol;
  raw.flags = object.flags;
  raw.fd = object.fd;
  raw.inode = object.inode;
  raw.device = object.device;
  raw.local_port = object.local_port;
  raw.remote_port = object.remote_port;
  std::ranges::copy(object.local.bytes, std::begin(raw.local));
  std::ranges::copy(object.remote.bytes, std::begin(raw.remote));
  return raw;
}

doorman_process raw_of(const model::ProcessState& state) {
  doorman_process raw{};
  raw.start = state.key.start;
  raw.parent_start = state.parent.start;
  raw.cap_effective = state.cap_effective;
  raw.cap_permitted = state.cap_permitted;
  raw.cap_inheritable = state.cap_inheritable;
  raw.exe_inode = state.exe_inode;
  raw.exe_ctime = state.exe_ctime;
  raw.exe_mtime = state.exe_mtime;
  raw.pidns_start = state.pidns_start;
  raw.pid = state.key.pid;
  raw.parent = state.parent.pid;
  raw.vpid = state.vpid;
  raw.session = state.session;
  raw.vsession = state.vsession;
  raw.group = state.group;
  raw.vgroup = state.vgroup;
  raw.tty = state.tty;
  raw.uid = state.uid;
  raw.gid = state.gid;
  raw.loginuid = state.loginuid;
  raw.exe_device = state.exe_device;
  if (state.exe_writable) raw.flags |= DOORMAN_EXE_WRITABLE;
  if (state.exe_upper_layer) raw.flags |= DOORMAN_EXE_UPPER_LAYER;
  if (state.exe_lower_layer) raw.flags |= DOORMAN_EXE_LOWER_LAYER;
  if (state.exe_from_memfd) raw.flags |= DOORMAN_EXE_FROM_MEMFD;
  return raw;
}

doorman_event_header header_of(const EventRecord& record) {
  doorman_event_header header{};
  header.type = static_cast<__u16>(record.type);
  header.kind = static_cast<__u8>(static_cast<unsigned>(record.kind) + DOORMAN_RECORD_CALL);
  header.slots = record.slots;
  header.time = record.time;
  header.cgroup = record.cgroup;
  header.start = record.start;
  header.result = record.result;
  header.pid = record.pid;
  header.tid = record.tid;
  header.uid = record.uid;
  header.gid = record.gid;
  header.cpu = record.cpu;
  header.vtid = record.vtid;
  const unsigned flags = bit_if(record.has_object, DOORMAN_HAS_OBJECT) | bit_if(record.cut, DOORMAN_CUT) |
                         bit_if(record.gone, DOORMAN_GONE);
  header.flags = static_cast<__u16>(flags);
  return header;
}

void set(EventRecord& record, std::size_t slot, std::string_view text) {
  while (record.slots <= slot) record.slot[record.slots++] = {};
  record.slot[slot] = text;
}

void set_known(EventRecord& record, std::size_t slot, std::string_view text) {
  if (!text.empty()) set(record, slot, text);
}

std::string list_of(const model::Container::Labels& labels) {
  std::string list;
  for (const auto& [key, value] : labels) list.append(key).append(1, '\0').append(value).append(1, '\0');
  return list;
}

std::string list_of(const std::vector<model::ContainerMount>& mounts) {
  std::string list;
  for (const model::ContainerMount& mount : mounts) {
    for (const std::string_view part :
         {std::string_view(mount.source), std::string_view(mount.destination), std::string_view(mount.mode),
          std::string_view(mount.writable ? "rw" : "ro"), std::string_view(mount.propagation)}) {
      list.append(part).append(1, '\0');
    }
  }
  return list;
}

std::uint64_t flags_of(const model::Container& container) {
  return bit_if(container.privileged.value_or(false), DOORMAN_CONTAINER_PRIVILEGED) |
         bit_if(container.host_pid.value_or(false), DOORMAN_CONTAINER_HOST_PID) |
         bit_if(container.host_network.value_or(false), DOORMAN_CONTAINER_HOST_NETWORK) |
         bit_if(container.host_ipc.value_or(false), DOORMAN_CONTAINER_HOST_IPC);
}

}  // namespace

NumberSlot::NumberSlot(std::uint64_t number) { std::memcpy(bytes_, &number, sizeof bytes_); }

void append_record(std::string& out, const EventRecord& record) {
  const std::size_t start = out.size();
  doorman_event_header header = header_of(record);
  append_struct(out, header);
  if (record.has_object) append_struct(out, raw_of(record.object));
  const std::size_t lengths = out.size();
  out.append(std::size_t{2} * record.slots, '\0');
  std::size_t room = DOORMAN_EVENT_MAX_BYTES - (out.size() - start);
  for (std::size_t i = 0; i < record.slots; ++i) {
    std::uint16_t length = DOORMAN_SLOT_ABSENT;
    if (record.slot[i].data() != nullptr) {
      const std::size_t kept = std::min({record.slot[i].size(), std::size_t{DOORMAN_SLOT_MAX_BYTES}, room});
      if (kept < record.slot[i].size()) header.flags |= DOORMAN_CUT;
      length = static_cast<std::uint16_t>(kept);
      out.append(record.slot[i].substr(0, kept));
      room -= kept;
    }
    std::memcpy(out.data() + lengths + 2 * i, &length, sizeof length);
  }
  while ((out.size() - start) % DOORMAN_EVENT_ALIGN != 0) out.push_back('\0');
  header.size = static_cast<__u32>(out.size() - start);
  std::memcpy(out.data() + start, &header, sizeof header);
}

void append_process(std::string& out, EventRecord record, const model::ProcessChange& change) {
  record.slots = 0;
  record.has_object = false;
  const auto tell = [&record](std::size_t slot, std::string_view text) {
    if (text.data() != nullptr) set(record, slot, text);
  };
  tell(DOORMAN_SLOT_EXE, change.exe_path);
  tell(DOORMAN_SLOT_SCRIPT, change.script_path);
  doorman_process raw{};
  if (change.state) {
    raw = raw_of(*change.state);
    set(record, DOORMAN_SLOT_PROCESS, {reinterpret_cast<const char*>(&raw), sizeof raw});
  }
  tell(DOORMAN_SLOT_COMM, change.comm);
  tell(DOORMAN_SLOT_ARGS, change.arguments);
  tell(DOORMAN_SLOT_ENV, change.environment);
  tell(DOORMAN_SLOT_CWD, change.cwd);
  tell(DOORMAN_SLOT_FILENAME, change.filename);
  const NumberSlot flags(change.clone_flags);
  if (change.clone_flags != 0) set(record, DOORMAN_SLOT_CLONE_FLAGS, flags.bytes());
  append_record(out, record);
}

void append_container(std::string& out, std::uint64_t cgroup, const model::Container& container,
                      std::uint64_t time) {
  EventRecord record;
  record.time = time;
  record.kind = EventRecord::Kind::container;
  record.cgroup = cgroup;
  const NumberSlot flags(flags_of(container));
  if (container.privileged) set(record, DOORMAN_CONTAINER_FLAGS, flags.bytes());
  set_known(record, DOORMAN_CONTAINER_ID, container.id);
  set_known(record, DOORMAN_CONTAINER_NAME, container.name);
  set_known(record, DOORMAN_CONTAINER_ENGINE, container.engine);
  set_known(record, DOORMAN_CONTAINER_IMAGE, container.image);
  set_known(record, DOORMAN_CONTAINER_IMAGE_ID, container.image_id);
  set_known(record, DOORMAN_CONTAINER_REPOSITORY, container.repository);
  set_known(record, DOORMAN_CONTAINER_TAG, container.tag);
  set_known(record, DOORMAN_CONTAINER_DIGEST, container.digest);
  const std::string labels = list_of(container.labels), pod_labels = list_of(container.pod_labels);
  const std::string mounts = list_of(container.mounts);
  set_known(record, DOORMAN_CONTAINER_LABELS, labels);
  set_known(record, DOORMAN_CONTAINER_MOUNTS, mounts);
  set_known(record, DOORMAN_CONTAINER_IP, container.ip);
  set_known(record, DOORMAN_CONTAINER_POD_NAME, container.pod_name);
  set_known(record, DOORMAN_CONTAINER_POD_NAMESPACE, container.pod_namespace);
  set_known(record, DOORMAN_CONTAINER_POD_UID, container.pod_uid);
  set_known(record, DOORMAN_CONTAINER_POD_SANDBOX, container.pod_sandbox);
  set_known(record, DOORMAN_CONTAINER_POD_LABELS, pod_labels);
  std::string users, groups;
  for (const auto& user : container.names.users) {
    users += fmt::format("{}:x:{}:0::{}:{}\n", user.name, user.uid, user.home, user.shell);
  }
  for (const auto& group : container.names.groups) groups += fmt::format("{}:x:{}:\n", group.name, group.gid);
  set_known(record, DOORMAN_CONTAINER_USERS, users);
  set_known(record, DOORMAN_CONTAINER_GROUPS, groups);
  set_known(record, DOORMAN_CONTAINER_HOSTNAME, container.hostname);
  append_record(out, record);
}

}  // namespace doorman::parse::event
