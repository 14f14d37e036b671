// SPDX-License-Identifier: Apache-2.0
#include "source/container/finder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>

#include "base/fd.h"
#include "parse/container/addresses.h"
#include "parse/container/control_group.h"
#include "source/container/containerd.h"
#include "source/container/describe.h"
#include "source/container/docker.h"
#include "source/container/group_tree.h"
#include "source/container/maker.h"
#include "source/container/runtimes.h"
#include "source/container/storage.h"
#include "source/containers_storage_conf.h"

namespace doorman::source::container {
namespace {

using base::Result;
using parse::container::ControlGroup;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t max_file_bytes = 16U << 20U;
/// What docker calls itself among containerd's clients.
constexpr std::string_view docker_name_space = "moby";
/// Looking at every process for a daemon is dear beside everything else.
constexpr std::chrono::seconds between_daemon_scans{2};

std::string_view last_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }
std::string_view parent_path(std::string_view path) { return path.substr(0, path.rfind('/')); }

Finding known_by_name(const ControlGroup& parsed) {
  Finding finding;
  finding.state = Finding::State::not_yet;
  finding.container.id = parsed.id;
  finding.container.engine = parsed.engine;
  finding.group = parsed.group;
  return finding;
}

}  // namespace

struct ContainerFinder::Impl {
  explicit Impl(EngineFolders there) : folders(std::move(there)) { add_engines(); }

  Result<Finding> find(std::string_view path, std::uint32_t maker);
  std::optional<Finding> find_gone(std::string_view path, std::string_view maker);

  EngineFolders folders;
  std::vector<ContainerStorage> storages;
  std::vector<DockerRoot> dockers;
  std::vector<ContainerdFolder> containerds;
  std::vector<RuntimeRoot> runtimes;
  std::map<std::uint32_t, std::vector<ContainerStorage>> storages_of_users;
  std::optional<Clock::time_point> daemons_seen;

 private:
  void add_engines();
  bool found_new_engines(std::string_view id, std::uint32_t maker, Finding& finding);
  std::vector<ContainerStorage>& storages_of(std::uint32_t user);

  Result<bool> ask_storage(std::vector<ContainerStorage>& those, Finding& finding);
  Result<bool> ask_docker(Finding& finding);
  Result<bool> ask_containerd(Finding& finding);
  Result<bool> ask_engines(Finding& finding);

  Result<Finding> find_by_name(const ControlGroup& parsed, std::uint32_t maker);
  Result<Finding> find_by_files(std::string_view path, std::uint32_t maker);
  Finding complete(Finding finding);
};

void ContainerFinder::Impl::add_engines() {
  const auto add = [](auto& engines, const auto& places, auto&& place_of) {
    for (const auto& place : places) {
      if (std::ranges::find(engines, place, place_of) == engines.end()) engines.emplace_back(place);
    }
  };
  add(storages, folders.storage, &ContainerStorage::root);
  add(dockers, folders.docker, &DockerRoot::root);
  add(containerds, folders.containerd, &ContainerdFolder::folders);
  if (!runtimes.empty()) return;
  for (const auto& root : folders.runc) runtimes.emplace_back(RuntimeRoot::Runtime::runc, root, folders.groups);
  for (const auto& root : folders.crun) runtimes.emplace_back(RuntimeRoot::Runtime::crun, root, folders.groups);
}

/// A storage that no configuration names shows in the bundles that lie in it, a daemon in its command.
bool ContainerFinder::Impl::found_new_engines(std::string_view id, std::uint32_t maker, Finding& finding) {
  std::string bundle;
  if (const auto made = maker_of(folders.proc, maker); made && last_name(parent_path(made->bundle)) == id) {
    bundle = made->bundle;
  }
  for (RuntimeRoot& runtime : runtimes) {
    if (!bundle.empty()) break;
    if (const auto state = runtime.with_id(id)) bundle = state->bundle;
  }
  if (!bundle.empty()) finding.bundle = bundle;
  const std::size_t before = folders.storage.size() + folders.docker.size() + folders.containerd.size();
  if (const std::string_view storage = storage_of_bundle(bundle); !storage.empty()) {
    if (std::ranges::find(folders.storage, storage) == folders.storage.end()) folders.storage.emplace_back(storage);
  } else if (!daemons_seen || Clock::now() - *daemons_seen > between_daemon_scans) {
    daemons_seen = Clock::now();
    folders.add_running_daemons();
  }
  add_engines();
  return folders.storage.size() + folders.docker.size() + folders.containerd.size() != before;
}

std::vector<ContainerStorage>& ContainerFinder::Impl::storages_of(std::uint32_t user) {
  const auto [entry, added] = storages_of_users.try_emplace(user);
  if (!added) return entry->second;
  const auto passwd = base::read_file(folders.accounts, max_file_bytes);
  const auto names =
      model::parse_user_names(passwd.ok() ? std::string_view(*passwd) : std::string_view(), "", 1U << 16U);
  const auto* account = names.user(user);
  if (account == nullptr || !account->home.starts_with('/')) return entry->second;
  const auto config = read_storage_config(StorageUser{user, account->home, "", "", "", ""});
  if (!config.ok()) return entry->second;
  for (const std::string& folder : config->folders) entry->second.emplace_back(folder);
  return entry->second;
}

Result<bool> ContainerFinder::Impl::ask_storage(std::vector<ContainerStorage>& those, Finding& finding) {
  for (ContainerStorage& storage : those) {
    DOORMAN_TRY(const bool known, storage.describe(finding.container.id, finding));
    if (known) return true;
  }
  return false;
}

/// Where only the bundle is there, docker is not known to know it: its data root may be a new one.
Result<bool> ContainerFinder::Impl::ask_docker(Finding& finding) {
  for (const ContainerdFolder& containerd : containerds) {
    if (auto bundle = containerd.bundle(docker_name_space, finding.container.id))
      finding.bundle = std::move(*bundle);
  }
  for (DockerRoot& docker : dockers) {
    DOORMAN_TRY(const bool known, docker.describe(finding.container.id, finding));
    if (known) return true;
  }
  return false;
}

Result<bool> ContainerFinder::Impl::ask_containerd(Finding& finding) {
  for (ContainerdFolder& containerd : containerds) {
    const auto name_space = containerd.name_space_of(finding.container.id);
    if (!name_space || *name_space == docker_name_space) continue;
    return containerd.describe(*name_space, finding.container.id, finding);
  }
  return false;
}

/// The engine that the name tells, or, below kubepods, each that may be under Kubernetes.
Result<bool> ContainerFinder::Impl::ask_engines(Finding& finding) {
  const std::string engine = finding.container.engine;
  if (engine == "docker") return ask_docker(finding);
  if (engine == "containerd") return ask_containerd(finding);
  if (!engine.empty()) return ask_storage(storages, finding);
  DOORMAN_TRY(bool known, ask_containerd(finding));
  if (known) return true;
  DOORMAN_TRY(known, ask_docker(finding));
  if (!known && !finding.bundle.empty()) finding.container.engine = "docker";
  if (known || !finding.bundle.empty()) return known;
  finding.container.engine = "cri-o";
  DOORMAN_TRY(known, ask_storage(storages, finding));
  if (!known) finding.container.engine.clear();
  return known;
}

Result<Finding> ContainerFinder::Impl::find_by_name(const ControlGroup& parsed, std::uint32_t maker) {
  Finding finding = known_by_name(parsed);
  if (parsed.owner != 0) {
    if (parsed.engine != "podman") return Finding{};
    DOORMAN_TRY(const bool known, ask_storage(storages_of(parsed.owner), finding));
    return known ? complete(std::move(finding)) : Finding{};
  }
  auto known = ask_engines(finding);
  if (known.ok() && !*known && found_new_engines(parsed.id, maker, finding)) known = ask_engines(finding);
  if (!known.ok()) finding.problem = known.error().message();
  else if (!*known) finding.problem = "no engine's files speak of it";
  // Where no engine speaks, the bundle does.
  return complete(std::move(finding));
}

Result<Finding> ContainerFinder::Impl::find_by_files(std::string_view path, std::uint32_t maker) {
  const auto prefixes = parse::container::group_prefixes(path);
  for (const std::string_view prefix : prefixes) {
    Finding finding;
    finding.group = prefix;
    finding.container.id = last_name(prefix);
    if (parse::container::is_container_id(finding.container.id)) {
      // Docker's and containerd's, where somebody chose the parent; podman's pods are named so too, and no engine
      // knows them.
      DOORMAN_TRY(const bool known, ask_engines(finding));
      if (known || !finding.bundle.empty()) return complete(std::move(finding));
    }
    for (ContainerdFolder& containerd : containerds) {
      const std::string_view name_space = last_name(parent_path(prefix));
      if (!containerd.bundle(name_space, finding.container.id)) continue;
      DOORMAN_CHECK(containerd.describe(name_space, finding.container.id, finding));
      return complete(std::move(finding));
    }
    for (RuntimeRoot& runtime : runtimes) {
      const auto state = runtime.with_group(prefix);
      if (!state) continue;
      finding.container.id = state->id;
      finding.container.engine = runtime.name();
      finding.bundle = state->bundle;
      return complete(std::move(finding));
    }
  }
  Finding finding;
  finding.state = Finding::State::not_yet;
  const auto made = maker_of(folders.proc, maker);
  if (!made) return finding;
  finding.group = path;
  finding.bundle = made->bundle;
  finding.container.id = made->id;
  finding.container.engine = made->runtime;
  Finding completed = complete(std::move(finding));
  const bool asked_for =
      completed.settings && (!completed.settings->cgroups_path.empty() || last_name(path) == made->id);
  if (completed.state == Finding::State::container && asked_for) return completed;
  Finding nothing;
  nothing.state = Finding::State::not_yet;
  return nothing;
}

/// The rest, which comes from the bundle and is the same for all engines.
Finding ContainerFinder::Impl::complete(Finding finding) {
  finding.state = Finding::State::not_yet;
  if (finding.bundle.empty()) return finding;
  const auto is_there = add_bundle(finding.bundle, folders.proc, finding);
  if (!is_there.ok()) finding.problem = is_there.error().message();
  if (!is_there.ok() || !*is_there) return finding;
  const parse::container::Bundle& settings = *finding.settings;
  if (!settings.cgroups_path.empty() && !parse::container::is_group_of(settings.cgroups_path, finding.group)) {
    return Finding{};
  }
  model::Container& container = finding.container;
  if (container.engine.empty() || container.engine == "runc" || container.engine == "crun") {
    if (container.labels.empty()) container.labels = settings.annotations;
  }
  add_cri_annotations(settings, container);
  if (container.repository.empty()) add_image_name(container.image, container);
  for (ContainerdFolder& containerd : containerds) {
    if (container.engine == "containerd") containerd.add_pod_labels("k8s.io", container);
  }
  if (container.name.empty()) container.name = container.pod_name.empty() ? container.id : container.pod_name;
  container.ip = first_address(finding.addresses);
  add_users(finding);
  finding.state = Finding::State::container;
  return finding;
}

Result<Finding> ContainerFinder::Impl::find(std::string_view path, std::uint32_t maker) {
  const ControlGroup parsed = parse::container::parse_control_group(path);
  switch (parsed.kind) {
    case ControlGroup::Kind::container:
      return find_by_name(parsed, maker);
    case ControlGroup::Kind::monitor:
    case ControlGroup::Kind::host:
      return Finding{};
    case ControlGroup::Kind::unknown:
      break;
  }
  if (parsed.owner != 0 || path.size() < 2) return Finding{};
  return find_by_files(path, maker);
}

std::optional<Finding> ContainerFinder::Impl::find_gone(std::string_view path, std::string_view maker) {
  const ControlGroup parsed = parse::container::parse_control_group(path);
  const std::string_view runtime = runtime_named(maker), id = last_name(path);
  if (runtime.empty() || id.empty() || parsed.kind != ControlGroup::Kind::unknown || parsed.owner != 0) return {};
  const auto group = control_group_id(folders, path);
  if (group.ok() || group.error().code() != base::ErrorCode::not_found) return {};
  Finding finding;
  finding.state = Finding::State::not_yet;
  finding.group = path;
  finding.container.id = finding.container.name = id;
  finding.container.engine = runtime;
  return finding;
}

ContainerFinder::ContainerFinder(EngineFolders folders) : impl_(std::make_unique<Impl>(std::move(folders))) {}
ContainerFinder::ContainerFinder(ContainerFinder&&) noexcept = default;
ContainerFinder& ContainerFinder::operator=(ContainerFinder&&) noexcept = default;
ContainerFinder::~ContainerFinder() = default;

const EngineFolders& ContainerFinder::folders() const { return impl_->folders; }

Result<Finding> ContainerFinder::find(std::string_view path, std::uint32_t maker) {
  return impl_->find(path, maker).in(path);
}

std::optional<Finding> ContainerFinder::find_gone(std::string_view path, std::string_view maker) {
  return impl_->find_gone(path, maker);
}

Result<std::vector<RunningContainer>> ContainerFinder::running(std::vector<std::string>* problems) {
  std::vector<RunningContainer> running;
  RunningContainer* within = nullptr;
  DOORMAN_CHECK(walk_groups(impl_->folders.groups, [&](const RunningContainer::Group& group) {
    if (within != nullptr && group.path.starts_with(within->finding.group + "/")) {
      within->groups.push_back(group);
      return;
    }
    within = nullptr;
    auto finding = find(group.path);
    if (!finding.ok()) {
      if (problems != nullptr) problems->push_back(finding.error().message());
      return;
    }
    // A name without files may be of a group that somebody left behind; with processes in it, it is a container.
    const bool named = finding->state == Finding::State::not_yet && !finding->container.id.empty() &&
                       has_processes(impl_->folders.groups + group.path);
    if (finding->state != Finding::State::container && !named) return;
    if (problems != nullptr && !finding->problem.empty()) problems->push_back(group.path + ": " + finding->problem);
    running.push_back({std::move(finding).value(), {group}});
    within = &running.back();
  }));
  return running;
}

Result<std::vector<base::IpAddress>> ContainerFinder::addresses(std::string_view path) {
  const std::string& proc = impl_->folders.proc;
  DOORMAN_TRY(const auto process, first_process(impl_->folders.groups + std::string(path)));
  std::vector<base::IpAddress> found;
  if (!process) return found;
  const std::string folder = proc + "/" + std::to_string(*process);
  if (is_namespace_of_host(folder + "/ns/net", "net", proc)) return found;
  DOORMAN_TRY(const std::string v4, base::read_file(folder + "/net/fib_trie", max_file_bytes));
  found = parse::container::parse_fib_trie(v4);
  // Where the kernel has no IPv6, there is no such file.
  if (const auto v6 = base::read_file(folder + "/net/if_inet6", max_file_bytes); v6.ok()) {
    std::ranges::copy(parse::container::parse_if_inet6(*v6), std::back_inserter(found));
  }
  return found;
}

Result<std::map<std::string, std::uint64_t, std::less<>>> ContainerFinder::namespaces(std::string_view path) {
  const std::string& proc = impl_->folders.proc;
  DOORMAN_TRY(const auto process, first_process(impl_->folders.groups + std::string(path)));
  std::map<std::string, std::uint64_t, std::less<>> found;
  if (!process) return found;
  for (const char* type : {"net", "pid", "ipc", "uts"}) {
    const std::string file = fmt::format("{}/{}/ns/{}", proc, *process, type);
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0 || is_namespace_of_host(file, type, proc)) continue;
    found.emplace(type, status.st_ino);
  }
  return found;
}

Result<std::uint64_t> control_group_id(const EngineFolders& folders, std::string_view path) {
  const std::string folder = folders.groups + std::string(path);
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0) return base::system_error(folder);
  return static_cast<std::uint64_t>(status.st_ino);
}

}  // namespace doorman::source::container
