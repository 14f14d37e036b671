// SPDX-License-Identifier: Apache-2.0
#include "source/root_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include "base/path.h"
#include "parse/image/program_kind.h"

namespace doorman::source {

using base::Bytes;
using base::Fd;
using base::Result;
using base::Status;
using parse::image::Entry;
using parse::image::EntryType;

namespace {

constexpr std::size_t piece_bytes = 256U << 10U;
constexpr std::size_t max_capability_bytes = 64;

/// File systems whose files are not the host's own, by statfs(2)'s f_type; those that linux/magic.h lacks by
/// number.
bool is_foreign_file_system(const Fd& folder) {
  static constexpr std::array<unsigned long, 21> foreign = {
      PROC_SUPER_MAGIC,
      SYSFS_MAGIC,
      CGROUP_SUPER_MAGIC,
      CGROUP2_SUPER_MAGIC,
      DEBUGFS_MAGIC,
      TRACEFS_MAGIC,
      SECURITYFS_MAGIC,
      BPF_FS_MAGIC,
      DEVPTS_SUPER_MAGIC,
      OVERLAYFS_SUPER_MAGIC,
      NFS_SUPER_MAGIC,
      SMB_SUPER_MAGIC,
      EFIVARFS_MAGIC,
      PSTOREFS_MAGIC,
      AUTOFS_SUPER_MAGIC,
      BINFMTFS_MAGIC,
      HUGETLBFS_MAGIC,
      NSFS_MAGIC,
      0xff534d42UL /* cifs */,
      0x65735546UL /* fuse */,
      0x19800202UL /* mqueue */,
  };
  struct statfs status{};
  if (::fstatfs(folder.get(), &status) != 0) return false;
  const auto type = static_cast<unsigned long>(status.f_type) & 0xffffffffUL;
  return std::ranges::find(foreign, type) != foreign.end();
}

std::vector<std::string> names_in(const Fd& folder) {
  std::vector<std::string> names;
  const int copy = ::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(copy), &::closedir);
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

class RootWalker {
 public:
  RootWalker(const RootOptions& root, const LayerOptions& options)
      : root_(root),
        options_(options),
        collector_(options.scratch, options.limits, options.secrets),
        piece_(piece_bytes) {}

  Result<model::LayerFacts> walk(const std::string& path) {
    Fd top(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!top.valid()) return base::system_error(path);
    struct stat status{};
    if (::fstat(top.get(), &status) != 0) return base::system_error(path);
    // Folders that wait are kept by name and opened through their parents' names again: a deep tree costs memory
    // for its names, not a descriptor a level.
    std::vector<std::string> waiting = {""};
    while (!waiting.empty()) {
      const std::string folder = std::move(waiting.back());
      waiting.pop_back();
      auto opened = open_below(top, folder);
      if (!opened.ok()) {
        collector_.note(folder, opened.error().message());
        continue;
      }
      if (root_.only_own_file_systems && !folder.empty() && is_foreign_file_system(*opened)) continue;
      DOORMAN_CHECK(walk_folder(*opened, folder, waiting));
    }
    model::LayerFacts facts = collector_.take();
    facts.stored_bytes = facts.plain_bytes = bytes_;
    return facts;
  }

 private:
  static Result<Fd> open_below(const Fd& top, const std::string& folder) {
    Fd at(::openat(top.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::string_view rest = folder;
    while (at.valid() && !rest.empty()) {
      const std::string part(rest.substr(0, rest.find('/')));
      at = Fd(::openat(at.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    }
    if (!at.valid()) return base::system_error("open");
    return at;
  }

  Status walk_folder(const Fd& folder, const std::string& path, std::vector<std::string>& waiting) {
    if (root_.overlay && is_opaque(folder)) DOORMAN_CHECK(tell(path, ".wh..wh..opq"));
    const std::size_t first_new = waiting.size();
    for (const std::string& name : names_in(folder)) {
      const std::string child = (std::filesystem::path(path) / name).native();
      if (std::ranges::find(root_.skip, child) != root_.skip.end()) continue;
      struct stat status{};
      if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        collector_.note(child, base::system_error("stat").message());
        continue;
      }
      if (S_ISDIR(status.st_mode)) {
        collector_.see_folder(child, status.st_mode & 07777U);
        if (child.size() <= base::CanonPath::max_bytes) waiting.push_back(child);
        else collector_.note(child.substr(0, 200), "path longer than 4096 bytes");
        continue;
      }
      DOORMAN_CHECK(take_entry(folder, name, path, child, status));
    }
    std::reverse(waiting.begin() + static_cast<std::ptrdiff_t>(first_new), waiting.end());
    return {};
  }

  static bool is_opaque(const Fd& folder) {
    for (const char* attribute : {"trusted.overlay.opaque", "user.overlay.opaque", "user.fuseoverlayfs.opaque"}) {
      char value = 0;
      if (::fgetxattr(folder.get(), attribute, &value, 1) == 1 && value == 'y') return true;
    }
    return false;
  }

  /// A whiteout in the form that archives have it.
  Status tell(const std::string& folder, const std::string& name) {
    const std::string path = folder.empty() ? name : folder + "/" + name;
    Entry entry;
    entry.path = path;
    return begin(entry);
  }

  Status begin(const Entry& entry) {
    auto begun = collector_.begin(entry);
    return begun.ok() ? Status{} : Status(begun.error());
  }

  Status take_entry(const Fd& folder, const std::string& name, const std::string& parent, const std::string& path,
                    const struct stat& status) {
    if (root_.overlay && S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0))
      return tell(parent, ".wh." + name);
    Entry entry;
    entry.path = path;
    entry.mode = status.st_mode & 07777U;
    entry.uid = status.st_uid;
    entry.gid = status.st_gid;
    entry.type = S_ISLNK(status.st_mode) ? EntryType::symlink : EntryType::device;
    if (S_ISCHR(status.st_mode)) entry.device = Entry::Device::character;
    if (S_ISBLK(status.st_mode)) entry.device = Entry::Device::block;
    if (!S_ISREG(status.st_mode)) return begin(entry);

    const Fd file(::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat opened{};
    if (!file.valid() || ::fstat(file.get(), &opened) != 0 || !S_ISREG(opened.st_mode)) {
      collector_.note(path, base::system_error("open").message());
      return {};
    }
    entry.type = EntryType::regular;
    entry.size = static_cast<std::uint64_t>(opened.st_size);
    std::array<char, max_capability_bytes> capability{};
    const ssize_t got = ::fgetxattr(file.get(), "security.capability", capability.data(), capability.size());
    if (got > 0) entry.capability = Bytes(capability.data(), static_cast<std::size_t>(got));
    auto wanted = collector_.begin(entry);
    if (!wanted.ok()) return wanted.error();
    return *wanted ? read_content(file, path, entry.size) : Status{};
  }

  /// The head first, which often is enough to know that nobody wants the rest.
  Status read_content(const Fd& file, const std::string& path, std::uint64_t size) {
    std::uint64_t done = 0;
    while (done < size && (done == 0 || collector_.wants_more())) {
      const std::uint64_t most =
          done == 0 && !collector_.wants_more() ? parse::image::program_head_bytes : piece_.size();
      const std::span<char> into(piece_.data(), static_cast<std::size_t>(std::min(most, size - done)));
      auto got = base::read_at(file, done, into);
      if (!got.ok() || *got < into.size()) {
        // It shrank or cannot be read: what is not there is not known.
        collector_.note(path, got.ok() ? "changed while it was read" : got.error().message());
        collector_.abandon();
        return {};
      }
      DOORMAN_CHECK(collector_.data(Bytes(into.data(), *got)));
      done += *got;
      bytes_ += *got;
      if (options_.progress) options_.progress(*got);
    }
    return collector_.end();
  }

  const RootOptions& root_;
  const LayerOptions& options_;
  LayerCollector collector_;
  std::vector<char> piece_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<model::LayerFacts> read_root_folder(const std::string& path, const RootOptions& root,
                                           const LayerOptions& options) {
  return RootWalker(root, options).walk(path);
}

RootOptions host_root_options() {
  RootOptions options;
  options.skip = {"proc",
                  "sys",
                  "dev",
                  "run",
                  "var/lib/docker",
                  "var/lib/containers",
                  "var/lib/containerd",
                  "var/lib/kubelet/pods",
                  "var/lib/rancher",
                  "var/lib/doorman",
                  "var/cache/doorman"};
  options.only_own_file_systems = true;
  return options;
}

}  // namespace doorman::source
