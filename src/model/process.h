// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/container.h"

namespace doorman::model {

/// A process's name that is never used again: its number and when it started, in nanoseconds since boot.
struct ProcessKey {
  std::uint64_t start = 0;
  std::uint32_t pid = 0;

  bool operator==(const ProcessKey&) const = default;
};

/// The numbers of a process. Those with v are as its own pid namespace counts.
struct ProcessState {
  ProcessKey key;
  std::uint32_t uid = 0, gid = 0;  // beside the key: every event looks at them
  ProcessKey parent;
  std::uint32_t vpid = 0, session = 0, vsession = 0, group = 0, vgroup = 0;
  std::uint32_t tty = 0;  ///< 0: none
  std::uint32_t loginuid = no_user;
  std::uint64_t cap_effective = 0, cap_permitted = 0, cap_inheritable = 0;
  std::uint64_t pidns_start = 0;                              ///< nanoseconds since boot
  std::uint64_t exe_inode = 0, exe_ctime = 0, exe_mtime = 0;  ///< times in nanoseconds since 1970
  std::uint32_t exe_device = 0;
  bool exe_writable = false, exe_upper_layer = false, exe_lower_layer = false, exe_from_memfd = false;

  static constexpr std::uint32_t no_user = 0xffffffffU;
  bool operator==(const ProcessState&) const = default;
};

/// What a process runs. Never changed once it is made: all processes that run the same share it.
struct Program {
  /// Another for every content, and never one of another. 0: none was given.
  std::uint64_t id = 0;
  std::string exe_path;     ///< links followed
  std::string script_path;  ///< of a script that names its program by #!
  std::string filename;     ///< as the caller of execve wrote it
  std::string comm;         ///< the kernel's short name
  std::string arguments;    ///< each ends with NUL, the program's name first
  std::string environment;  ///< NAME=value, each ends with NUL
  bool knows_arguments = false, knows_environment = false;

  // Made of the others once, as rules ask for them all the time.
  std::string exe;           ///< the first argument
  std::string args;          ///< the rest, joined by spaces
  std::string command_line;  ///< comm and args
};

/// A process, alive or remembered for its children's sake. What every event looks at comes first.
struct Process {
  const Program* program = nullptr;      ///< never null once it is known; belongs to whom the process belongs to
  const Container* container = nullptr;  ///< null: of the host
  std::uint64_t cgroup = 0;
  /// Another number for every state of the process, its ancestors, its container and user; never one of another.
  std::uint64_t revision = 0;
  const Process* parent = nullptr;
  /// Equal numbers: the same programs of all ancestors; and the same container, user, group and login. 0: not
  /// known.
  std::uint64_t ancestry = 0, place = 0;
  ProcessState state;
  std::string_view cwd;  ///< belongs to whom the process belongs to
  bool exited = false;
};

/// What a record says of a process. Texts belong to the record; one without data() was not told.
struct ProcessChange {
  std::optional<ProcessState> state;  ///< of a fork: the child's
  std::string_view exe_path, script_path, filename, comm, arguments, environment, cwd;
  std::uint64_t clone_flags = 0;
};

/// Calls `visit(text)` for each of a list of texts that end with NUL (the last one need not), until it says false.
template <typename Visitor>
void for_each_text(std::string_view list, Visitor&& visit) {
  while (!list.empty()) {
    const std::size_t end = list.find('\0');
    if (!visit(list.substr(0, end))) return;
    if (end == std::string_view::npos) return;
    list.remove_prefix(end + 1);
  }
}

}  // namespace doorman::model
