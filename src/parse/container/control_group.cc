// SPDX-License-Identifier: Apache-2.0
#include "parse/container/control_group.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace doorman::parse::container {
namespace {

constexpr std::size_t id_digits = 64;
constexpr std::size_t max_prefixes = 64;

struct NamePrefix {
  std::string_view prefix, engine;
  bool monitor = false;
};

constexpr std::array<NamePrefix, 8> name_prefixes = {{
    {"libpod-conmon-", "podman", true},
    {"libpod-payload-", "podman"},
    {"libpod-", "podman"},
    {"docker-", "docker"},
    {"cri-containerd-", "containerd"},
    {"nerdctl-", "containerd"},
    {"crio-conmon-", "cri-o", true},
    {"crio-", "cri-o"},
}};

std::string_view without_scope(std::string_view name) {
  constexpr std::string_view ending = ".scope";
  return name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : name;
}

/// What one component of a path says, if it says anything.
std::optional<ControlGroup> read_name(std::string_view name, std::string_view parent, bool in_kubepods) {
  ControlGroup found;
  found.kind = ControlGroup::Kind::container;
  const std::string_view plain = without_scope(name);
  for (const NamePrefix& known : name_prefixes) {
    if (!plain.starts_with(known.prefix)) continue;
    const std::string_view id = plain.substr(known.prefix.size());
    if (!is_container_id(id)) continue;
    found.id = id;
    found.engine = known.engine;
    if (known.monitor) found.kind = ControlGroup::Kind::monitor;
    return found;
  }
  if (name == "conmon" && parent == "libpod_parent") {
    found.kind = ControlGroup::Kind::monitor;
    return found;
  }
  if (!is_container_id(name)) return std::nullopt;
  if (parent == "docker") found.engine = "docker";
  else if (!in_kubepods) return std::nullopt;  // podman's pods have such names too
  found.id = name;
  return found;
}

bool is_unit_of_the_host(std::string_view name) {
  constexpr std::array<std::string_view, 6> endings = {".slice",  ".service", ".mount",
                                                       ".socket", ".swap",    ".automount"};
  return name.empty() || name == "init.scope" ||
         std::ranges::any_of(endings, [name](std::string_view ending) { return name.ends_with(ending); });
}

/// user-1000.slice
std::optional<std::uint32_t> user_of(std::string_view name) {
  constexpr std::string_view start = "user-", end = ".slice";
  if (!name.starts_with(start) || !name.ends_with(end) || name.size() <= start.size() + end.size()) return {};
  const auto number = base::to_number(name.substr(start.size(), name.size() - start.size() - end.size()));
  if (!number || *number > 0xffffffffU) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

std::string_view last_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

bool is_container_id(std::string_view text) {
  return text.size() == id_digits &&
         std::ranges::all_of(text, [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

std::vector<std::string_view> group_prefixes(std::string_view path) {
  std::vector<std::string_view> prefixes;
  for (std::size_t at = 0; at < path.size() && prefixes.size() < max_prefixes;) {
    const std::size_t slash = path.find('/', at + 1);
    const std::size_t end = slash == path.npos ? path.size() : slash;
    if (end > at + 1) prefixes.push_back(path.substr(0, end));
    at = end;
  }
  return prefixes;
}

ControlGroup parse_control_group(std::string_view path) {
  ControlGroup found;
  if (path.size() > max_group_path_bytes || (!path.empty() && !path.starts_with('/'))) return found;
  std::string_view parent;
  bool in_kubepods = false;
  for (const std::string_view prefix : group_prefixes(path)) {
    const std::string_view name = last_name(prefix);
    if (const auto read = read_name(name, parent, in_kubepods)) {
      const std::uint32_t owner = found.owner;
      found = *read;
      found.owner = owner;
      found.group = prefix;
      return found;
    }
    if (found.owner == 0) found.owner = user_of(name).value_or(0);
    in_kubepods = in_kubepods || name.starts_with("kubepods");
    parent = name;
  }
  if (is_unit_of_the_host(last_name(path))) found.kind = ControlGroup::Kind::host;
  return found;
}

bool is_group_of(std::string_view cgroups_path, std::string_view path) {
  if (cgroups_path.empty()) return false;
  const auto parts = base::split(cgroups_path, ':');
  if (parts.size() == 3 && !cgroups_path.starts_with('/')) {
    const std::string_view name = last_name(path);
    if (parts[1].empty()) return name == parts[2] || without_scope(name) == parts[2];
    return name.ends_with(".scope") && name.size() == parts[1].size() + 1 + parts[2].size() + 6 &&
           name.starts_with(parts[1]) && name[parts[1].size()] == '-' &&
           without_scope(name).substr(parts[1].size() + 1) == parts[2];
  }
  while (cgroups_path.starts_with('/')) cgroups_path.remove_prefix(1);
  while (cgroups_path.ends_with('/')) cgroups_path.remove_suffix(1);
  if (cgroups_path.empty() || !path.ends_with(cgroups_path)) return false;
  const std::size_t before = path.size() - cgroups_path.size();
  return before == 0 || path[before - 1] == '/';
}

}  // namespace doorman::parse::container
