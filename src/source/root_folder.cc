// SPDX-License-Identifier: Apache-2.0
#include "source/root_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>

#include "base/parallel.h"
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
  static constexpr std::array<unsigned long, 27> foreign = {
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
      0xfe534d42UL /* cifs, SMB 2 and later */,
      AFS_FS_MAGIC,
      AFS_SUPER_MAGIC,
      CODA_SUPER_MAGIC,
      0x00c36400UL /* ceph */,
      0x0bd00bd0UL /* lustre */,
      0x65735546UL /* fuse */,
      0x19800202UL /* mqueue */,
  };
  struct statfs status{};
  if (::fstatfs(folder.get(), &status) != 0) return false;
  const auto type = static_cast<unsigned long>(status.f_type) & 0xffffffffUL;
  return std::ranges::find(foreign, type) != foreign.end();
}

struct Name {
  std::string text;
  bool regular = false;  ///< surely a regular file; file systems need not say
  auto operator<=>(const Name&) const = default;
};

std::vector<Name> names_in(const Fd& folder) {
  std::vector<Name> names;
  const int copy = ::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(copy), &::closedir);
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.push_back({std::string(name), entry->d_type == DT_REG});
  }
  std::ranges::sort(names);
  return names;
}

Result<Fd> open_by_parts(const Fd& top, std::string_view rest) {
  Fd at(::openat(top.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  while (at.valid() && !rest.empty()) {
    const std::string part(rest.substr(0, rest.find('/')));
    at = Fd(::openat(at.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  if (!at.valid()) return base::system_error("open");
  return at;
}

/// No part of the path may be a link.
Result<Fd> open_below(const Fd& top, const std::string& path) {
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const char* name = path.empty() ? "." : path.c_str();
  Fd folder(static_cast<int>(::syscall(SYS_openat2, top.get(), name, &how, sizeof how)));
  // The call may be missing or forbidden, or the path too long for it.
  return folder.valid() ? Result<Fd>(std::move(folder)) : open_by_parts(top, path);
}

struct Folder {
  std::string path;
  bool mounted = false;  ///< on another device than the folder that it is in
};

/// The folders that wait to be read, for several readers. Kept by name and opened from the top again: a deep tree
/// costs memory for its names, not a descriptor a level.
class FolderQueue {
 public:
  explicit FolderQueue(Folder top) { waiting_.push_back(std::move(top)); }

  /// The next folder, or nothing once all are read. Whoever gets one calls `done`.
  std::optional<Folder> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !waiting_.empty() || reading_ == 0; });
    if (waiting_.empty()) return std::nullopt;
    Folder folder = std::move(waiting_.back());
    waiting_.pop_back();
    ++reading_;
    return folder;
  }

  /// With what was found in it, the first one last.
  void done(std::vector<Folder> found) {
    const std::lock_guard lock(mutex_);
    if (!stopped_) std::ranges::move(found, std::back_inserter(waiting_));
    --reading_;
    changed_.notify_all();
  }

  /// No folder is worth reading any more.
  void stop() {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
    stopped_ = true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Folder> waiting_;
  std::size_t reading_ = 0;
  bool stopped_ = false;
};

/// Reads folders from the queue, one reader a thread.
class FolderReader {
 public:
  FolderReader(const Fd& top, FolderQueue& queue, const RootOptions& root, const LayerOptions& options)
      : top_(top),
        queue_(queue),
        root_(root),
        options_(options),
        collector_(options.scratch, options.limits, options.secrets),
        piece_(piece_bytes) {}

  Status run() {
    while (const auto folder = queue_.next()) {
      std::vector<Folder> found;
      const Status read = read_folder(*folder, found);
      if (!read.ok()) queue_.stop();
      queue_.done(read.ok() ? std::move(found) : std::vector<Folder>());
      if (!read.ok()) return read;
    }
    return {};
  }

  LayerCollector& collector() { return collector_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  Status read_folder(const Folder& folder, std::vector<Folder>& found) {
    const auto opened = open_below(top_, folder.path);
    if (!opened.ok()) {
      collector_.note(folder.path, opened.error().message());
      return {};
    }
    if (root_.only_own_file_systems && folder.mounted && is_foreign_file_system(*opened)) return {};
    return walk_folder(*opened, folder.path, found);
  }

  Status walk_folder(const Fd& folder, const std::string& path, std::vector<Folder>& found) {
    if (root_.overlay && is_opaque(folder)) DOORMAN_CHECK(tell(path, ".wh..wh..opq"));
    struct stat own{};
    const bool known_device = ::fstat(folder.get(), &own) == 0;
    for (const auto& [name, regular] : names_in(folder)) {
      const std::string child = path.empty() ? name : path + "/" + name;
      if (std::ranges::find(root_.skip, child) != root_.skip.end()) continue;
      if (regular) {
        DOORMAN_CHECK(take_file(folder, name, child));
        continue;
      }
      struct stat status{};
      if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        collector_.note(child, base::system_error("stat").message());
        continue;
      }
      if (S_ISDIR(status.st_mode)) {
        collector_.see_folder(child, status.st_mode & 07777U);
        const bool mounted = !known_device || status.st_dev != own.st_dev;
        if (child.size() <= base::CanonPath::max_bytes) found.push_back({child, mounted});
        else collector_.note(child.substr(0, 200), "path longer than 4096 bytes");
        continue;
      }
      DOORMAN_CHECK(take_entry(folder, name, path, child, status));
    }
    std::ranges::reverse(found);
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
    return S_ISREG(status.st_mode) ? take_file(folder, name, path) : begin(entry);
  }

  Status take_file(const Fd& folder, const std::string& name, const std::string& path) {
    const Fd file(::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat opened{};
    if (!file.valid() || ::fstat(file.get(), &opened) != 0 || !S_ISREG(opened.st_mode)) {
      collector_.note(path, base::system_error("open").message());
      return {};
    }
    Entry entry;
    entry.path = path;
    entry.type = EntryType::regular;
    entry.mode = opened.st_mode & 07777U;
    entry.uid = opened.st_uid;
    entry.gid = opened.st_gid;
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

  const Fd& top_;
  FolderQueue& queue_;
  const RootOptions& root_;
  const LayerOptions& options_;
  LayerCollector collector_;
  std::vector<char> piece_;
  std::uint64_t bytes_ = 0;
};

/// What so many readers find together, or nothing where a limit was in sight: then it matters who comes first.
Result<std::optional<model::LayerFacts>> read_with(std::size_t jobs, const std::string& path,
                                                   const RootOptions& root, const LayerOptions& options) {
  const Fd top(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!top.valid()) return base::system_error(path);
  FolderQueue queue({});
  std::deque<FolderReader> readers;
  for (std::size_t i = 0; i < jobs; ++i) readers.emplace_back(top, queue, root, options);
  std::vector<Status> outcomes(jobs);
  base::for_each_in_parallel(jobs, jobs, [&](std::size_t i) { outcomes[i] = readers[i].run(); });
  for (const Status& outcome : outcomes) DOORMAN_CHECK(outcome);
  LayerCollector& all = readers.front().collector();
  std::uint64_t bytes = readers.front().bytes();
  for (std::size_t i = 1; i < jobs; ++i) {
    if (!all.absorb(readers[i].collector())) return std::optional<model::LayerFacts>();
    bytes += readers[i].bytes();
  }
  model::LayerFacts facts = all.take();
  facts.stored_bytes = facts.plain_bytes = bytes;
  std::ranges::sort(facts.notes);
  return std::optional(std::move(facts));
}

}  // namespace

Result<model::LayerFacts> read_root_folder(const std::string& path, const RootOptions& root,
                                           const LayerOptions& options, std::size_t jobs) {
  DOORMAN_TRY(auto together, read_with(std::max<std::size_t>(jobs, 1), path, root, options));
  if (together) return *std::move(together);
  DOORMAN_TRY(auto alone, read_with(1, path, root, options));
  return *std::move(alone);
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
