// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doorman::parse::container {

inline constexpr std::size_t max_group_path_bytes = 4096;

/// What the name of a control group says. The names are the engines' and runtimes' own:
///   podman      …/libpod-ID, …/libpod-ID.scope, …/libpod-payload-ID (libpod/container_internal_linux.go)
///   docker      /docker/ID, …/docker-ID.scope (moby daemon/oci_linux.go)
///   CRI         …/cri-containerd-ID.scope, …/crio-ID.scope, …/pod…/ID below kubepods
///   nerdctl     …/nerdctl-ID.scope
struct ControlGroup {
  enum class Kind : std::uint8_t {
    container,  ///< by its name; who makes the group can name it as he likes, so the engine's files must agree
    monitor,    ///< of a process that stands beside a container: conmon
    host,       ///< systemd's own units: no runtime names a container's group so
    unknown,    ///< any other name; `runc run` and `ctr run` choose such
  };
  Kind kind = Kind::unknown;
  std::string_view engine;  ///< podman, docker, containerd, cri-o; empty: the name does not say
  std::string_view id;      ///< whole, 64 hex digits
  std::string_view group;   ///< the container's own group: the path up to there; what is below belongs to it
  /// Whose part of the tree it is (user-UID.slice); what other users than root name there is their own affair.
  std::uint32_t owner = 0;
};

/// `path` begins with `/` and is below the root of the v2 hierarchy; the texts of the answer are parts of it. The
/// outermost name counts: whoever may make groups inside a container's cannot make another container of it.
ControlGroup parse_control_group(std::string_view path);

/// Whether `path` is the group that a bundle's `linux.cgroupsPath` asks for: the end of it is the same, or, where
/// systemd makes it, `SLICE:PREFIX:NAME`, the last part is PREFIX-NAME.scope. Source: runc docs/systemd.md.
bool is_group_of(std::string_view cgroups_path, std::string_view path);

/// The path and all above it but the root, outermost first: `/a`, `/a/b`, `/a/b/c`. At most 64; the rest is left
/// out.
std::vector<std::string_view> group_prefixes(std::string_view path);

/// 64 lower-case hex digits, as all engines make them.
bool is_container_id(std::string_view text);

}  // namespace doorman::parse::container
