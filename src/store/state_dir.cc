// SPDX-License-Identifier: Apache-2.0
#include "store/state_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace doorman::store {
namespace {

base::Result<base::Fd> unlinked_file(const std::string& folder) {
  std::string name = folder + "/scratch.XXXXXX";
  base::Fd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd.valid()) return base::system_error(folder);
  if (::unlink(name.c_str()) != 0) return base::system_error(name);
  return fd;
}

}  // namespace

base::Result<std::string> default_state_path(const StateEnvironment& environment) {
  if (environment.root) return std::string("/var/lib/doorman");
  if (environment.xdg_cache_home.starts_with('/')) return std::string(environment.xdg_cache_home) + "/doorman";
  if (environment.home.starts_with('/')) return std::string(environment.home) + "/.cache/doorman";
  return base::Error(base::ErrorCode::usage, "no place for state: set HOME, XDG_CACHE_HOME or --state-dir");
}

base::Result<StateDir> StateDir::open(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path.empty()) return base::Error(base::ErrorCode::usage, "the state folder's path is empty");
  DOORMAN_CHECK(base::make_folders(path).in("state folder"));
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return base::system_error(path).in("state folder");
  if (!S_ISDIR(status.st_mode))
    return base::Error(base::ErrorCode::usage, path + " is no folder").in("state folder");
  if ((status.st_mode & S_IWOTH) != 0) {
    return base::Error(base::ErrorCode::denied, path + " may be written by everybody").in("state folder");
  }
  return StateDir(std::move(path));
}

base::Result<base::Fd> StateDir::scratch_file() const {
  base::Fd fd(::open(path_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (fd.valid()) return fd;
  // Several file systems (overlayfs of old, NFS, FUSE) have no unnamed files.
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
    return base::system_error(path_).in("scratch file");
  return unlinked_file(path_).in("scratch file");
}

}  // namespace doorman::store
