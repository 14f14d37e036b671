// SPDX-License-Identifier: Apache-2.0
#include "source/host_machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/fd.h"
#include "base/text.h"

namespace doorman::source {
namespace {

constexpr std::uint64_t max_bytes = 4U << 20U;

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// Source: the x86 feature flag `hypervisor`, which CPUID leaf 1 reserves for it (ECX bit 31).
bool has_hypervisor_flag(std::string_view cpuinfo) {
  std::string_view line;
  while (base::next_line(cpuinfo, line)) {
    if (!line.starts_with("flags")) continue;
    const auto words = base::split(line, ' ');
    return std::ranges::find(words, "hypervisor") != words.end();
  }
  return false;
}

}  // namespace

model::Isolation::Machine host_machine(const std::string& root) {
  model::Isolation::Machine machine;
  const auto cpuinfo = base::read_file(root + "/proc/cpuinfo", max_bytes);
  machine.is_virtual = (cpuinfo.ok() && has_hypervisor_flag(*cpuinfo)) || exists(root + "/sys/hypervisor/type") ||
                       exists(root + "/proc/device-tree/hypervisor");
  machine.can_run_machines = exists(root + "/dev/kvm");
  constexpr std::array<std::string_view, 5> programs = {"kata-runtime", "containerd-shim-kata-v2", "krun", "runsc",
                                                        "firecracker-containerd"};
  for (const std::string_view program : programs) {
    for (const std::string_view folder : {"/usr/bin/", "/usr/local/bin/", "/opt/kata/bin/"}) {
      if (!exists(root + std::string(folder) + std::string(program))) continue;
      machine.runtimes.emplace_back(program);
      break;
    }
  }
  return machine;
}

std::string kernel_release() {
  utsname names{};
  return ::uname(&names) == 0 ? names.release : "";
}

}  // namespace doorman::source
