// SPDX-License-Identifier: Apache-2.0
#include "model/hardening.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace doorman::model {
namespace {

/// Source: include/uapi/linux/capability.h of Linux 6.12.
constexpr std::array<std::string_view, 41> capabilities = {"AUDIT_CONTROL",   "AUDIT_READ",   "AUDIT_WRITE",
                                                           "BLOCK_SUSPEND",   "BPF",          "CHECKPOINT_RESTORE",
                                                           "CHOWN",           "DAC_OVERRIDE", "DAC_READ_SEARCH",
                                                           "FOWNER",          "FSETID",       "IPC_LOCK",
                                                           "IPC_OWNER",       "KILL",         "LEASE",
                                                           "LINUX_IMMUTABLE", "MAC_ADMIN",    "MAC_OVERRIDE",
                                                           "MKNOD",           "NET_ADMIN",    "NET_BIND_SERVICE",
                                                           "NET_BROADCAST",   "NET_RAW",      "PERFMON",
                                                           "SETFCAP",         "SETGID",       "SETPCAP",
                                                           "SETUID",          "SYSLOG",       "SYS_ADMIN",
                                                           "SYS_BOOT",        "SYS_CHROOT",   "SYS_MODULE",
                                                           "SYS_NICE",        "SYS_PACCT",    "SYS_PTRACE",
                                                           "SYS_RAWIO",       "SYS_RESOURCE", "SYS_TIME",
                                                           "SYS_TTY_CONFIG",  "WAKE_ALARM"};

}  // namespace

std::string plain_capability(std::string_view name) {
  std::string plain = base::to_lower(name);
  if (plain.starts_with("cap_")) plain.erase(0, 4);
  for (char& c : plain) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return plain;
}

bool is_capability(std::string_view plain) { return std::ranges::find(capabilities, plain) != capabilities.end(); }

}  // namespace doorman::model
