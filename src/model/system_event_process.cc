// SPDX-License-Identifier: Apache-2.0
// proc.* of the process itself, and thread.*.
#include <array>

#include "model/flag_names.h"
#include "model/system_event_readers.h"

namespace doorman::model {
namespace {

using base::Arena;

template <std::string Program::* member>
Value program_text(const SystemEvent& event, const FieldUse&, Arena&) {
  return event.process() == nullptr ? Value() : text_unless_empty((*event.process()->program).*member);
}

template <auto member>
Value state_number(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr) return {};
  return Value::of_integer(static_cast<std::int64_t>(event.process()->state.*member));
}

template <bool ProcessState::* member>
Value state_truth(const SystemEvent& event, const FieldUse&, Arena&) {
  return event.process() == nullptr ? Value() : Value::of(event.process()->state.*member);
}

/// The same number with a letter or without: a process that leads.
template <std::uint32_t ProcessState::* leader, std::uint32_t ProcessState::* own>
Value leads(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr) return {};
  const ProcessState& state = event.process()->state;
  return Value::of(state.*leader == state.*own);
}
Value leads_group(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr) return {};
  return Value::of(event.process()->state.group == event.process()->state.key.pid);
}

Value pid(const SystemEvent& event, const FieldUse&, Arena&) { return Value::of_integer(event.record().pid); }
Value parent_pid(const SystemEvent& event, const FieldUse&, Arena&) {
  return event.process() == nullptr ? Value() : Value::of_integer(event.process()->state.parent.pid);
}
Value terminal(const SystemEvent& event, const FieldUse&, Arena&) {
  return event.process() == nullptr ? Value() : Value::of_natural(event.process()->state.tty);
}
Value folder(const SystemEvent& event, const FieldUse&, Arena&) {
  return event.process() == nullptr ? Value() : text_unless_empty(event.process()->cwd);
}

Value package(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr || event.container() == nullptr || event.container()->image_facts == nullptr ||
      event.process()->state.exe_upper_layer) {
    return {};
  }
  return text_unless_empty(event.container()->image_facts->package_of(event.process()->program->exe_path));
}

// What it was started with.

const Program* with_arguments(const SystemEvent& event) {
  if (event.process() == nullptr || !event.process()->program->knows_arguments) return nullptr;
  return event.process()->program;
}

/// Text number `index` of a list; without data() when there are fewer.
std::string_view text_at(std::string_view list, std::size_t index) {
  std::string_view found;
  for_each_text(list, [&](std::string_view text) {
    if (index-- != 0) return true;
    found = text;
    return false;
  });
  return found;
}

Value arguments(const SystemEvent& event, const FieldUse& use, Arena&) {
  const Program* program = with_arguments(event);
  if (program == nullptr) return {};
  if (!use.has_argument) return Value::of(program->args);
  if (use.index < 0) return {};
  const std::string_view text = text_at(program->arguments, static_cast<std::size_t>(use.index) + 1);
  return text.data() == nullptr ? Value() : Value::of(text);
}
struct ArgumentCount {
  std::uint64_t count = 0, bytes = 0;
};
ArgumentCount count_arguments(const Program& program) {
  ArgumentCount total;
  bool is_name = true;
  for_each_text(program.arguments, [&](std::string_view text) {
    if (!std::exchange(is_name, false)) {
      ++total.count;
      total.bytes += text.size();
    }
    return true;
  });
  return total;
}
Value argument_count(const SystemEvent& event, const FieldUse&, Arena&) {
  const Program* program = with_arguments(event);
  return program == nullptr ? Value() : Value::of_natural(count_arguments(*program).count);
}
Value argument_bytes(const SystemEvent& event, const FieldUse&, Arena&) {
  const Program* program = with_arguments(event);
  return program == nullptr ? Value() : Value::of_natural(count_arguments(*program).bytes);
}
Value exe_line(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const Program* program = with_arguments(event);
  if (program == nullptr) return {};
  return program->args.empty() ? Value::of(program->exe) : format(scratch, "{} {}", program->exe, program->args);
}
Value environment(const SystemEvent& event, const FieldUse& use, Arena& scratch) {
  if (event.process() == nullptr) return {};
  const Program& program = *event.process()->program;
  return use.has_argument ? variable_of(program, use.key) : environment_of(program, scratch);
}

// Times. Records count from the start of the machine, files and rules from 1970.

Value start_time(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr) return {};
  return Value::of_natural(wall_time(event, event.process()->state.key.start));
}
Value parent_start_time(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr || event.process()->state.parent.start == 0) return {};
  return Value::of_natural(wall_time(event, event.process()->state.parent.start));
}
Value span_since(const SystemEvent& event, std::uint64_t start) {
  const std::uint64_t now = event.record().time;
  return start == 0 || now < start ? Value() : Value::of_natural(now - start);
}
Value duration(const SystemEvent& event, const FieldUse&, Arena&) {
  return event.process() == nullptr ? Value() : span_since(event, event.process()->state.key.start);
}
Value parent_duration(const SystemEvent& event, const FieldUse&, Arena&) {
  return event.process() == nullptr ? Value() : span_since(event, event.process()->state.parent.start);
}
template <std::uint64_t ProcessState::* member>
Value file_time(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr || event.process()->state.*member == 0) return {};
  return Value::of_natural(event.process()->state.*member);
}
Value namespace_start(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr || event.process()->state.pidns_start == 0) return {};
  return Value::of_natural(wall_time(event, event.process()->state.pidns_start));
}
Value change_to_start(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr || event.process()->state.exe_ctime == 0) return {};
  const std::uint64_t start = wall_time(event, event.process()->state.key.start);
  const std::uint64_t change = event.process()->state.exe_ctime;
  return start > change ? Value::of_natural(start - change) : Value();
}
Value namespace_to_change(const SystemEvent& event, const FieldUse&, Arena&) {
  if (event.process() == nullptr || event.process()->state.pidns_start == 0) return {};
  const std::uint64_t start = wall_time(event, event.process()->state.pidns_start);
  const std::uint64_t change = event.process()->state.exe_ctime;
  return change > start ? Value::of_natural(change - start) : Value();
}

// Threads.

template <std::uint64_t ProcessState::* member>
Value capabilities(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  if (event.process() == nullptr) return {};
  return Value::of(capability_names(event.process()->state.*member, scratch));
}
Value thread_id(const SystemEvent& event, const FieldUse&, Arena&) { return Value::of_integer(event.record().tid); }
Value own_thread_id(const SystemEvent& event, const FieldUse&, Arena&) {
  return Value::of_integer(event.record().vtid);
}
Value is_main_thread(const SystemEvent& event, const FieldUse&, Arena&) {
  return Value::of(event.record().tid == event.record().pid);
}

constexpr auto readers = std::to_array<ReaderOf>({
    {FieldId::proc_name, program_text<&Program::comm>},
    {FieldId::proc_exe, program_text<&Program::exe>},
    {FieldId::proc_exepath, program_text<&Program::exe_path>},
    {FieldId::proc_package, package},
    {FieldId::proc_cmdline, program_text<&Program::command_line>},
    {FieldId::proc_args, arguments},
    {FieldId::proc_cmdnargs, argument_count},
    {FieldId::proc_cmdlenargs, argument_bytes},
    {FieldId::proc_exeline, exe_line},
    {FieldId::proc_env, environment},
    {FieldId::proc_cwd, folder},
    {FieldId::proc_tty, terminal},
    {FieldId::proc_pid, pid},
    {FieldId::proc_ppid, parent_pid},
    {FieldId::proc_vpid, state_number<&ProcessState::vpid>},
    {FieldId::proc_sid, state_number<&ProcessState::vsession>},
    {FieldId::proc_pgid, state_number<&ProcessState::group>},
    {FieldId::proc_vpgid, state_number<&ProcessState::vgroup>},
    {FieldId::proc_is_sid_leader, leads<&ProcessState::vsession, &ProcessState::vpid>},
    {FieldId::proc_is_vpgid_leader, leads<&ProcessState::vgroup, &ProcessState::vpid>},
    {FieldId::proc_is_pgid_leader, leads_group},
    {FieldId::proc_pid_ts, start_time},
    {FieldId::proc_ppid_ts, parent_start_time},
    {FieldId::proc_duration, duration},
    {FieldId::proc_ppid_duration, parent_duration},
    {FieldId::proc_is_exe_writable, state_truth<&ProcessState::exe_writable>},
    {FieldId::proc_is_exe_upper_layer, state_truth<&ProcessState::exe_upper_layer>},
    {FieldId::proc_is_exe_lower_layer, state_truth<&ProcessState::exe_lower_layer>},
    {FieldId::proc_is_exe_from_memfd, state_truth<&ProcessState::exe_from_memfd>},
    {FieldId::proc_exe_ino, state_number<&ProcessState::exe_inode>},
    {FieldId::proc_exe_ino_ctime, file_time<&ProcessState::exe_ctime>},
    {FieldId::proc_exe_ino_mtime, file_time<&ProcessState::exe_mtime>},
    {FieldId::proc_exe_ino_ctime_duration_proc_start, change_to_start},
    {FieldId::proc_exe_ino_ctime_duration_pidns_start, namespace_to_change},
    {FieldId::proc_pidns_init_start_ts, namespace_start},
    {FieldId::thread_cap_effective, capabilities<&ProcessState::cap_effective>},
    {FieldId::thread_cap_permitted, capabilities<&ProcessState::cap_permitted>},
    {FieldId::thread_cap_inheritable, capabilities<&ProcessState::cap_inheritable>},
    {FieldId::thread_tid, thread_id},
    {FieldId::thread_vtid, own_thread_id},
    {FieldId::thread_ismain, is_main_thread},
});

}  // namespace

std::span<const ReaderOf> process_readers() { return readers; }

Value variable_of(const Program& program, std::string_view name) {
  Value found;
  for_each_text(program.environment, [&](std::string_view text) {
    if (!text.starts_with(name) || !text.substr(name.size()).starts_with('=')) return true;
    found = Value::of(text.substr(name.size() + 1));
    return false;
  });
  return found;
}

Value environment_of(const Program& program, Arena& scratch) {
  if (!program.knows_environment) return {};
  std::string_view all = program.environment;
  if (all.ends_with('\0')) all.remove_suffix(1);
  const auto room = scratch.allocate(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) room[i] = all[i] == '\0' ? ' ' : all[i];
  return Value::of(std::string_view(room.data(), room.size()));
}

std::string_view executable_flags(const ProcessState& state, Arena& scratch) {
  fmt::memory_buffer text;
  const auto add = [&text](bool is_set, std::string_view word) {
    if (is_set) fmt::format_to(std::back_inserter(text), "{}{}", text.size() == 0 ? "" : "|", word);
  };
  add(state.exe_writable, "EXE_WRITABLE");
  add(state.exe_upper_layer, "EXE_UPPER_LAYER");
  add(state.exe_from_memfd, "EXE_FROM_MEMFD");
  add(state.exe_lower_layer, "EXE_LOWER_LAYER");
  return scratch.copy({text.data(), text.size()});
}

}  // namespace doorman::model
