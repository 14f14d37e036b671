// SPDX-License-Identifier: Apache-2.0
// fs.path.* and the paths that other fields are made of.
#include <algorithm>
#include <array>

#include "base/path.h"
#include "model/system_event_readers.h"

namespace doorman::model {
namespace {

using base::Arena;

/// Where the path parameters of an event stand, and the folder that each starts from; no parameter: none.
struct PathParameters {
  static constexpr std::uint8_t none = 0xff;
  std::array<std::uint8_t, 2> path = {none, none}, folder = {none, none};
};

/// symlink's target is a text and no path: it need not be anything.
PathParameters find_paths(const EventInfo& event) {
  PathParameters found;
  std::uint8_t folder = PathParameters::none;
  std::size_t count = 0;
  for (std::size_t i = 0; i < event.parameters.size() && count < found.path.size(); ++i) {
    const EventParameter& parameter = event.parameters[i];
    if (parameter.form == ParameterForm::descriptor) folder = static_cast<std::uint8_t>(i);
    if (parameter.form != ParameterForm::path) continue;
    found.path.at(count) = static_cast<std::uint8_t>(i);
    found.folder.at(count) = std::exchange(folder, PathParameters::none);
    ++count;
  }
  return found;
}

const PathParameters& paths_of(EventType type) {
  static const std::vector<PathParameters> all = [] {
    std::vector<PathParameters> table(1);
    for (const EventInfo& each : event_types()) table.push_back(find_paths(each));
    return table;
  }();
  return all[static_cast<std::size_t>(type)];
}

/// `a//b/./../c` as `a/c`, without looking at any disk; stays within the root.
std::string_view tidy(std::string_view folder, std::string_view path, Arena& scratch) {
  const auto room = scratch.allocate(folder.size() + path.size() + 2);
  std::size_t length = 0;
  const auto add = [&](std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('/'), text.size());
      const std::string_view part = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (part.empty() || part == ".") continue;
      if (part == "..") {
        while (length > 0 && room[--length] != '/') continue;
        continue;
      }
      room[length++] = '/';
      std::ranges::copy(part, room.begin() + static_cast<std::ptrdiff_t>(length));
      length += part.size();
    }
  };
  add(folder);
  add(path);
  if (length == 0) room[length++] = '/';
  return {room.data(), length};
}

constexpr std::uint64_t here = static_cast<std::uint64_t>(-100);  // AT_FDCWD

bool starts_here(const SystemEvent& event, std::uint8_t folder) {
  if (folder == PathParameters::none) return true;
  const auto fd = number_parameter(event.record(), folder);
  return !fd || *fd == here || static_cast<std::uint32_t>(*fd) == static_cast<std::uint32_t>(here);
}

bool is_link(EventType type) { return type == EventType::symlink || type == EventType::symlinkat; }

bool has_two_paths(const SystemEvent& event) {
  return is_link(event.event_type()) || paths_of(event.event_type()).path[1] != PathParameters::none;
}

constexpr std::size_t link_target = 1;  // parameter of symlink and symlinkat

Value name(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  return has_two_paths(event) ? Value() : text_unless_empty(absolute_path(event, WhichPath::first, scratch));
}
Value raw_name(const SystemEvent& event, const FieldUse&, Arena&) {
  return has_two_paths(event) ? Value() : text_unless_empty(written_path(event, WhichPath::first));
}
Value source(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  if (!has_two_paths(event)) return {};
  if (is_link(event.event_type())) return text_unless_empty(raw_parameter(event.record(), link_target));
  return text_unless_empty(absolute_path(event, WhichPath::first, scratch));
}
Value raw_source(const SystemEvent& event, const FieldUse&, Arena&) {
  if (!has_two_paths(event)) return {};
  if (is_link(event.event_type())) return text_unless_empty(raw_parameter(event.record(), link_target));
  return text_unless_empty(written_path(event, WhichPath::first));
}
WhichPath target_of(const SystemEvent& event) {
  return is_link(event.event_type()) ? WhichPath::first : WhichPath::second;
}
Value target(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  return has_two_paths(event) ? text_unless_empty(absolute_path(event, target_of(event), scratch)) : Value();
}
Value raw_target(const SystemEvent& event, const FieldUse&, Arena&) {
  return has_two_paths(event) ? text_unless_empty(written_path(event, target_of(event))) : Value();
}

Value absolute(const SystemEvent& event, const FieldUse& use, Arena& scratch) {
  const WhichPath which = use.key == "dst" ? WhichPath::second : WhichPath::first;
  return text_unless_empty(absolute_path(event, which, scratch));
}

constexpr auto readers = std::to_array<ReaderOf>({
    {FieldId::fs_path_name, name},
    {FieldId::fs_path_nameraw, raw_name},
    {FieldId::fs_path_source, source},
    {FieldId::fs_path_sourceraw, raw_source},
    {FieldId::fs_path_target, target},
    {FieldId::fs_path_targetraw, raw_target},
    {FieldId::evt_abspath, absolute},
});

}  // namespace

std::span<const ReaderOf> path_readers() { return readers; }

std::optional<WhichPath> which_path(EventType type, std::size_t parameter) {
  for (const WhichPath which : {WhichPath::first, WhichPath::second}) {
    if (paths_of(type).path.at(static_cast<std::size_t>(which)) == parameter) return which;
  }
  return std::nullopt;
}

std::string_view written_path(const SystemEvent& event, WhichPath which) {
  if (event.record().kind == EventRecord::Kind::exec && event.process() != nullptr) {
    return which == WhichPath::first ? std::string_view(event.process()->program->filename) : std::string_view();
  }
  const std::uint8_t parameter = paths_of(event.event_type()).path.at(static_cast<std::size_t>(which));
  return parameter == PathParameters::none ? std::string_view() : raw_parameter(event.record(), parameter);
}

std::string_view absolute_path(const SystemEvent& event, WhichPath which, Arena& scratch) {
  const auto index = static_cast<std::size_t>(which);
  const EventRecord& record = event.record();
  const std::string_view resolved = which == WhichPath::first ? record.path() : record.other_path();
  if (!resolved.empty()) return resolved;
  const std::string_view written = written_path(event, which);
  if (written.empty()) return {};
  if (written.front() == '/') return tidy({}, written, scratch);
  const bool from_here = event.process() != nullptr && !event.process()->cwd.empty() &&
                         starts_here(event, paths_of(event.event_type()).folder.at(index));
  return from_here ? tidy(event.process()->cwd, written, scratch) : written;
}

}  // namespace doorman::model
