// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "model/container.h"
#include "parse/container/bundle.h"
#include "source/container/folders.h"

namespace doorman::source::container {

/// What stands behind a control group.
struct Finding {
  enum class State : std::uint8_t {
    none,       ///< no container: a process in it is the host's
    container,  ///< all that the engine says is here
    /// The name could be a container's, but no file speaks of it yet: an engine or runtime may be writing them at
    /// this moment. Ask again, say every 5 ms, until the entrypoint runs or half a second is over. If the name
    /// alone gave an id, `container` has it and the engine: it is a container, of which nothing else is known. If
    /// not, it is the host's.
    not_yet,
  };
  State state = State::none;
  model::Container container;
  std::string group;   ///< the container's own control group: the one that was asked for, or above it
  std::string bundle;  ///< folder of config.json
  std::string root;    ///< root file system as the host sees it, merged; empty: not known
  std::optional<parse::container::Bundle> settings;
  std::vector<base::IpAddress> addresses;  ///< that the engine has written down so far
  std::vector<model::PublishedPort> ports;
  /// A file of the engine's that cannot be read or understood, or that no engine speaks of what the name says. What
  /// else is known stands. Worth asking again, as a database may be busy.
  std::string problem;
};

/// A container that runs, with the control groups that are its own: the first is Finding::group.
struct RunningContainer {
  struct Group {
    std::string path;
    std::uint64_t id = 0;  ///< as bpf_get_current_cgroup_id gives it
  };
  Finding finding;
  std::vector<Group> groups;
};

/// Tells which container a control group belongs to, from the files of podman, docker, containerd, CRI-O, runc and
/// crun. No daemon is asked, no lock taken and no program started. Files that stay the same are not read again.
///
/// The engines' files belong to root and are believed, but each is parsed as hostile; what lies in a container's
/// root is read without following links out of it. A group is a container's only if the engine's files say that it
/// is: the id in its name is not enough, and names in another user's part of the tree are never looked for among
/// root's containers. For one thread.
class ContainerFinder {
 public:
  static constexpr std::size_t max_groups = 1U << 16U;  ///< walked by `running`
  static constexpr std::size_t max_group_depth = 32;

  explicit ContainerFinder(EngineFolders folders);
  ContainerFinder(ContainerFinder&&) noexcept;
  ContainerFinder& operator=(ContainerFinder&&) noexcept;
  ~ContainerFinder();

  /// `path` is below the root of the v2 hierarchy, from `/`. `maker` is the process that made the group, where that
  /// is known: a runtime's working folder is the bundle, before it has written anything itself. An error is a file
  /// that is there and cannot be understood.
  base::Result<Finding> find(std::string_view path, std::uint32_t maker = 0);

  /// What the name alone says of a group that `maker` made and that is gone before anybody could look: where its
  /// name is no container's and a runtime made it (`maker` is its short name), the last part of the path is the id.
  /// As find() has it for a name with an id; nothing while the group is there.
  std::optional<Finding> find_gone(std::string_view path, std::string_view maker);

  /// All that run now, in the order of their groups' paths. What cannot be understood is told in `problems`, one a
  /// line.
  base::Result<std::vector<RunningContainer>> running(std::vector<std::string>* problems = nullptr);

  /// The addresses in the network namespace of a group's first process, IPv4 first, without loopback's and those of
  /// one link. Empty when no process is in the group or its network is the host's.
  base::Result<std::vector<base::IpAddress>> addresses(std::string_view path);

  /// The namespaces that a group's first process has for itself or shares with other containers: their numbers by
  /// name in /proc/PID/ns. Those of the host are left out. Empty when no process is in the group.
  base::Result<std::map<std::string, std::uint64_t, std::less<>>> namespaces(std::string_view path);

  [[nodiscard]] const EngineFolders& folders() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The id of a control group as the kernel programs know it: its folder's inode number.
base::Result<std::uint64_t> control_group_id(const EngineFolders& folders, std::string_view path);

}  // namespace doorman::source::container
