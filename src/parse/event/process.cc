// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstring>

#include "bpf/event.h"
#include "parse/event/record.h"

namespace doorman::parse::event {
namespace {

using base::Error;
using base::ErrorCode;
using model::EventRecord;

static_assert(sizeof(doorman_process) == 128);
static_assert(EventRecord::clone_flags_slot == DOORMAN_SLOT_CLONE_FLAGS);

void read_state(const doorman_process& raw, model::ProcessState& state) {
  state.key = {raw.start, raw.pid};
  state.parent = {raw.parent_start, raw.parent};
  state.vpid = raw.vpid;
  state.session = raw.session;
  state.vsession = raw.vsession;
  state.group = raw.group;
  state.vgroup = raw.vgroup;
  state.tty = raw.tty;
  state.uid = raw.uid;
  state.gid = raw.gid;
  state.loginuid = raw.loginuid;
  state.cap_effective = raw.cap_effective;
  state.cap_permitted = raw.cap_permitted;
  state.cap_inheritable = raw.cap_inheritable;
  state.pidns_start = raw.pidns_start;
  state.exe_inode = raw.exe_inode;
  state.exe_ctime = raw.exe_ctime;
  state.exe_mtime = raw.exe_mtime;
  state.exe_device = raw.exe_device;
  state.exe_writable = (raw.flags & DOORMAN_EXE_WRITABLE) != 0;
  state.exe_upper_layer = (raw.flags & DOORMAN_EXE_UPPER_LAYER) != 0;
  state.exe_lower_layer = (raw.flags & DOORMAN_EXE_LOWER_LAYER) != 0;
  state.exe_from_memfd = (raw.flags & DOORMAN_EXE_FROM_MEMFD) != 0;
}

/// The kernel gives names that end with NUL somewhere in their field.
std::string_view up_to_nul(std::string_view text) {
  return text.data() == nullptr ? text : text.substr(0, text.find('\0'));
}

}  // namespace

base::Status decode_process(const EventRecord& record, model::ProcessChange& into) {
  if (record.kind == EventRecord::Kind::exit) {
    into = {};
    return {};
  }
  if (record.has(DOORMAN_SLOT_PROCESS)) {
    const std::string_view bytes = record.at(DOORMAN_SLOT_PROCESS);
    doorman_process raw;
    if (bytes.size() < sizeof raw) {
      return Error(ErrorCode::truncated, fmt::format("process of {} bytes, not {}", bytes.size(), sizeof raw));
    }
    std::memcpy(&raw, bytes.data(), sizeof raw);
    read_state(raw, into.state ? *into.state : into.state.emplace());
  } else if (record.kind == EventRecord::Kind::change) {
    into.state.reset();
  } else {
    return Error(ErrorCode::invalid, "no process in the record of one");
  }
  const bool of_header = record.kind == EventRecord::Kind::fork ||  //
                         !into.state || into.state->key == model::ProcessKey{record.start, record.pid};
  if (!of_header) return Error(ErrorCode::mismatch, "header and process disagree about who it is");
  into.exe_path = record.at(DOORMAN_SLOT_EXE);
  into.script_path = record.at(DOORMAN_SLOT_SCRIPT);
  into.comm = up_to_nul(record.at(DOORMAN_SLOT_COMM));
  into.arguments = record.at(DOORMAN_SLOT_ARGS);
  into.environment = record.at(DOORMAN_SLOT_ENV);
  into.cwd = record.at(DOORMAN_SLOT_CWD);
  into.filename = record.at(DOORMAN_SLOT_FILENAME);
  into.clone_flags = 0;
  if (const std::string_view flags = record.at(DOORMAN_SLOT_CLONE_FLAGS); flags.size() == sizeof into.clone_flags) {
    std::memcpy(&into.clone_flags, flags.data(), flags.size());
  }
  return {};
}

}  // namespace doorman::parse::event
