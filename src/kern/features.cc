// SPDX-License-Identifier: Apache-2.0
#include "kern/features.h"

#include <fcntl.h>
#include <skeletons/probe.h>
#include <sys/fanotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <utility>

#include "base/fd.h"
#include "kern/skeleton.h"

namespace doorman::kern {
namespace {

using base::Status;
using Program = bpf_program* decltype(probe_bpf::progs)::*;

/// The folder of control groups of version 2.
base::Result<base::Fd> open_group_root() {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string device, where, type, rest; mounts >> device >> where >> type && std::getline(mounts, rest);) {
    if (type == "cgroup2") return base::open_read(where);
  }
  return base::Error(base::ErrorCode::not_found, "no control groups of version 2 are mounted");
}

/// That program and no other.
base::Result<Skeleton<probe_bpf>> load(const Pins& pins, Program wanted) {
  DOORMAN_TRY(auto skeleton, Skeleton<probe_bpf>::open("probe", pins));
  bpf_program* each = nullptr;
  bpf_object__for_each_program(each, skeleton->obj)
      bpf_program__set_autoload(each, each == skeleton->progs.*wanted);
  DOORMAN_CHECK(skeleton.load());
  return skeleton;
}

/// Loads and attaches it.
Status try_program(const Pins& pins, Program wanted) {
  DOORMAN_TRY(const auto skeleton, load(pins, wanted));
  bpf_program* const program = skeleton->progs.*wanted;
  Links links;
  if (bpf_program__type(program) == BPF_PROG_TYPE_CGROUP_SOCK_ADDR) {
    DOORMAN_TRY(const base::Fd group, open_group_root());
    return links.attach_to_cgroup(program, group.get(), nullptr, "probe");
  }
  return links.attach(program, nullptr, "probe");
}

Status try_fanotify() {
  const base::Fd group(::fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC));
  if (!group.valid()) return base::system_error("fanotify");
  if (::fanotify_mark(group.get(), FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD, "/proc/self/exe") != 0) {
    return base::system_error("fanotify");
  }
  return {};
}

Status try_types() {
  if (::access("/sys/kernel/btf/vmlinux", R_OK) != 0) return base::system_error("/sys/kernel/btf/vmlinux");
  return {};
}

struct Probe {
  std::string_view name, gives;
  bool is_needed;
  Program program;
};
constexpr auto probes = std::to_array<Probe>({
    {"process events", "executions, forks, exits, control groups", true,
     &decltype(probe_bpf::progs)::probe_tracepoint},
    {"iterators", "what was there before the guard", true, &decltype(probe_bpf::progs)::probe_iterator},
    {"system calls", "events that rules ask for", true, &decltype(probe_bpf::progs)::probe_calls},
    {"connections", "flows, told and refused", false, &decltype(probe_bpf::progs)::probe_connect},
});

/// The reason alone: what libbpf and the verifier say of it is for who mends a program.
Feature feature(std::string_view name, std::string_view gives, bool is_needed, const Status& outcome) {
  std::string why_not = outcome.ok() ? std::string() : outcome.error().message();
  why_not.resize(std::min(why_not.size(), why_not.find(": libbpf:")));
  return {name, gives, is_needed, outcome.ok(), std::move(why_not)};
}

}  // namespace

std::vector<Feature> probe_features(const Pins& pins) {
  std::vector<Feature> features;
  features.push_back(feature("kernel types", "programs that fit this kernel", true, try_types()));
  for (const Probe& each : probes)
    features.push_back(feature(each.name, each.gives, each.is_needed, try_program(pins, each.program)));
  features.push_back(
      feature(lsm_feature, "executions refused with an error, by the kernel alone", false, try_lsm(pins)));
  features.push_back(feature(fanotify_feature, "executions refused with an error, by processes that are asked",
                             false, try_fanotify()));
  return features;
}

Status try_lsm(const Pins& pins) {
  DOORMAN_CHECK(try_program(pins, &decltype(probe_bpf::progs)::probe_lsm));
  DOORMAN_TRY(const auto skeleton, load(pins, &decltype(probe_bpf::progs)::probe_lsm_call));
  Links links;
  DOORMAN_CHECK(links.attach(skeleton->progs.probe_lsm_call, nullptr, "probe"));
  (void)::getsid(::getpid());
  if (skeleton->bss->lsm_calls != 0) return {};
  return base::Error(base::ErrorCode::unsupported,
                     "not called: bpf is not among lsm= of the kernel's command line");
}

}  // namespace doorman::kern
