// SPDX-License-Identifier: Apache-2.0
#include "model/package_files.h"

#include <cstdlib>
#include <string>

#include "fuzz/fuzz.h"
#include "model/binary.h"

namespace doorman::fuzz {

/// The input is looked into as it is, and tried as a payload in a good frame: what passes the check answers for
/// each of its packages with a purl.
void package_files(base::Bytes input) {
  constexpr model::binary::Form form{"DOORMANF", model::package_files_version, "files of packages"};
  for (const std::string& bytes : {std::string(input), model::binary::frame(form, input)}) {
    const model::PackageFilesView view(bytes);
    const bool sound = model::PackageFilesView::check(bytes).ok();
    for (const char* path : {"", "/etc", "/usr/bin/bash", "etc/bash.bashrc"}) {
      const std::string_view any = view.package_of(path), only = view.only_package_of(path);
      if (!only.empty() && only != any) std::abort();
      if (sound && !view.is_whole()) std::abort();
      if (sound && view.files() == 0 && !any.empty()) std::abort();
    }
  }
}

}  // namespace doorman::fuzz
