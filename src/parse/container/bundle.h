// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::parse::container {

/// config.json of a bundle: what an engine asks the runtime to make.
/// Source: OCI runtime-spec v1.1, config.md and config-linux.md.
struct Bundle {
  static constexpr std::size_t max_bytes = 16U << 20U;
  static constexpr std::size_t max_mounts = 1024, max_annotations = 1024, max_names = 4096;
  static constexpr std::size_t max_devices = 65536;  ///< --privileged lists all that the host has

  struct Namespace {
    std::string type;  ///< pid, network, mount, ipc, uts, user, cgroup, time
    std::string path;  ///< of one that is there already; empty: a new one
    bool operator==(const Namespace&) const = default;
  };
  struct Mount {
    std::string destination, type, source;
    std::vector<std::string> options;
    [[nodiscard]] bool has(std::string_view option) const;
    /// Of `ro` and `rw`, and of their recursive forms, the last counts.
    [[nodiscard]] bool is_writable() const;
    /// It shows what the host has at `source`: any source but a bare word, which is a name alone (`proc`, `tmpfs`).
    [[nodiscard]] bool is_of_host() const;
    bool operator==(const Mount&) const = default;
  };
  struct Capabilities {
    std::vector<std::string> bounding, effective, permitted, inheritable, ambient;
    bool operator==(const Capabilities&) const = default;
  };

  struct Device {
    std::string path, type;  ///< in the container; c, b, u, p
    std::int64_t major = 0, minor = 0;
    bool operator==(const Device&) const = default;
  };

  std::string rootfs;  ///< root.path as written: absolute, or from the bundle's folder
  bool readonly_root = false;
  std::string hostname;
  std::vector<std::string> args, env;
  std::uint32_t uid = 0, gid = 0;
  std::vector<std::uint32_t> additional_gids;
  Capabilities capabilities;
  bool no_new_privileges = false;
  std::string apparmor_profile, selinux_label;
  std::vector<Namespace> namespaces;
  std::vector<Mount> mounts;
  std::vector<Device> devices;
  std::vector<std::pair<std::string, std::string>> sysctls;  ///< sorted by key
  std::optional<std::int64_t> memory_limit, cpu_quota, cpu_period;
  std::vector<std::string> masked_paths, readonly_paths;
  std::vector<std::pair<std::string, std::string>> annotations;  ///< sorted by key
  std::string cgroups_path;
  bool seccomp = false;  ///< there is a profile

  [[nodiscard]] std::string_view annotation(std::string_view key) const;
  /// The namespace of that type, or none: the host's then.
  [[nodiscard]] const Namespace* find_namespace(std::string_view type) const;
  /// It may do what root on the host may: every capability to administer, load modules and reach hardware, and
  /// neither seccomp nor masked paths.
  [[nodiscard]] bool is_privileged() const;

  bool operator==(const Bundle&) const = default;
};

/// An object without `ociVersion` and `root` is no bundle: `invalid`. Members of the wrong type count as absent: no
/// runtime takes them. A member that is there twice, or that differs from one of ours in the case of its letters,
/// is `invalid`: runtimes differ in which one they take (Go's encoding/json ignores case, and the last wins).
base::Result<Bundle> parse_bundle(base::Bytes json);

}  // namespace doorman::parse::container
