// SPDX-License-Identifier: Apache-2.0
#include "source/container/host_reach.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/fd.h"
#include "base/path.h"
#include "base/text.h"
#include "parse/container/control_group.h"

namespace doorman::source::container {
namespace {

using parse::container::Bundle;

constexpr std::array<std::string_view, 10> usual_sockets = {
    "/run/docker.sock",
    "/var/run/docker.sock",
    "/run/podman/podman.sock",
    "/run/containerd/containerd.sock",
    "/run/docker/containerd/containerd.sock",
    "/run/crio/crio.sock",
    "/run/cri-dockerd.sock",
    "/run/buildkit/buildkitd.sock",
    "/run/k3s/containerd/containerd.sock",
    "/run/balena-engine.sock",
};
/// Source: OCI runtime-spec v1.1, config-linux.md, Default Devices.
constexpr std::array<std::string_view, 8> usual_devices = {
    "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/console", "/dev/ptmx"};
constexpr std::size_t max_users = 4096;

bool is_usual_device(std::string_view path) {
  return std::ranges::find(usual_devices, path) != usual_devices.end();
}

std::string without_links(const std::string& path) { return base::real_path(path).value_or(path); }

/// `/a//b/./c/` as `/a/b/c`; `..` is left to without_links.
std::string tidied(const std::string& path) {
  std::string tidy;
  for (const std::string_view part : base::split(path, '/')) {
    if (!part.empty() && part != ".") tidy.append("/").append(part);
  }
  return tidy.empty() ? "/" : tidy;
}

bool is_at_or_above(std::string_view folder, std::string_view path) {
  return base::is_within(path, folder == "/" ? "" : folder);
}

struct Socket {
  std::string path;  ///< without links
  dev_t device = 0;
  ino_t inode = 0;
  bool is_there = false;
};

std::vector<Socket> known_sockets() {
  std::vector<std::string> paths(usual_sockets.begin(), usual_sockets.end());
  std::error_code ignored;
  for (const auto& user : std::filesystem::directory_iterator("/run/user", ignored)) {
    if (paths.size() > max_users) break;
    paths.push_back(user.path().string() + "/podman/podman.sock");
    paths.push_back(user.path().string() + "/docker.sock");
  }
  std::vector<Socket> sockets;
  for (const std::string& path : paths) {
    Socket socket{without_links(path)};
    struct stat status{};
    socket.is_there = ::stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
    socket.device = status.st_dev;
    socket.inode = status.st_ino;
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

class Reach {
 public:
  explicit Reach(const std::vector<std::string_view>& own_ids) {
    std::ranges::copy_if(own_ids, std::back_inserter(own_ids_), parse::container::is_container_id);
  }

  void add_path(const std::string& written, bool writable) {
    const std::string path = tidied(written);
    if (is_own(path)) return;
    const std::string real = without_links(path);
    if (is_usual_device(path) && is_usual_device(real)) return;
    for (const std::string& each : {path, real}) {
      found_.paths.push_back(each);
      if (writable) found_.writable_paths.push_back(each);
    }
    struct stat status{};
    const bool is_there = ::stat(real.c_str(), &status) == 0;
    if (is_there && (S_ISBLK(status.st_mode) || S_ISCHR(status.st_mode))) add_device(real);
    for (const Socket& socket : sockets_) {
      const bool same_file =
          is_there && socket.is_there && status.st_dev == socket.device && status.st_ino == socket.inode;
      const bool inside = socket.is_there && is_at_or_above(real, socket.path);
      if (same_file || inside || real == socket.path) found_.engine_sockets.push_back(socket.path);
    }
  }

  void add_device(const std::string& path) {
    if (!is_usual_device(path)) found_.devices.push_back(path);
  }

  HostReach take() {
    for (auto* list : {&found_.paths, &found_.writable_paths, &found_.engine_sockets, &found_.devices}) {
      std::ranges::sort(*list);
      list->erase(std::ranges::unique(*list).begin(), list->end());
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool is_own(std::string_view path) const {
    if (own_ids_.empty()) return false;
    const auto parts = base::split(path, '/');
    return std::ranges::any_of(own_ids_,
                               [&](std::string_view id) { return std::ranges::find(parts, id) != parts.end(); });
  }

  std::vector<std::string_view> own_ids_;
  std::vector<Socket> sockets_ = known_sockets();
  HostReach found_;
};

/// Folders that an overlay lays over each other: the last may be written.
void add_overlay(const Bundle::Mount& mount, Reach& reach) {
  for (const std::string& option : mount.options) {
    const std::string_view text = option;
    if (text.starts_with("lowerdir=")) {
      for (const std::string_view folder : base::split(text.substr(9), ':')) {
        if (!folder.empty()) reach.add_path(std::string(folder), false);
      }
    }
    if (text.starts_with("upperdir=")) reach.add_path(std::string(text.substr(9)), mount.is_writable());
  }
}

/// An engine mounts an image's root somewhere of its own; a root that was named by hand may be any folder of the
/// host.
bool is_made_for_it(std::string_view root, const std::string& folder) {
  if (is_at_or_above(folder, root)) return true;
  return root.ends_with("/merged") || root.find("/vfs/dir/") != root.npos || root.ends_with("/rootfs");
}

}  // namespace

HostReach reach_of(const Bundle& bundle, const std::string& folder, const std::vector<std::string_view>& own_ids) {
  Reach reach(own_ids);
  const auto from_folder = [&](const std::string& path) {
    return path.starts_with('/') ? path : folder + "/" + path;
  };
  for (const Bundle::Mount& mount : bundle.mounts) {
    if (mount.type == "overlay") add_overlay(mount, reach);
    else if (mount.is_of_host()) reach.add_path(from_folder(mount.source), mount.is_writable());
  }
  for (const Bundle::Device& device : bundle.devices) reach.add_device(device.path);
  const std::string root = without_links(from_folder(bundle.rootfs));
  if (!is_made_for_it(root, folder)) reach.add_path(root, !bundle.readonly_root);
  return reach.take();
}

}  // namespace doorman::source::container
