// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace doorman::model {

/// What a rule is asked once for. The text is what `source:` takes in a rule file.
enum class EventSource : std::uint8_t {
  syscall,        ///< a system call or another event of the kernel
  image,          ///< an image, a root folder or a host as a whole
  package,        ///< each of its packages
  vulnerability,  ///< each of its findings
  file,           ///< each program, and each other file that is worth a look
  secret,         ///< each secret that was found in it
  admission,      ///< each container that asks to be started, with its pod beside it
  flow,           ///< a connection between two identities
  k8s_audit,      ///< an entry of the Kubernetes audit log
  host,           ///< a machine and its settings
};
inline constexpr std::size_t event_source_count = 10;
std::string_view to_text(EventSource source);

/// A set of sources, one bit each.
using SourceSet = std::uint16_t;
constexpr SourceSet set_of(EventSource source) {
  return static_cast<SourceSet>(1U << static_cast<unsigned>(source));
}
inline constexpr SourceSet every_source = (1U << event_source_count) - 1;

/// What kind of values a field holds: decides which operators it takes and how a literal beside it is read.
enum class FieldType : std::uint8_t {
  boolean,
  integer,  ///< 64 bits with sign: file descriptors, results, process ids
  natural,  ///< 64 bits without sign
  real,     ///< double
  text,
  path,      ///< text; a trailing `/` and doubled ones are kept as they are
  bytes,     ///< raw content: takes only = != in, contains, startswith, endswith, exists and the b… operators
  address,   ///< IPv4 or IPv6
  network,   ///< addresses that are matched against networks
  port,      ///< 0 to 65535; a literal may be a service's name
  duration,  ///< nanoseconds
  time,      ///< nanoseconds since 1970
};
std::string_view to_text(FieldType type);

/// What stands in brackets (or, for evt.arg, after the dot) behind a field's name.
enum class FieldArgument : std::uint8_t {
  none,
  optional_index,  ///< `proc.aname`, `proc.aname[2]`
  index,           ///< must be there, a number
  optional_key,    ///< `proc.env`, `proc.env[HOME]`
  key,             ///< must be there: `container.mount.dest[/etc*]`, `evt.arg.flags`, `evt.arg[1]`
};
std::string_view to_text(FieldArgument argument);

/// What a field's value hangs on, so that what was decided by it need not be decided again: Facts::revisions has a
/// number for each but `event`.
enum class FieldScope : std::uint8_t {
  event,     ///< may differ from event to event
  process,   ///< the process and all of the following
  program,   ///< what the process runs, with its arguments and environment
  ancestry,  ///< what its ancestors run
  place,     ///< its container and user
};
inline constexpr std::size_t field_scope_count = 5;

/// Of what hangs on both.
constexpr FieldScope joined(FieldScope a, FieldScope b) {
  if (a == b) return a;
  return a == FieldScope::event || b == FieldScope::event ? FieldScope::event : FieldScope::process;
}

/// One line of fields.def. The texts live as long as the program.
enum class FieldId : std::uint16_t {
#define FIELD(id, name, type, shape, argument, sources, scope, doc, example) id,
#include "model/fields.def"
#undef FIELD
};

struct Field {
  FieldId id;
  std::string_view name;  ///< `proc.aname`
  FieldType type;
  bool list;  ///< holds any number of values: `=` asks whether one of them is it
  FieldArgument argument;
  SourceSet sources;
  FieldScope scope;
  std::string_view doc, example;
};

/// No name is longer.
inline constexpr std::size_t max_field_name_bytes = 64;

/// All of them, in the order of the file, which is that of FieldId.
std::span<const Field> fields();
const Field& field(FieldId id);
/// By the whole name, without its argument; nullptr when there is none.
const Field* find_field(std::string_view name);

/// A field as a condition uses it: what Facts is asked for.
struct FieldUse {
  FieldId id{};
  bool has_argument = false;
  std::int64_t index = -1;  ///< of an argument that is a number, a key too: `evt.arg[1]`; -1 for all others
  std::string key;          ///< the argument as it was written, without its brackets or dot

  bool operator==(const FieldUse&) const = default;
};

/// The type of what is read: the field's own, but for `evt.rawarg` that of the parameter which it names.
FieldType type_of(const FieldUse& use);

/// A field and its argument, taken apart: a view into what was asked.
struct SplitField {
  const Field* field = nullptr;              ///< nullptr when no field is meant
  std::optional<std::string_view> argument;  ///< is there a `[…]` or a dotted rest
};

/// What `proc.aname[2]`, `evt.arg.flags` and `k8s.pod.label.app` mean. Fields with a key also take it after a dot;
/// of several that fit, the longest name is meant. Does not say whether the field wants the argument.
SplitField split_field(std::string_view text);

/// The use that is meant by a name (which may have a dotted argument) and by what stood in the brackets behind it,
/// or why there is none: no such field (`not_found`), or an argument that it does not take or that it lacks
/// (`invalid`).
base::Result<FieldUse> use_field(std::string_view name, std::optional<std::string_view> in_brackets);
/// The same, of a text with its brackets: `proc.aname[2]`.
base::Result<FieldUse> use_field(std::string_view text);

}  // namespace doorman::model
