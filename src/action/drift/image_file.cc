// SPDX-License-Identifier: Apache-2.0
#include "action/drift/image_file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/path.h"

namespace doorman::action {
namespace {

constexpr std::size_t chunk = 1U << 20U;

base::Fd open_below(const base::Fd& folder, const std::string& path, std::uint64_t flags) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  return base::Fd(static_cast<int>(::syscall(SYS_openat2, folder.get(), path.c_str(), &how, sizeof how)));
}

/// Whether a lower folder hides what the ones below it have at `path`: a whiteout, or a folder that is opaque.
/// Source: Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories".
bool hides_below(const base::Fd& folder, std::string path) {
  for (; !path.empty(); path = std::string(base::parent_of(path))) {
    const base::Fd part = open_below(folder, path, O_PATH | O_NOFOLLOW);
    if (!part.valid()) continue;
    struct stat status{};
    if (::fstat(part.get(), &status) != 0 || !S_ISDIR(status.st_mode)) return true;
    const std::string name = "/proc/self/fd/" + std::to_string(part.get());
    for (const char* attribute : {"trusted.overlay.opaque", "user.overlay.opaque"}) {
      char value = 0;
      if (::getxattr(name.c_str(), attribute, &value, 1) == 1 && value == 'y') return true;
    }
  }
  return false;
}

/// At most so many bytes of a file of /proc, which do not say how many they are.
base::Result<std::string> read_front(const std::string& path, std::size_t bytes) {
  DOORMAN_TRY(const base::Fd file, base::open_read(path));
  std::string text(bytes, '\0');
  DOORMAN_TRY(const std::size_t count, base::read_at(file, 0, text));
  text.resize(count);
  return text;
}

Content compare(const base::Fd& one, const base::Fd& other, const std::function<void()>& step) {
  struct stat first{}, second{};
  if (::fstat(one.get(), &first) != 0 || ::fstat(other.get(), &second) != 0) return Content::unknown;
  if (!S_ISREG(first.st_mode) || !S_ISREG(second.st_mode)) return Content::different;
  if (first.st_size != second.st_size) return Content::different;
  const auto size = static_cast<std::uint64_t>(first.st_size);
  if (size > max_compared) return Content::unknown;
  std::vector<char> left(chunk), right(chunk);
  for (std::uint64_t at = 0; at < size; at += chunk) {
    const auto got = base::read_at(one, at, left);
    const auto want = base::read_at(other, at, right);
    if (!got.ok() || !want.ok() || *got == 0) return Content::unknown;
    if (*got != *want || std::memcmp(left.data(), right.data(), *got) != 0) return Content::different;
    step();
  }
  return Content::same;
}

}  // namespace

Content compare_with_image(const base::Fd& file, const OverlayFolders& folders, const std::string& path,
                           const std::function<void()>& step) {
  for (const std::string& lower : folders.lower) {
    // The folder's own name may be a link (podman's short names are); below it none is followed.
    const base::Fd folder(::open(lower.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) continue;
    const base::Fd other = open_below(folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (other.valid()) return compare(file, other, step);
    if (hides_below(folder, path)) return Content::absent;
  }
  return Content::absent;
}

Content compare_with_image(const base::Fd& file, const std::string& process, const std::function<void()>& step) {
  const auto id = mount_id_of(file);
  const auto mounts = read_mounts(process);
  if (!id || !mounts.ok()) return Content::unknown;
  const Mount* mount = find_mount(*mounts, *id);
  if (mount == nullptr) return Content::unknown;
  const auto folders = parse_overlay(*mount);
  const auto path = path_in_file_system(*mount, path_of(file));
  if (!folders || !path) return Content::unknown;
  return compare_with_image(file, *folders, *path, step);
}

base::Result<ImageRoot> ImageRoot::of(const std::string& process) {
  const std::string folder = "/proc/" + process;
  const base::Fd root(::open((folder + "/root").c_str(), O_PATH | O_CLOEXEC));
  if (!root.valid()) return base::system_error(folder + "/root");
  DOORMAN_TRY(const std::string text, read_front(folder + "/mountinfo", max_mountinfo_bytes));
  const auto id = mount_id_of(root);
  const std::vector<Mount> mounts = parse_mounts(text);
  const Mount* const mount = id ? find_mount(mounts, *id) : nullptr;
  if (mount == nullptr) return base::Error(base::ErrorCode::not_found, folder + ": the mount of its root");
  ImageRoot made(*mount);
  const auto folders = parse_overlay(*mount);
  if (!folders || folders->upper.empty()) return made;
  made.upper_.emplace(::open(folders->upper.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!made.upper_->valid()) return base::system_error(folders->upper);
  return made;
}

bool ImageRoot::holds(const base::Fd& file) const {
  if (mount_id_of(file) != mount_.id) return false;
  if (!upper_) return true;
  const auto path = path_in_file_system(mount_, path_of(file));
  return path && !open_below(*upper_, *path, O_PATH | O_NOFOLLOW).valid();
}

std::string path_of(const base::Fd& file) {
  std::array<char, 4097> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(file.get());
  const ssize_t length = ::readlink(link.c_str(), path.data(), path.size() - 1);
  return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : std::string();
}

}  // namespace doorman::action
