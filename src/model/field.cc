// SPDX-License-Identifier: Apache-2.0
#include "model/field.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/nearest.h"
#include "base/text.h"
#include "model/event_type.h"

namespace doorman::model {
namespace {

// What fields.def calls sources.
constexpr SourceSet SYSCALL = set_of(EventSource::syscall);
constexpr SourceSet IMAGE = set_of(EventSource::image);
constexpr SourceSet PACKAGE = set_of(EventSource::package);
constexpr SourceSet VULNERABILITY = set_of(EventSource::vulnerability);
constexpr SourceSet FILES = set_of(EventSource::file);
constexpr SourceSet SECRET = set_of(EventSource::secret);
constexpr SourceSet ADMISSION = set_of(EventSource::admission);
constexpr SourceSet FLOW = set_of(EventSource::flow);
constexpr SourceSet K8S_AUDIT = set_of(EventSource::k8s_audit);
constexpr SourceSet HOST = set_of(EventSource::host);
constexpr SourceSet MOMENT = SYSCALL | ADMISSION | FLOW | K8S_AUDIT;          // what happens at a time
constexpr SourceSet STARTED = SYSCALL | ADMISSION;                            // what has a container
constexpr SourceSet PACKAGES = PACKAGE | VULNERABILITY;                       // what has a package
constexpr SourceSet CONTENT = IMAGE | PACKAGES | FILES | SECRET | ADMISSION;  // what has an image

constexpr bool one = false, many = true;

constexpr auto all = std::to_array<Field>({
#define FIELD(id, name, type, shape, argument, sources, scope, doc, example) \
  {FieldId::id, name, FieldType::type, shape, FieldArgument::argument, sources, FieldScope::scope, doc, example},
#include "model/fields.def"
#undef FIELD
});

bool takes_key(FieldArgument argument) {
  return argument == FieldArgument::key || argument == FieldArgument::optional_key;
}

bool is_required(FieldArgument argument) {
  return argument == FieldArgument::key || argument == FieldArgument::index;
}

std::optional<std::int64_t> read_index(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The parameters of all events by name, each with its type in the first event that has it.
const std::unordered_map<std::string_view, FieldType>& parameters() {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, FieldType> map;
    for (const EventInfo& event : event_types()) {
      for (const EventParameter& parameter : event.parameters) map.emplace(parameter.name, parameter.type);
    }
    return map;
  }();
  return by_name;
}

base::Error no_such_key(std::string_view what, std::string_view key, std::vector<std::string_view> known) {
  std::ranges::sort(known);
  return {base::ErrorCode::invalid,
          fmt::format("there is no {} `{}`{}", what, base::printable(key), base::did_you_mean(key, known))};
}

/// Keys that name something that the program knows: parameters and events.
base::Status check_key(const FieldUse& use) {
  const bool raw = use.id == FieldId::evt_rawarg;
  if ((raw || (use.id == FieldId::evt_arg && use.index < 0)) && !parameters().contains(use.key)) {
    std::vector<std::string_view> known;
    for (const auto& [name, type] : parameters()) known.push_back(name);
    return no_such_key("event parameter", use.key, std::move(known));
  }
  if (use.id == FieldId::evt_type_is && find_event_type(use.key) == nullptr) {
    std::vector<std::string_view> known;
    for (const EventInfo& event : event_types()) known.push_back(event.name);
    return no_such_key("event", use.key, std::move(known));
  }
  return {};
}

base::Result<FieldUse> use_of(const Field& field, std::optional<std::string_view> argument) {
  const auto wrong = [&](std::string_view why) {
    return base::Error(base::ErrorCode::invalid, fmt::format("`{}` {}", field.name, why));
  };
  FieldUse use{.id = field.id, .key = {}};
  if (!argument) {
    if (is_required(field.argument)) return wrong("needs an argument in brackets behind it");
    return use;
  }
  if (field.argument == FieldArgument::none) return wrong("takes no argument");
  if (argument->empty()) return wrong("has empty brackets behind it");
  use.has_argument = true;
  use.key = *argument;
  use.index = read_index(*argument).value_or(-1);
  if (!takes_key(field.argument) && use.index < 0) return wrong("takes a number in brackets");
  DOORMAN_CHECK(check_key(use));
  return use;
}

base::Error no_field(std::string_view name) {
  return {base::ErrorCode::not_found, fmt::format("there is no field `{}`", name)};
}

}  // namespace

std::string_view to_text(EventSource source) {
  switch (source) {
    case EventSource::syscall:
      return "syscall";
    case EventSource::image:
      return "image";
    case EventSource::package:
      return "package";
    case EventSource::vulnerability:
      return "vulnerability";
    case EventSource::file:
      return "file";
    case EventSource::secret:
      return "secret";
    case EventSource::admission:
      return "admission";
    case EventSource::flow:
      return "flow";
    case EventSource::k8s_audit:
      return "k8s_audit";
    case EventSource::host:
      return "host";
  }
  return {};
}

std::string_view to_text(FieldType type) {
  switch (type) {
    case FieldType::boolean:
      return "boolean";
    case FieldType::integer:
      return "integer";
    case FieldType::natural:
      return "natural";
    case FieldType::real:
      return "real";
    case FieldType::text:
      return "text";
    case FieldType::path:
      return "path";
    case FieldType::bytes:
      return "bytes";
    case FieldType::address:
      return "address";
    case FieldType::network:
      return "network";
    case FieldType::port:
      return "port";
    case FieldType::duration:
      return "duration";
    case FieldType::time:
      return "time";
  }
  return {};
}

std::string_view to_text(FieldArgument argument) {
  switch (argument) {
    case FieldArgument::none:
      return "none";
    case FieldArgument::optional_index:
      return "optional number";
    case FieldArgument::index:
      return "number";
    case FieldArgument::optional_key:
      return "optional key";
    case FieldArgument::key:
      return "key";
  }
  return {};
}

std::span<const Field> fields() { return all; }

const Field& field(FieldId id) { return all[static_cast<std::size_t>(id)]; }

const Field* find_field(std::string_view name) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, const Field*> map;
    for (const Field& each : all) map.emplace(each.name, &each);
    return map;
  }();
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

FieldType type_of(const FieldUse& use) {
  const FieldType own = field(use.id).type;
  if (use.id != FieldId::evt_rawarg) return own;
  const auto found = parameters().find(use.key);
  return found == parameters().end() ? own : found->second;
}

SplitField split_field(std::string_view text) {
  if (const Field* whole = find_field(text)) return {whole, std::nullopt};
  if (const auto bracket = text.find('['); bracket != std::string_view::npos && text.ends_with(']')) {
    return {find_field(text.substr(0, bracket)), text.substr(bracket + 1, text.size() - bracket - 2)};
  }
  for (auto dot = text.rfind('.', max_field_name_bytes); dot != std::string_view::npos && dot > 0;
       dot = text.rfind('.', dot - 1)) {
    const Field* start = find_field(text.substr(0, dot));
    if (start != nullptr && takes_key(start->argument)) return {start, text.substr(dot + 1)};
  }
  return {};
}

base::Result<FieldUse> use_field(std::string_view name, std::optional<std::string_view> in_brackets) {
  if (!in_brackets) return use_field(name);
  const Field* found = find_field(name);
  if (found == nullptr) return no_field(name);
  return use_of(*found, in_brackets);
}

base::Result<FieldUse> use_field(std::string_view text) {
  const auto [found, argument] = split_field(text);
  if (found == nullptr) return no_field(text.substr(0, text.find('[')));
  return use_of(*found, argument);
}

}  // namespace doorman::model
