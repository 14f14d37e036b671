// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace doorman::source::container {

/// Where the engines of this host keep what they know.
struct EngineFolders {
  struct Containerd {
    std::string root;   ///< /var/lib/containerd
    std::string state;  ///< /run/containerd
    bool operator==(const Containerd&) const = default;
  };
  std::string proc = "/proc";
  std::string accounts = "/etc/passwd";  ///< whose homes hold the storages of other users than root
  std::string groups;                    ///< mount point of the v2 hierarchy
  std::vector<std::string> storage;      ///< graph roots of podman and CRI-O
  std::vector<std::string> docker;       ///< data roots
  std::vector<Containerd> containerd;
  std::vector<std::string> runc, crun;  ///< state roots

  bool operator==(const EngineFolders&) const = default;

  /// From the mounts, storage.conf, daemon.json, containerd's config.toml, and the options of the daemons that run;
  /// for what none of them says, the engines' defaults. A configuration that cannot be read counts as absent. An
  /// error when there is no v2 hierarchy.
  static base::Result<EngineFolders> of_this_host();

  /// The same without a look at what runs, and without a hierarchy.
  static EngineFolders configured();

  /// Adds the folders of daemons that were started since, by root and outside of containers.
  void add_running_daemons();
};

}  // namespace doorman::source::container
