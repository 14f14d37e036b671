// SPDX-License-Identifier: Apache-2.0
#include "action/drift/loader.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "action/drift/loader_argument.h"

namespace doorman::action {
namespace {

constexpr std::uint64_t max_argument_bytes = 2U << 20U;  // what execve(2) takes

base::Fd open_in(const base::Fd& root, const std::string& path, std::uint64_t flags) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return base::Fd(static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
}

bool are_same(const base::Fd& one, const base::Fd& other) {
  struct stat first{}, second{};
  return ::fstat(one.get(), &first) == 0 && ::fstat(other.get(), &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

/// The process's folder as a path below its root; empty when it is not below it, as after a chroot.
std::string folder_of(const std::string& process, const base::Fd& root) {
  const std::string link = "/proc/" + process + "/cwd";
  std::array<char, 4097> text{};
  const ssize_t length = ::readlink(link.c_str(), text.data(), text.size() - 1);
  if (length <= 0) return {};
  std::string path(text.data(), static_cast<std::size_t>(length));
  const base::Fd folder(::open(link.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const base::Fd found = open_in(root, path, O_PATH | O_DIRECTORY);
  if (!folder.valid() || !found.valid() || !are_same(folder, found)) return {};
  return path;
}

base::Fd open_root(const std::string& process) {
  return base::Fd(::open(("/proc/" + process + "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/// No device or pipe is opened by the way.
base::Fd open_regular(const base::Fd& root, const std::string& path) {
  const base::Fd found = open_in(root, path, O_PATH);
  struct stat status{};
  if (!found.valid() || ::fstat(found.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const std::string link = "/proc/self/fd/" + std::to_string(found.get());
  return base::Fd(::open(link.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

/// `folder` is asked for only when the argument is relative.
template <typename Folder>
LoaderFile open_argument(std::string_view arguments, const base::Fd& root, Folder&& folder) {
  const LoaderArgument argument = parse_loader_argument(arguments);
  LoaderFile result{.nothing = argument.nothing, .file = {}, .path = std::string(argument.file)};
  if (result.path.empty() || !root.valid()) return result;
  std::string path = result.path;
  if (!path.starts_with('/')) {
    const std::string from = folder();
    if (from.empty()) return result;
    path.insert(0, from + "/");
  }
  result.file = open_regular(root, path);
  return result;
}

}  // namespace

LoaderFile read_loader_file(const std::string& process) {
  const auto arguments = base::read_file("/proc/" + process + "/cmdline", max_argument_bytes);
  if (!arguments.ok()) return {};
  const base::Fd root = open_root(process);
  return open_argument(*arguments, root, [&] { return folder_of(process, root); });
}

LoaderFile read_loader_file(const std::string& process, std::string_view arguments, const std::string& folder) {
  return open_argument(arguments, open_root(process), [&] { return folder; });
}

base::Fd open_in_root_of(const std::string& process, const std::string& path) {
  const base::Fd root = open_root(process);
  return root.valid() ? open_regular(root, path) : base::Fd();
}

}  // namespace doorman::action
