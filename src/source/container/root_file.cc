// SPDX-License-Identifier: Apache-2.0
#include "source/container/root_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

namespace doorman::source::container {

using base::Error;
using base::ErrorCode;
using base::Fd;
using base::Result;

Result<std::string> read_file_in_root(const std::string& root, const std::string& path, std::uint64_t max_bytes) {
  const Fd folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return base::system_error(root);
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;  // a device or pipe is not touched before its kind is known
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const Fd place(static_cast<int>(::syscall(SYS_openat2, folder.get(), path.c_str(), &how, sizeof how)));
  if (!place.valid()) return base::system_error(path);
  struct stat status{};
  if (::fstat(place.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return Error(ErrorCode::invalid, path + ": not a regular file");
  }
  if (static_cast<std::uint64_t>(status.st_size) > max_bytes) {
    return Error(ErrorCode::limit, fmt::format("{}: more than {} bytes", path, max_bytes));
  }
  return base::read_file(fmt::format("/proc/self/fd/{}", place.get()), max_bytes);
}

}  // namespace doorman::source::container
