// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace doorman::model {

/// A file or folder that is worth a look for what it is or where it is, told once for each reason.
struct NotableFile {
  enum class Reason : std::uint8_t {
    package_cache,       ///< what a package manager left behind; detail: `apt`, `apk`, `pip` …
    vcs_folder,          ///< of git, Mercurial or Subversion: the source with its history; detail: which
    ssh_host_key,        ///< the same in every container that is started
    ssh_user_key,        ///< a private key in somebody's .ssh
    authorized_keys,     ///< who holds one of these keys may log in
    credentials,         ///< a file whose name says that it holds them; detail: of what
    world_writable,      ///< a regular file that everybody may change, outside of folders with the sticky bit
    device,              ///< detail: `character` or `block`
    misplaced_program,   ///< detail: `temporary`, `hidden` or `home of root`
    capabilities,        ///< a file that gets capabilities when it runs; detail: as getcap(8) writes them
    set_id_in_writable,  ///< a set-uid or set-gid program in a folder that everybody may write
    core_dump,           ///< the memory of a program
    engine_socket,       ///< who reaches it commands the container engine
    empty_password,      ///< in etc/shadow or etc/passwd; detail: the user's name
    second_root,         ///< in etc/passwd: a user beside root with id 0; detail: its name
  };
  static constexpr Reason last_reason = Reason::second_root;

  Reason reason = Reason::package_cache;
  std::string path;  ///< canonical
  std::string detail;
  std::uint32_t mode = 0;  ///< permission bits with set-uid, set-gid and sticky; 0 where the reason is a folder
  std::uint32_t uid = 0, gid = 0;
  std::uint64_t size = 0;   ///< bytes; of a folder, of all files below it
  std::uint64_t files = 1;  ///< of a folder: how many these are

  auto operator<=>(const NotableFile&) const = default;
};
std::string_view to_text(NotableFile::Reason reason);

}  // namespace doorman::model
