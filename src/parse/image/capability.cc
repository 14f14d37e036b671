// SPDX-License-Identifier: Apache-2.0
#include "parse/image/capability.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace doorman::parse::image {
namespace {

/// By number. capabilities(7).
constexpr std::array<std::string_view, 41> names = {"chown",
                                                    "dac_override",
                                                    "dac_read_search",
                                                    "fowner",
                                                    "fsetid",
                                                    "kill",
                                                    "setgid",
                                                    "setuid",
                                                    "setpcap",
                                                    "linux_immutable",
                                                    "net_bind_service",
                                                    "net_broadcast",
                                                    "net_admin",
                                                    "net_raw",
                                                    "ipc_lock",
                                                    "ipc_owner",
                                                    "sys_module",
                                                    "sys_rawio",
                                                    "sys_chroot",
                                                    "sys_ptrace",
                                                    "sys_pacct",
                                                    "sys_admin",
                                                    "sys_boot",
                                                    "sys_nice",
                                                    "sys_resource",
                                                    "sys_time",
                                                    "sys_tty_config",
                                                    "mknod",
                                                    "lease",
                                                    "audit_write",
                                                    "audit_control",
                                                    "setfcap",
                                                    "mac_override",
                                                    "mac_admin",
                                                    "syslog",
                                                    "wake_alarm",
                                                    "block_suspend",
                                                    "audit_read",
                                                    "perfmon",
                                                    "bpf",
                                                    "checkpoint_restore"};

void append(std::string& text, std::uint64_t set, std::string_view flags) {
  bool first = true;
  for (std::size_t number = 0; number < 64; ++number) {
    if ((set >> number & 1U) == 0) continue;
    if (!text.empty()) text += first ? ' ' : ',';
    first = false;
    text += "cap_";
    if (number < names.size()) text += names[number];
    else text += std::to_string(number);
  }
  if (!first) text.append("=").append(flags);
}

}  // namespace

std::string capability_text(base::Bytes attribute) {
  constexpr std::uint32_t effective_bit = 1;
  base::ByteReader in(attribute);
  const std::uint32_t magic = in.u32();
  const std::uint32_t revision = magic >> 24U;
  std::uint64_t permitted = in.u32();
  std::uint64_t inheritable = in.u32();
  if (revision >= 2) {
    permitted |= static_cast<std::uint64_t>(in.u32()) << 32U;
    inheritable |= static_cast<std::uint64_t>(in.u32()) << 32U;
  }
  if (!in.ok() || revision < 1 || revision > 3) return "unreadable";
  const bool effective = (magic & effective_bit) != 0;
  std::string text;
  append(text, permitted & inheritable, effective ? "eip" : "ip");
  append(text, permitted & ~inheritable, effective ? "ep" : "p");
  append(text, inheritable & ~permitted, "i");
  return text.empty() ? "none" : text;
}

}  // namespace doorman::parse::image
