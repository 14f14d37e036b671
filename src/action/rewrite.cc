// SPDX-License-Identifier: Apache-2.0
#include "action/rewrite.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>  // NOLINT(modernize-deprecated-headers): renameat2 is not in std
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/fd.h"

namespace doorman::action {
namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

/// A change of name changes ctime, and nothing else of a file.
bool is_seen(const struct stat& file, const struct stat& seen) {
  return file.st_dev == seen.st_dev && file.st_ino == seen.st_ino && file.st_size == seen.st_size &&
         file.st_mtim.tv_sec == seen.st_mtim.tv_sec && file.st_mtim.tv_nsec == seen.st_mtim.tv_nsec;
}

Status check_seen(const std::string& path, const struct stat& seen) {
  struct stat file{};
  if (::lstat(path.c_str(), &file) != 0) return base::system_error(path);
  if (S_ISLNK(file.st_mode)) {
    return Error(ErrorCode::unsupported,
                 path + ": a link; what it leads to may be another's, and is not rewritten");
  }
  if (is_seen(file, seen)) return {};
  return Error(ErrorCode::mismatch, path + ": was changed meanwhile");
}

Status write_like(const base::Fd& fd, base::Bytes content, const struct stat& seen) {
  DOORMAN_CHECK(base::write_all(fd, content));
  if (::fchown(fd.get(), seen.st_uid, seen.st_gid) != 0) return base::system_error("chown");
  if (::fchmod(fd.get(), seen.st_mode & 07777U) != 0) return base::system_error("chmod");
  return {};
}

/// The two change their names in one step, so that it can be seen which file it was that lost its own.
Status exchange(const std::string& made, const std::string& path, const struct stat& seen) {
  if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) != 0) {
    if (errno != EINVAL && errno != ENOSYS) return base::system_error(path);
    // Not every file system can do that.
    DOORMAN_CHECK(check_seen(path, seen));
    return ::rename(made.c_str(), path.c_str()) == 0 ? Status() : base::system_error(path);
  }
  struct stat old{};
  if (::lstat(made.c_str(), &old) == 0 && is_seen(old, seen)) return {};
  (void)::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE);
  return Error(ErrorCode::mismatch, path + ": was changed meanwhile");
}

}  // namespace

Status rewrite_file(const std::string& path, base::Bytes content, const struct stat& seen) {
  DOORMAN_CHECK(check_seen(path, seen));
  std::string made = path + ".doorman-XXXXXX";
  const base::Fd fd(::mkostemp(made.data(), O_CLOEXEC));
  if (!fd.valid()) return base::system_error(path);
  Status done = write_like(fd, content, seen).in(made);
  if (done.ok()) done = exchange(made, path, seen);
  ::unlink(made.c_str());
  return done;
}

}  // namespace doorman::action
