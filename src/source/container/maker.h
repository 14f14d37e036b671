// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace doorman::source::container {

/// What the process that makes a control group tells, if it is a runtime: runc and crun work in the bundle's
/// folder, and their command ends with the container's id.
struct Maker {
  std::string bundle;   ///< working folder, in which there is a config.json
  std::string id;       ///< last argument
  std::string runtime;  ///< name of the program
};

/// Nothing where the process is gone, not root's, or its working folder is no bundle.
std::optional<Maker> maker_of(const std::string& proc, std::uint32_t process);

/// The runtime that a process of this short name is: `runc` for `runc:[2:INIT]` too. Empty: none. As
/// bpf/container_group.h has it.
std::string_view runtime_named(std::string_view comm);

}  // namespace doorman::source::container
