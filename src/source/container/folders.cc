// SPDX-License-Identifier: Apache-2.0
#include "source/container/folders.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/fd.h"
#include "base/json.h"
#include "base/text.h"
#include "base/toml.h"
#include "parse/container/control_group.h"
#include "source/containers_storage_conf.h"

namespace doorman::source::container {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t max_configuration_bytes = 1U << 20U, max_proc_bytes = 16U << 20U;
constexpr std::size_t max_processes = 1U << 20U;

template <typename T>
void add_once(std::vector<T>& into, T item) {
  if (std::ranges::find(into, item) == into.end()) into.push_back(std::move(item));
}

/// Source: proc(5), /proc/PID/mountinfo. The whole hierarchy, not a part of it that is mounted elsewhere.
Result<std::string> v2_mount(const std::string& proc) {
  DOORMAN_TRY(const std::string mounts, base::read_file(proc + "/self/mountinfo", max_proc_bytes));
  std::string_view rest = mounts, line;
  while (base::next_line(rest, line)) {
    const std::size_t dash = line.find(" - ");
    if (dash == line.npos || !line.substr(dash + 3).starts_with("cgroup2 ")) continue;
    const auto parts = base::split(line, ' ');
    if (parts.size() > 4 && parts[3] == "/") return std::string(parts[4]);
  }
  return Error(ErrorCode::not_found, "no cgroup v2 hierarchy is mounted");
}

using Arguments = std::vector<std::string>;

/// `--name value` or `--name=value`
std::string option(const Arguments& arguments, std::string_view name) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    std::string_view text = arguments[i];
    while (text.starts_with('-')) text.remove_prefix(1);
    if (text == name && arguments[i].starts_with('-') && i + 1 < arguments.size()) return arguments[i + 1];
    if (text.starts_with(name) && text.substr(name.size()).starts_with('=')) {
      return std::string(text.substr(name.size() + 1));
    }
  }
  return {};
}

/// The commands of root's processes outside containers that have one of these names.
std::vector<Arguments> daemons(const std::string& proc) {
  std::vector<Arguments> found;
  std::error_code failed;
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(proc, failed)) {
    const std::string folder = entry.path().string();
    if (!base::is_digit(folder.back()) || ++seen > max_processes) continue;
    auto name = base::read_file(folder + "/comm", max_configuration_bytes);
    if (!name.ok() || (*name != "dockerd\n" && *name != "containerd\n")) continue;
    struct stat status{};
    if (::stat(folder.c_str(), &status) != 0 || status.st_uid != 0) continue;
    const auto groups = base::read_file(folder + "/cgroup", max_configuration_bytes);
    if (!groups.ok()) continue;
    const std::size_t own = groups->find("0::");
    if (own != groups->npos) {
      const std::string_view path = std::string_view(*groups).substr(own + 3);
      const auto parsed = parse::container::parse_control_group(path.substr(0, path.find('\n')));
      if (parsed.kind == parse::container::ControlGroup::Kind::container) continue;
    }
    const auto command = base::read_file(folder + "/cmdline", max_configuration_bytes);
    if (!command.ok()) continue;
    Arguments arguments;
    for (const std::string_view argument : base::split(*command, '\0')) arguments.emplace_back(argument);
    arguments.front() = name->substr(0, name->size() - 1);
    found.push_back(std::move(arguments));
  }
  return found;
}

std::string or_else(std::string text, std::string_view otherwise) {
  return text.empty() ? std::string(otherwise) : std::move(text);
}

/// A daemon's folders: its options, then its configuration, then the defaults.
void add_docker(const Arguments& arguments, EngineFolders& folders) {
  std::string root = option(arguments, "data-root"), run = option(arguments, "exec-root");
  const std::string path = or_else(option(arguments, "config-file"), "/etc/docker/daemon.json");
  if (const auto text = base::read_file(path, max_configuration_bytes); text.ok()) {
    if (const auto document = base::JsonDocument::parse(*text); document.ok()) {
      root = or_else(root, document->root()["data-root"].string_or(""));
      run = or_else(run, document->root()["exec-root"].string_or(""));
    }
  }
  root = or_else(root, "/var/lib/docker");
  run = or_else(run, "/var/run/docker");
  add_once(folders.docker, root);
  add_once(folders.containerd, {root + "/containerd/daemon", run + "/containerd/daemon"});
}

void add_containerd(const Arguments& arguments, EngineFolders& folders) {
  std::string root = option(arguments, "root"), state = option(arguments, "state");
  std::string path = option(arguments, "config");
  if (path.empty()) path = or_else(option(arguments, "c"), "/etc/containerd/config.toml");
  if (const auto text = base::read_file(path, max_configuration_bytes); text.ok()) {
    if (const auto document = base::TomlDocument::parse(*text); document.ok()) {
      for (const base::TomlSection& section : document->sections()) {
        if (!section.path.empty()) continue;
        root = or_else(root, section.table["root"].string_or(""));
        state = or_else(state, section.table["state"].string_or(""));
      }
    }
  }
  add_once(folders.containerd, {or_else(root, "/var/lib/containerd"), or_else(state, "/run/containerd")});
}

}  // namespace

EngineFolders EngineFolders::configured() {
  EngineFolders folders;
  const auto storage = read_storage_config(StorageUser{0, "/root", "", "", "", ""});
  if (storage.ok()) folders.storage = storage->folders;
  add_once(folders.storage, std::string("/var/lib/containers/storage"));
  add_docker({"dockerd"}, folders);
  add_containerd({"containerd"}, folders);
  folders.runc = {"/run/runc"};
  folders.crun = {"/run/crun"};
  return folders;
}

Result<EngineFolders> EngineFolders::of_this_host() {
  EngineFolders folders = configured();
  DOORMAN_TRY(folders.groups, v2_mount(folders.proc));
  folders.add_running_daemons();
  return folders;
}

void EngineFolders::add_running_daemons() {
  for (const Arguments& daemon : daemons(proc)) {
    if (daemon.front() == "dockerd") add_docker(daemon, *this);
    else add_containerd(daemon, *this);
  }
}

}  // namespace doorman::source::container
