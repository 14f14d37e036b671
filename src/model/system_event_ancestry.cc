// SPDX-License-Identifier: Apache-2.0
// proc.p* and proc.a*: the parent and those before it; who leads the session and the process group.
#include <algorithm>
#include <array>

#include "model/system_event_readers.h"

namespace doorman::model {
namespace {

using base::Arena;
using OfProcess = Value (*)(const Process&, Arena&);

Value name(const Process& process, Arena&) { return text_unless_empty(process.program->comm); }
Value exe(const Process& process, Arena&) { return text_unless_empty(process.program->exe); }
Value exe_path(const Process& process, Arena&) { return text_unless_empty(process.program->exe_path); }
Value command_line(const Process& process, Arena&) { return text_unless_empty(process.program->command_line); }
Value arguments(const Process& process, Arena&) {
  return process.program->knows_arguments ? Value::of(process.program->args) : Value();
}
Value environment(const Process& process, Arena& scratch) { return environment_of(*process.program, scratch); }
Value pid(const Process& process, Arena&) { return Value::of_integer(process.state.key.pid); }
Value own_pid(const Process& process, Arena&) { return Value::of_integer(process.state.vpid); }

const Process* parent_of(const SystemEvent& event) {
  return event.process() == nullptr ? nullptr : event.process()->parent;
}

template <OfProcess read>
Value of_parent(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const Process* parent = parent_of(event);
  return parent == nullptr ? Value() : read(*parent, scratch);
}

/// 0 is the process itself, 1 its parent.
const Process* ancestor(const SystemEvent& event, std::int64_t index) {
  const Process* process = event.process();
  if (index < 0 || index > static_cast<std::int64_t>(max_ancestors)) return nullptr;
  while (process != nullptr && index-- > 0) process = process->parent;
  return process;
}

/// One value an ancestor, the parent first; ancestors that have none are left out.
template <OfProcess read>
Value of_all(const SystemEvent& event, Arena& scratch) {
  std::size_t count = 0;
  const Process* const first = parent_of(event);
  for (const Process* each = first; each != nullptr && count < max_ancestors; each = each->parent) ++count;
  const auto values = values_in(scratch, count);
  std::size_t filled = 0;
  for (const Process* each = first; count > 0; each = each->parent, --count) {
    const Value value = read(*each, scratch);
    if (value.exists()) values[filled++] = value;
  }
  return filled == 0 ? Value() : Value::of(std::span<const Value>(values.first(filled)));
}

template <OfProcess read>
Value of_ancestors(const SystemEvent& event, const FieldUse& use, Arena& scratch) {
  if (!use.has_argument) return of_all<read>(event, scratch);
  const Process* process = ancestor(event, use.index);
  return process == nullptr ? Value() : read(*process, scratch);
}

/// `proc.aenv[2]` is all of the grandparent's, `proc.aenv[HOME]` the first that an ancestor has.
Value ancestors_environment(const SystemEvent& event, const FieldUse& use, Arena& scratch) {
  if (!use.has_argument || use.index >= 0) return of_ancestors<environment>(event, use, scratch);
  std::size_t count = 0;
  for (const Process* each = parent_of(event); each != nullptr && count < max_ancestors;
       each = each->parent, ++count) {
    const Value value = variable_of(*each->program, use.key);
    if (value.exists()) return value;
  }
  return {};
}

/// The oldest shell among the ancestors and the process itself: what ends in `sh`.
Value login_shell(const SystemEvent& event, const FieldUse&, Arena&) {
  const Process* shell = nullptr;
  std::size_t count = 0;
  for (const Process* each = event.process(); each != nullptr && count <= max_ancestors;
       each = each->parent, ++count) {
    if (each->program->comm.ends_with("sh")) shell = each;
  }
  return shell == nullptr ? Value() : Value::of_integer(shell->state.key.pid);
}

/// The process of that number among the ancestors and the process itself, else the oldest that belongs to it.
template <std::uint32_t ProcessState::* member>
const Process* leader(const Process* process) {
  if (process == nullptr) return nullptr;
  const std::uint32_t wanted = process->state.*member;
  const Process* found = nullptr;
  for (std::size_t count = 0; process != nullptr && count <= max_ancestors; process = process->parent, ++count) {
    if (process->state.*member == wanted) found = process;
    if (process->state.key.pid == wanted) return process;
  }
  return found;
}

template <std::uint32_t ProcessState::* member, OfProcess read>
Value of_leader(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const Process* found = leader<member>(event.process());
  return found == nullptr ? Value() : read(*found, scratch);
}

constexpr auto session = &ProcessState::session;
constexpr auto group = &ProcessState::group;

constexpr auto readers = std::to_array<ReaderOf>({
    {FieldId::proc_pname, of_parent<name>},
    {FieldId::proc_pexe, of_parent<exe>},
    {FieldId::proc_pexepath, of_parent<exe_path>},
    {FieldId::proc_pcmdline, of_parent<command_line>},
    {FieldId::proc_pvpid, of_parent<own_pid>},
    {FieldId::proc_aname, of_ancestors<name>},
    {FieldId::proc_aexe, of_ancestors<exe>},
    {FieldId::proc_aexepath, of_ancestors<exe_path>},
    {FieldId::proc_acmdline, of_ancestors<command_line>},
    {FieldId::proc_aargs, of_ancestors<arguments>},
    {FieldId::proc_aenv, ancestors_environment},
    {FieldId::proc_apid, of_ancestors<pid>},
    {FieldId::proc_loginshellid, login_shell},
    {FieldId::proc_sname, of_leader<session, name>},
    {FieldId::proc_sid_exe, of_leader<session, exe>},
    {FieldId::proc_sid_exepath, of_leader<session, exe_path>},
    {FieldId::proc_pgid_name, of_leader<group, name>},
    {FieldId::proc_pgid_exe, of_leader<group, exe>},
    {FieldId::proc_pgid_exepath, of_leader<group, exe_path>},
    {FieldId::proc_vpgid_name, of_leader<group, name>},
    {FieldId::proc_vpgid_exe, of_leader<group, exe>},
    {FieldId::proc_vpgid_exepath, of_leader<group, exe_path>},
});

}  // namespace

std::span<const ReaderOf> ancestry_readers() { return readers; }

}  // namespace doorman::model
