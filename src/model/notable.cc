// SPDX-License-Identifier: Apache-2.0
#include "model/notable.h"

namespace doorman::model {

std::string_view to_text(NotableFile::Reason reason) {
  switch (reason) {
    case NotableFile::Reason::package_cache:
      return "package_cache";
    case NotableFile::Reason::vcs_folder:
      return "vcs_folder";
    case NotableFile::Reason::ssh_host_key:
      return "ssh_host_key";
    case NotableFile::Reason::ssh_user_key:
      return "ssh_user_key";
    case NotableFile::Reason::authorized_keys:
      return "authorized_keys";
    case NotableFile::Reason::credentials:
      return "credentials";
    case NotableFile::Reason::world_writable:
      return "world_writable";
    case NotableFile::Reason::device:
      return "device";
    case NotableFile::Reason::misplaced_program:
      return "misplaced_program";
    case NotableFile::Reason::capabilities:
      return "capabilities";
    case NotableFile::Reason::set_id_in_writable:
      return "set_id_in_writable";
    case NotableFile::Reason::core_dump:
      return "core_dump";
    case NotableFile::Reason::engine_socket:
      return "engine_socket";
    case NotableFile::Reason::empty_password:
      return "empty_password";
    case NotableFile::Reason::second_root:
      return "second_root";
  }
  return "package_cache";
}

}  // namespace doorman::model
