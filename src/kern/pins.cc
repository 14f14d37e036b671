// SPDX-License-Identifier: Apache-2.0
#include "kern/pins.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "base/fd.h"

namespace doorman::kern {
namespace {

using base::Status;
namespace fs = std::filesystem;

constexpr const char* bpffs = "/sys/fs/bpf";

bool is_bpffs(const std::string& path) {
  struct statfs status{};
  return ::statfs(path.c_str(), &status) == 0 && status.f_type == BPF_FS_MAGIC;
}

Status make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return base::system_error(path);
  return {};
}

Status remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return base::system_error(path.string());
  return {};
}

Status remove_folder(const std::string& path) {
  if (::rmdir(path.c_str()) != 0 && errno != ENOENT) return base::system_error(path);
  return {};
}

std::vector<fs::path> files_in(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator each(folder, failed), end; !failed && each != end; each.increment(failed)) {
    std::error_code ignored;
    if (!each->is_directory(ignored)) files.push_back(each->path());
  }
  return files;
}

}  // namespace

base::Result<Pins> Pins::open(std::string folder) {
  if (!is_bpffs(bpffs) && ::mount("bpf", bpffs, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") != 0) {
    return base::system_error("mount the BPF file system on /sys/fs/bpf");
  }
  DOORMAN_CHECK(make_folder(folder));
  if (!is_bpffs(folder)) {
    return base::Error(base::ErrorCode::usage, folder + ": not in a BPF file system, as /sys/fs/bpf is one");
  }
  DOORMAN_CHECK(make_folder(folder + "/links"));
  return Pins(std::move(folder));
}

base::Result<base::Fd> Pins::lock() const {
  base::Fd folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return base::system_error(folder_);
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) return folder;
  if (errno != EWOULDBLOCK) return base::system_error(folder_);
  return base::Error(base::ErrorCode::denied, "another guard is at work on this machine");
}

std::string Pins::link_path(std::string_view family, std::string_view program) const {
  std::string path = folder_ + "/links/";
  return path.append(family).append(1, '-').append(program);  // the file system refuses dots
}

Status Pins::remove_links(std::string_view family) const {
  const std::string wanted = family.empty() ? std::string() : std::string(family) + '-';
  for (const fs::path& file : files_in(folder_ + "/links")) {
    if (file.filename().string().starts_with(wanted)) DOORMAN_CHECK(remove_file(file));
  }
  return {};
}

Status Pins::remove() const {
  DOORMAN_CHECK(remove_links());
  DOORMAN_CHECK(remove_folder(folder_ + "/links"));
  for (const fs::path& file : files_in(folder_)) DOORMAN_CHECK(remove_file(file));
  return remove_folder(folder_);
}

}  // namespace doorman::kern
