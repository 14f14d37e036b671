// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <new>
#include <optional>
#include <span>
#include <string_view>

#include "model/system_event.h"

/// How SystemEvent is read, field by field: for the system_event_*.cc files alone.
namespace doorman::model {

using FieldReader = Value (*)(const SystemEvent&, const FieldUse&, base::Arena&);

struct ReaderOf {
  FieldId id;
  FieldReader read;
};

// Each group of fields, each in a file of its own.
std::span<const ReaderOf> event_readers();
std::span<const ReaderOf> argument_readers();
std::span<const ReaderOf> descriptor_readers();
std::span<const ReaderOf> connection_readers();
std::span<const ReaderOf> path_readers();
std::span<const ReaderOf> process_readers();
std::span<const ReaderOf> ancestry_readers();
std::span<const ReaderOf> user_readers();
std::span<const ReaderOf> container_readers();

/// More ancestors than these are not looked at.
inline constexpr std::size_t max_ancestors = 64;

inline Value text_unless_empty(std::string_view text) { return text.empty() ? Value() : Value::of(text); }

template <typename... Arguments>
Value format(base::Arena& scratch, fmt::format_string<Arguments...> pattern, Arguments&&... arguments) {
  fmt::memory_buffer text;
  fmt::format_to(std::back_inserter(text), pattern, std::forward<Arguments>(arguments)...);
  return Value::of(scratch.copy({text.data(), text.size()}));
}

/// Room for values in a row that live as long as `scratch`.
inline std::span<Value> values_in(base::Arena& scratch, std::size_t count) {
  const auto room = scratch.allocate(count * sizeof(Value));
  auto* const first = reinterpret_cast<Value*>(room.data());
  for (std::size_t i = 0; i < count; ++i) new (first + i) Value();
  return {first, count};
}

// What several groups ask.

inline std::uint64_t wall_time(const SystemEvent& event, std::uint64_t since_boot) {
  return event.context().boot_time + since_boot;
}
const UserNames* names_of(const SystemEvent& event);
std::string_view user_name(const SystemEvent& event, std::uint32_t uid);   ///< empty: not known
std::string_view group_name(const SystemEvent& event, std::uint32_t gid);  ///< empty: not known

/// A parameter of a call by its place, raw; without data() when the record has it not.
std::string_view raw_parameter(const EventRecord& record, std::size_t index);
std::optional<std::uint64_t> number_parameter(const EventRecord& record, std::size_t index);

/// The event's first or second path, absolute as far as that can be known; and as the caller wrote it.
enum class WhichPath : std::uint8_t { first, second };
std::optional<WhichPath> which_path(EventType type, std::size_t parameter);
std::string_view absolute_path(const SystemEvent& event, WhichPath which, base::Arena& scratch);
std::string_view written_path(const SystemEvent& event, WhichPath which);

/// A connection's other end is there to be asked for.
bool has_other_end(const EventObject& object);
/// `10.0.0.1:443`
std::string_view end_text(const base::IpAddress& address, std::uint16_t port, base::Arena& scratch);
/// What fd.name says, or empty.
std::string_view descriptor_name(const SystemEvent& event, base::Arena& scratch);
std::string_view type_char(EventObject::Type type);
std::string_view error_name(std::int64_t result);  ///< `ENOENT` of -2; empty: none such

/// NAME of the environment; and all of it, with spaces between.
Value variable_of(const Program& program, std::string_view name);
Value environment_of(const Program& program, base::Arena& scratch);

/// What the process's executable is, as evt.arg.flags of execve says it: `EXE_UPPER_LAYER|EXE_FROM_MEMFD`.
std::string_view executable_flags(const ProcessState& state, base::Arena& scratch);

}  // namespace doorman::model
