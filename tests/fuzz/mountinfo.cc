// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "action/drift/mounts.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void mountinfo(base::Bytes input) {
  for (const action::Mount& mount : action::parse_mounts(input)) {
    const auto folders = action::parse_overlay(mount);
    if (folders && folders->lower.size() > action::max_lower_folders) std::abort();
    if (folders) {
      for (const std::string& folder : folders->lower) {
        if (!folder.starts_with('/')) std::abort();
      }
    }
    const auto path = action::path_in_file_system(mount, mount.point + "/bin/x");
    if (path && path->starts_with('/')) std::abort();
  }
}

}  // namespace doorman::fuzz
