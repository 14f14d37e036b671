// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace doorman::model {

/// The profile that the program carries.
inline constexpr std::string_view default_seccomp = "default";

/// What a policy takes away from a container before it starts. Nothing in it gives anything.
struct Hardening {
  struct Capabilities {
    bool all_but = false;            ///< those that are named stay, and no others
    std::vector<std::string> names;  ///< as plain_capability gives them; ALL: every one
  };
  struct User {
    std::uint32_t uid = 0;  ///< never root
    std::optional<std::uint32_t> gid;
  };

  bool no_new_privileges = false, read_only_root = false;
  std::optional<Capabilities> drop;
  std::vector<std::string> read_only_paths, masked_paths;  ///< absolute
  std::optional<User> user;                                ///< in the place of root
  std::string seccomp;                                     ///< `default`, or a file's absolute path; empty: none

  [[nodiscard]] bool empty() const {
    return !no_new_privileges && !read_only_root && !drop && read_only_paths.empty() && masked_paths.empty() &&
           !user && seccomp.empty();
  }
};

/// What a hardening changed of one container, in words for people.
struct BundleChange {
  std::string by;             ///< the hardening's name
  std::string what;           ///< the member of config.json: `process.noNewPrivileges`
  std::string before, after;  ///< `false`, `none`, `CHOWN,KILL`
};

/// Who may start what rules refuse, if he says why.
struct BreakGlass {
  std::string annotation;          ///< of the bundle, which holds the reason
  std::vector<std::string> rules;  ///< that it breaks; * and ? as in the shell
};

inline constexpr std::string_view break_glass_annotation = "io.doorman.break-glass";

/// NET_RAW of CAP_NET_RAW, net_raw …: crun takes names in any case.
std::string plain_capability(std::string_view name);
/// Whether Linux has one of that plain name.
bool is_capability(std::string_view plain);

}  // namespace doorman::model
