// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "model/hardening.h"
#include "parse/image/reference.h"

namespace doorman::app {
namespace {

using model::AdmissionRequest;
using parse::container::Bundle;

/// What docker gives to every container; podman gives fewer. Source: moby/moby oci/caps/defaults.go.
constexpr std::array<std::string_view, 14> usual_capabilities = {
    "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER", "FSETID",  "KILL",   "MKNOD",
    "NET_BIND_SERVICE", "NET_RAW", "SETFCAP",      "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"};

void set_capabilities(const Bundle::Capabilities& sets, AdmissionRequest& request) {
  std::vector<std::string> all, added, dropped;
  for (const auto* set : {&sets.bounding, &sets.effective, &sets.permitted, &sets.inheritable, &sets.ambient}) {
    for (const std::string& name : *set) all.push_back(model::plain_capability(name));
  }
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  for (const std::string& name : all) {
    if (std::ranges::find(usual_capabilities, name) == usual_capabilities.end()) added.push_back(name);
  }
  for (const std::string_view name : usual_capabilities) {
    if (std::ranges::find(all, name) == all.end()) dropped.emplace_back(name);
  }
  request.capabilities = std::move(all);
  request.capabilities_add = std::move(added);
  request.capabilities_drop = std::move(dropped);
}

/// Source: OCI runtime-spec v1.1, config-linux.md: a quota of 0 or less, and a limit of -1, is none.
void set_limits(const Bundle& bundle, AdmissionRequest& request) {
  request.memory_limit.reset();
  request.cpu_limit.reset();
  if (bundle.memory_limit.value_or(0) > 0) request.memory_limit = static_cast<std::uint64_t>(*bundle.memory_limit);
  if (bundle.cpu_quota.value_or(0) > 0 && bundle.cpu_period.value_or(0) > 0) {
    request.cpu_limit = static_cast<double>(*bundle.cpu_quota) / static_cast<double>(*bundle.cpu_period);
  }
}

/// user:role:TYPE:level
std::string type_of(std::string_view selinux_label) {
  const auto parts = base::split(selinux_label, ':');
  return parts.size() > 2 ? std::string(parts[2]) : std::string();
}

model::ImageName name_of(std::string_view image) {
  const auto reference = parse::image::parse_reference(image);
  if (!reference.ok()) return {};
  return {reference->text(), reference->registry, reference->repository, reference->tag,
          reference->digest.has_value()};
}

}  // namespace

// containerd and CRI-O name it so.
std::string kind_of(const Bundle& bundle) {
  for (const char* key : {"io.kubernetes.cri.container-type", "io.kubernetes.cri-o.ContainerType"}) {
    if (bundle.annotation(key) == "sandbox") return "sandbox";
  }
  return "container";
}

void set_bundle(const Bundle& bundle, AdmissionRequest& request) {
  // What an engine calls privileged may have a profile, and what has all rights may be called nothing.
  if (bundle.is_privileged()) request.container.privileged = true;
  request.kind = kind_of(bundle);
  request.env = bundle.env;
  request.uid = bundle.uid;
  request.gid = bundle.gid;
  request.read_only_root = bundle.readonly_root;
  request.no_new_privileges = bundle.no_new_privileges;
  request.host_users = bundle.find_namespace("user") == nullptr;
  set_capabilities(bundle.capabilities, request);
  request.seccomp = bundle.seccomp ? "filter" : "unconfined";
  request.apparmor = bundle.apparmor_profile;
  request.selinux_type = type_of(bundle.selinux_label);
  request.proc_mount = bundle.masked_paths.empty() ? "Unmasked" : "Default";
  request.sysctls.clear();
  for (const auto& [name, value] : bundle.sysctls) request.sysctls.push_back(fmt::format("{}={}", name, value));
  set_limits(bundle, request);
  request.annotations = bundle.annotations;
}

AdmissionRequest request_of(source::container::Finding who, source::container::HostReach reach) {
  AdmissionRequest request;
  request.container = std::move(who.container);
  request.image = name_of(request.container.image);
  request.host_paths = std::move(reach.paths);
  request.writable_host_paths = std::move(reach.writable_paths);
  request.engine_sockets = std::move(reach.engine_sockets);
  request.devices = std::move(reach.devices);
  set_bundle(who.settings.value_or(Bundle{}), request);
  return request;
}

}  // namespace doorman::app
