// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace doorman::model {

/// Who the numbers are, in a container or on the host: its /etc/passwd and /etc/group.
struct UserNames {
  struct User {
    std::uint32_t uid = 0;
    std::string name, home, shell;
    bool operator==(const User&) const = default;
  };
  struct Group {
    std::uint32_t gid = 0;
    std::string name;
    bool operator==(const Group&) const = default;
  };
  std::vector<User> users;    ///< sorted by uid; the first line of the file wins
  std::vector<Group> groups;  ///< sorted by gid

  [[nodiscard]] const User* user(std::uint32_t uid) const;
  [[nodiscard]] const Group* group(std::uint32_t gid) const;
  bool operator==(const UserNames&) const = default;
};

struct ContainerMount {
  std::string source, destination, mode, propagation;
  bool writable = false;
  bool operator==(const ContainerMount&) const = default;
};

/// What is known of a container. Empty texts are not known.
struct Container {
  using Labels = std::vector<std::pair<std::string, std::string>>;  // sorted by key

  std::string id;  ///< whole; empty for the host itself
  std::string name, engine;
  std::string image;     ///< as it was asked for
  std::string image_id;  ///< digest of its configuration
  std::string repository, tag, digest;
  Labels labels;
  std::vector<ContainerMount> mounts;
  std::string ip;
  std::optional<bool> privileged, host_pid, host_network, host_ipc;
  std::string pod_name, pod_namespace, pod_uid, pod_sandbox;
  Labels pod_labels;
  UserNames names;
  std::string hostname;

  bool operator==(const Container&) const = default;
};

}  // namespace doorman::model
