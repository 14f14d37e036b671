// SPDX-License-Identifier: Apache-2.0
#include "source/container/describe.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "base/fd.h"
#include "base/json.h"
#include "base/text.h"
#include "parse/container/control_group.h"
#include "source/container/root_file.h"

namespace doorman::source::container {
namespace {

using base::ErrorCode;
using base::Result;
using model::Container;
using parse::container::Bundle;

constexpr std::uint64_t max_users_bytes = 1U << 20U;
constexpr std::size_t max_users = 4096;

std::string_view value_of(const Container::Labels& labels, std::string_view key) {
  const auto found =
      std::ranges::find(labels, key, [](const auto& pair) -> std::string_view { return pair.first; });
  return found != labels.end() ? std::string_view(found->second) : std::string_view();
}

void set_if_empty(std::string& into, std::string_view text) {
  if (into.empty()) into = text;
}

/// Whether a container lives in the host's namespace of that kind: it names none, or the host's.
bool is_of_host(const Bundle& bundle, std::string_view type, std::string_view file, const std::string& proc) {
  const Bundle::Namespace* own = bundle.find_namespace(type);
  return own == nullptr || (!own->path.empty() && is_namespace_of_host(own->path, file, proc));
}

bool is_propagation(std::string_view option) {
  constexpr std::array<std::string_view, 8> words = {"private", "rprivate", "shared",     "rshared",
                                                     "slave",   "rslave",   "unbindable", "runbindable"};
  return std::ranges::find(words, option) != words.end();
}

/// What the user asked for: folders and files of the host, without those that the engine itself made for this
/// container.
void add_mounts(const Bundle& bundle, Container& container) {
  for (const Bundle::Mount& mount : bundle.mounts) {
    if (mount.type != "bind" && !mount.has("bind") && !mount.has("rbind")) continue;
    const auto parts = base::split(mount.source, '/');
    if (!container.id.empty() && std::ranges::find(parts, container.id) != parts.end()) continue;
    model::ContainerMount added;
    added.source = mount.source;
    added.destination = mount.destination;
    added.writable = mount.is_writable();
    std::vector<std::string> others;
    for (const std::string& option : mount.options) {
      if (is_propagation(option)) added.propagation = option;
      else if (option != "bind" && option != "rbind" && option != "ro" && option != "rw") others.push_back(option);
    }
    added.mode = base::join(others, ",");
    container.mounts.push_back(std::move(added));
  }
}

/// CRI-O writes labels as JSON into one annotation.
Container::Labels labels_in(std::string_view json) {
  Container::Labels labels;
  const auto document = base::JsonDocument::parse(json);
  if (!document.ok()) return labels;
  for (const auto& [key, value] : document->root().members()) {
    if (const auto text = value.string()) labels.emplace_back(key, *text);
  }
  std::ranges::sort(labels);
  return labels;
}

}  // namespace

bool is_namespace_of_host(const std::string& path, std::string_view file, const std::string& proc) {
  struct stat named{};
  if (::stat(path.c_str(), &named) != 0) return false;
  for (const char* process : {"/1/ns/", "/self/ns/"}) {
    struct stat host{};
    if (::stat((proc + process + std::string(file)).c_str(), &host) == 0 && named.st_ino == host.st_ino &&
        named.st_dev == host.st_dev) {
      return true;
    }
  }
  return false;
}

std::string as_digest(std::string_view id) {
  return (parse::container::is_container_id(id) ? "sha256:" : "") + std::string(id);
}

std::string first_address(const std::vector<base::IpAddress>& addresses) {
  const auto v4 = std::ranges::find(addresses, false, &base::IpAddress::is_v6);
  if (v4 != addresses.end()) return to_text(*v4);
  return addresses.empty() ? std::string() : to_text(addresses.front());
}

void add_image_name(std::string_view name, Container& container) {
  if (const std::size_t at = name.find('@'); at != name.npos) {
    set_if_empty(container.digest, name.substr(at + 1));
    name = name.substr(0, at);
  }
  const std::size_t colon = name.rfind(':');
  const bool has_tag = colon != name.npos && name.find('/', colon) == name.npos;
  set_if_empty(container.repository, name.substr(0, has_tag ? colon : name.npos));
  if (has_tag) set_if_empty(container.tag, name.substr(colon + 1));
}

void add_pod(const Container::Labels& labels, Container& container) {
  set_if_empty(container.pod_name, value_of(labels, "io.kubernetes.pod.name"));
  set_if_empty(container.pod_namespace, value_of(labels, "io.kubernetes.pod.namespace"));
  set_if_empty(container.pod_uid, value_of(labels, "io.kubernetes.pod.uid"));
  set_if_empty(container.pod_sandbox, value_of(labels, "io.kubernetes.sandbox.id"));
}

void add_cri_annotations(const Bundle& bundle, Container& container) {
  // containerd: internal/cri/annotations/annotations.go
  set_if_empty(container.pod_name, bundle.annotation("io.kubernetes.cri.sandbox-name"));
  set_if_empty(container.pod_namespace, bundle.annotation("io.kubernetes.cri.sandbox-namespace"));
  set_if_empty(container.pod_uid, bundle.annotation("io.kubernetes.cri.sandbox-uid"));
  set_if_empty(container.pod_sandbox, bundle.annotation("io.kubernetes.cri.sandbox-id"));
  set_if_empty(container.name, bundle.annotation("io.kubernetes.cri.container-name"));
  set_if_empty(container.image, bundle.annotation("io.kubernetes.cri.image-name"));
  // CRI-O: pkg/annotations/internal.go. Podman uses some of the same names, and its containers are no pods of
  // Kubernetes.
  if (container.engine != "cri-o") return;
  set_if_empty(container.pod_name, bundle.annotation("io.kubernetes.cri-o.KubeName"));
  set_if_empty(container.pod_namespace, bundle.annotation("io.kubernetes.cri-o.Namespace"));
  set_if_empty(container.pod_sandbox, bundle.annotation("io.kubernetes.cri-o.SandboxID"));
  set_if_empty(container.name, bundle.annotation("io.kubernetes.cri-o.Name"));
  set_if_empty(container.image, bundle.annotation("io.kubernetes.cri-o.ImageName"));
  if (container.labels.empty()) container.labels = labels_in(bundle.annotation("io.kubernetes.cri-o.Labels"));
  add_pod(container.labels, container);
}

Result<bool> add_bundle(const std::string& folder, const std::string& proc, Finding& finding) {
  const std::string path = folder + "/config.json";
  const auto text = base::read_file(path, Bundle::max_bytes);
  if (!text.ok()) {
    if (text.error().code() == ErrorCode::not_found) return false;
    return text.error();
  }
  // A file that is still being written ends too early; that is no bundle yet.
  if (text->empty() || text->find_last_not_of(" \n\r\t") == text->npos ||
      (*text)[text->find_last_not_of(" \n\r\t")] != '}') {
    return false;
  }
  DOORMAN_TRY(Bundle bundle, parse::container::parse_bundle(*text).in(path));
  add_settings(folder, std::move(bundle), proc, finding);
  return true;
}

void add_settings(const std::string& folder, Bundle bundle, const std::string& proc, Finding& finding) {
  Container& container = finding.container;
  finding.bundle = folder;
  if (!bundle.rootfs.empty())
    finding.root = bundle.rootfs.starts_with('/') ? bundle.rootfs : folder + "/" + bundle.rootfs;
  set_if_empty(container.hostname, bundle.hostname);
  if (!container.privileged) container.privileged = bundle.is_privileged();
  container.host_pid = is_of_host(bundle, "pid", "pid", proc);
  container.host_network = is_of_host(bundle, "network", "net", proc);
  container.host_ipc = is_of_host(bundle, "ipc", "ipc", proc);
  add_mounts(bundle, container);
  finding.settings = std::move(bundle);
}

void add_users(Finding& finding) {
  if (finding.root.empty()) return;
  const auto users = read_file_in_root(finding.root, "etc/passwd", max_users_bytes);
  const auto groups = read_file_in_root(finding.root, "etc/group", max_users_bytes);
  finding.container.names =
      model::parse_user_names(users.ok() ? std::string_view(*users) : std::string_view(),
                              groups.ok() ? std::string_view(*groups) : std::string_view(), max_users);
}

}  // namespace doorman::source::container
