// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "base/result.h"

namespace doorman::store {

/// What of the environment decides where state lives; the caller reads it.
struct StateEnvironment {
  bool root = false;
  std::string_view xdg_cache_home;  ///< $XDG_CACHE_HOME; a relative one is ignored, as its specification says
  std::string_view home;            ///< $HOME
};

/// `/var/lib/doorman` for root, else `$XDG_CACHE_HOME/doorman`, else `$HOME/.cache/doorman`; a `usage` error
/// where none of them is set.
base::Result<std::string> default_state_path(const StateEnvironment& environment);

/// The one folder that Doorman writes to.
class StateDir {
 public:
  /// Makes the folder (mode 0700) where it is missing. One that everybody may write to is `denied`: another
  /// user could plant facts in it.
  static base::Result<StateDir> open(std::string path);

  [[nodiscard]] const std::string& path() const { return path_; }

  /// An open, empty file that has no name and is gone when it is closed, however the process ends.
  [[nodiscard]] base::Result<base::Fd> scratch_file() const;

 private:
  explicit StateDir(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace doorman::store
