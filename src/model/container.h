// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/image_facts.h"

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

/// From lines as in passwd(5) and group(5), which may be hostile: a line that is no good is skipped, and so is what
/// follows `limit` users or groups.
UserNames parse_user_names(std::string_view passwd, std::string_view group, std::size_t limit);

struct ContainerMount {
  std::string source, destination, mode, propagation;
  bool writable = false;
  bool operator==(const ContainerMount&) const = default;
};

/// A port of the host that leads to one of a container.
struct PublishedPort {
  std::string protocol;  ///< tcp, udp, sctp
  std::string host_ip;   ///< empty: every address of the host
  std::uint16_t host_port = 0, container_port = 0;
  bool operator==(const PublishedPort&) const = default;
};

/// What is known of a container. Empty texts are not known.
struct Container {
  using Labels = std::vector<std::pair<std::string, std::string>>;  // sorted by key

  std::string id;  ///< whole; empty for the host itself
  std::string name, engine;
  std::string image;     ///< as it was asked for
  std::string image_id;  ///< digest of its configuration
  std::string repository, tag, digest;
  std::shared_ptr<const ImageFacts> image_facts;  ///< nullptr: nobody scanned the image; not part of a record
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

/// nullptr where there is none of that name.
const std::string* find_label(const Container::Labels& labels, std::string_view key);
/// `key:value,key:value`
std::string label_list(const Container::Labels& labels);
/// The first twelve digits of an id or a digest, by which people and Falco's rules know it.
std::string_view short_id(std::string_view id);
/// What a container is called: its name, or the short id of one that has none.
std::string_view name_or_id(std::string_view name, std::string_view id);

}  // namespace doorman::model
