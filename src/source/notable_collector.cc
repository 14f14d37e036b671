// SPDX-License-Identifier: Apache-2.0
#include "source/notable_collector.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "parse/image/capability.h"
#include "source/credential_names.h"

namespace doorman::source {

using model::NotableFile;
using parse::image::Entry;
using parse::image::EntryType;

namespace {

constexpr std::uint32_t others_write = 0002;
constexpr std::uint32_t sticky_bit = 01000;

struct Cache {
  std::string_view folder;  ///< with its slash
  std::string_view manager;
};

/// From the root of the image.
constexpr std::array<Cache, 13> system_caches = {{
    {"var/lib/apt/lists/", "apt"},
    {"var/cache/apt/archives/", "apt"},
    {"var/cache/apk/", "apk"},
    {"etc/apk/cache/", "apk"},
    {"var/cache/yum/", "yum"},
    {"var/cache/dnf/", "dnf"},
    {"var/cache/libdnf5/", "dnf"},
    {"var/cache/zypp/", "zypper"},
    {"var/cache/pacman/pkg/", "pacman"},
    {"var/cache/man/", "man-db"},
    {"usr/local/share/.cache/yarn/", "yarn"},
    {"root/go/pkg/mod/cache/", "go"},
    {"go/pkg/mod/cache/", "go"},
}};

/// In anybody's home, which need not be known as one: these names are hidden folders.
constexpr std::array<Cache, 13> home_caches = {{
    {".cache/pip/", "pip"},
    {".cache/uv/", "uv"},
    {".cache/pypoetry/", "poetry"},
    {".cache/yarn/", "yarn"},
    {".cache/composer/", "composer"},
    {".cache/go-build/", "go"},
    {".cache/node-gyp/", "npm"},
    {".composer/cache/", "composer"},
    {".npm/_cacache/", "npm"},
    {".cargo/registry/", "cargo"},
    {".gradle/caches/", "gradle"},
    {".nuget/packages/", "nuget"},
    {".local/share/pnpm/store/", "pnpm"},
}};

/// Hidden folders in which tools keep programs on purpose.
constexpr std::array<std::string_view, 24> tool_folders = {
    ".local", ".venv",  ".virtualenvs", ".cargo",  ".rustup", ".nvm", ".pyenv", ".rbenv",
    ".rvm",   ".asdf",  ".sdkman",      ".dotnet", ".bundle", ".gem", ".pnpm",  ".yarn",
    ".bin",   ".volta", ".deno",        ".bun",    ".conda",  ".m2",  ".git",   ".linuxbrew"};

constexpr std::array<std::string_view, 5> temporary_folders = {"tmp/", "var/tmp/", "dev/shm/", "run/", "var/run/"};

/// The devices that every container gets, and those that a tool for root file systems makes.
constexpr std::array<std::string_view, 9> usual_devices = {"null", "zero",    "full", "random", "urandom",
                                                           "tty",  "console", "ptmx", "fuse"};

/// The part of the path up to the entry directly below its first `prefix` bytes.
std::string_view child_below(std::string_view path, std::size_t prefix) {
  const std::size_t slash = path.find('/', prefix);
  return slash == std::string_view::npos ? path : path.substr(0, slash);
}

/// Where `folder` begins in the path as a component of its own, or npos.
std::size_t find_folder(std::string_view path, std::string_view folder) {
  for (std::size_t at = path.find(folder); at != std::string_view::npos; at = path.find(folder, at + 1)) {
    if (at == 0 || path[at - 1] == '/') return at;
  }
  return std::string_view::npos;
}

bool has_hidden_part(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

/// Where it is no program should be, or nothing.
std::string_view misplaced(std::string_view path) {
  for (const std::string_view folder : temporary_folders) {
    if (path.starts_with(folder)) return "temporary";
  }
  if (has_hidden_part(path)) {
    std::string_view rest = path;
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, rest.find('/'));
      if (part.starts_with('.')) return std::ranges::find(tool_folders, part) == tool_folders.end() ? "hidden" : "";
      rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    }
  }
  return path.starts_with("root/") ? "home of root" : "";
}

bool is_engine_socket(std::string_view path) {
  constexpr std::array<std::string_view, 4> names = {"docker.sock", "containerd.sock", "crio.sock", "podman.sock"};
  return (path.starts_with("run/") || path.starts_with("var/run/")) &&
         std::ranges::find(names, base::basename_of(path)) != names.end();
}

NotableFile file_of(NotableFile::Reason reason, std::string_view path, std::string_view detail,
                    const Entry& entry) {
  return {reason, std::string(path), std::string(detail), entry.mode, entry.uid, entry.gid, entry.size, 1};
}

}  // namespace

void NotableCollector::add(NotableFile file) {
  if (found_.size() >= limit_) {
    ++dropped_;
    return;
  }
  ids_.insert(base::path_id(file.path));
  found_.push_back(std::move(file));
}

void NotableCollector::add_to_folder(Reason reason, std::string_view folder, std::string_view detail,
                                     std::uint64_t size) {
  auto known = folders_.find(folder);
  if (known == folders_.end()) {
    if (folders_.size() >= limit_) {
      ++dropped_;
      return;
    }
    known = folders_
                .emplace(std::string(folder),
                         NotableFile{reason, std::string(folder), std::string(detail), 0, 0, 0, 0, 0})
                .first;
  }
  known->second.size += size;
  ++known->second.files;
}

void NotableCollector::add_folder(std::string_view path, std::uint32_t mode) {
  if ((mode & others_write) == 0 || sticky_.size() + writable_.size() >= limit_) return;
  ((mode & sticky_bit) != 0 ? sticky_ : writable_).insert(std::string(path));
}

bool NotableCollector::take_cache(std::string_view path, const Entry& entry) {
  const auto take = [&](std::size_t prefix, std::string_view manager) {
    const std::string_view child = child_below(path, prefix);
    const std::string_view name = child.substr(prefix);
    // What every image has: apt's lock and empty folder.
    if (name != "lock" && name != "partial") add_to_folder(Reason::package_cache, child, manager, entry.size);
    return true;
  };
  for (const Cache& cache : system_caches) {
    if (path.starts_with(cache.folder)) return take(cache.folder.size(), cache.manager);
  }
  if (!has_hidden_part(path)) return false;
  for (const Cache& cache : home_caches) {
    const std::size_t at = find_folder(path, cache.folder);
    if (at != std::string_view::npos) return take(at + cache.folder.size(), cache.manager);
  }
  return false;
}

bool NotableCollector::take_vcs(std::string_view path, const Entry& entry) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> folders = {
      {{".git/", "git"}, {".hg/", "mercurial"}, {".svn/", "subversion"}}};
  if (!has_hidden_part(path)) return false;
  for (const auto& [folder, system] : folders) {
    const std::size_t at = find_folder(path, folder);
    if (at == std::string_view::npos) continue;
    add_to_folder(Reason::vcs_folder, path.substr(0, at + folder.size() - 1), system, entry.size);
    return true;
  }
  return false;
}

void NotableCollector::take_name(std::string_view path, const Entry& entry) {
  const std::string_view name = base::basename_of(path);
  const bool is_public = name.ends_with(".pub");
  if (path.starts_with("etc/ssh/ssh_host_") && name.ends_with("_key")) {
    return add(file_of(Reason::ssh_host_key, path, "", entry));
  }
  if (base::basename_of(base::parent_of(path)) == ".ssh") {
    if (name == "authorized_keys" || name == "authorized_keys2") {
      return add(file_of(Reason::authorized_keys, path, "", entry));
    }
    if (!is_public && (name.starts_with("id_") || name == "identity")) {
      return add(file_of(Reason::ssh_user_key, path, "", entry));
    }
  }
  if (const std::string_view what = credentials_by_name(path); !what.empty()) {
    add(file_of(Reason::credentials, path, what, entry));
  }
}

void NotableCollector::add_entry(std::string_view path, const Entry& entry) {
  if (is_engine_socket(path)) return add(file_of(Reason::engine_socket, path, "", entry));
  if (entry.type == EntryType::device && entry.device != Entry::Device::none) {
    const bool usual = base::parent_of(path) == "dev" &&
                       std::ranges::find(usual_devices, base::basename_of(path)) != usual_devices.end();
    const bool block = entry.device == Entry::Device::block;
    if (!usual) add(file_of(Reason::device, path, block ? "block" : "character", entry));
  }
  if (entry.type != EntryType::regular) return;
  if (!entry.capability.empty()) {
    add(file_of(Reason::capabilities, path, parse::image::capability_text(entry.capability), entry));
  }
  if ((entry.mode & others_write) != 0) add(file_of(Reason::world_writable, path, "", entry));
  if (entry.size == 0 || take_cache(path, entry) || take_vcs(path, entry)) return;
  take_name(path, entry);
}

void NotableCollector::add_program(const model::ProgramFile& program) {
  const auto of_program = [&](Reason reason, std::string_view detail) {
    return NotableFile{reason,      program.path, std::string(detail), program.mode,
                       program.uid, program.gid,  program.size,        1};
  };
  // Kept until it is known which folders everybody may write.
  if (program.set_uid() || program.set_gid()) add(of_program(Reason::set_id_in_writable, ""));
  if (program.kind == model::ProgramFile::Kind::other) return;
  if (const std::string_view where = misplaced(program.path); !where.empty()) {
    add(of_program(Reason::misplaced_program, where));
  }
}

void NotableCollector::add_core_dump(std::string_view path, const Entry& entry) {
  add(file_of(Reason::core_dump, path, "", entry));
}

void NotableCollector::forget(base::PathId path) {
  if (ids_.erase(path) == 0) return;
  std::erase_if(found_, [&](const NotableFile& file) { return base::path_id(file.path) == path; });
}

bool NotableCollector::absorb(NotableCollector& other) {
  std::ranges::move(other.found_, std::back_inserter(found_));
  ids_.merge(other.ids_);
  for (auto& [folder, file] : other.folders_) {
    const auto [known, is_new] = folders_.try_emplace(folder, file);
    if (is_new) continue;
    known->second.size += file.size;
    known->second.files += file.files;
  }
  sticky_.merge(other.sticky_);
  writable_.merge(other.writable_);
  return dropped_ + other.dropped_ == 0 && found_.size() < limit_ && folders_.size() < limit_ &&
         sticky_.size() + writable_.size() < limit_;
}

bool NotableCollector::in_folder_of(const std::unordered_set<std::string>& folders, std::string_view path) const {
  for (std::string_view folder = base::parent_of(path); !folder.empty(); folder = base::parent_of(folder)) {
    if (folders.contains(std::string(folder))) return true;
  }
  return false;
}

std::vector<NotableFile> NotableCollector::take() {
  for (const std::string_view folder : temporary_folders) sticky_.emplace(folder.substr(0, folder.size() - 1));
  std::erase_if(found_, [&](const NotableFile& file) {
    if (file.reason == Reason::world_writable) return in_folder_of(sticky_, file.path);
    if (file.reason != Reason::set_id_in_writable) return false;
    return !in_folder_of(sticky_, file.path) && !in_folder_of(writable_, file.path);
  });
  for (auto& [folder, file] : folders_) {
    // A checkout without objects has no history; one file is a link to a repository elsewhere.
    if (file.files > 1 || file.reason != Reason::vcs_folder) found_.push_back(std::move(file));
  }
  std::ranges::sort(found_, {}, [](const NotableFile& file) {
    return std::tuple(std::string_view(file.path), file.reason, std::string_view(file.detail));
  });
  folders_.clear();
  ids_.clear();
  sticky_.clear();
  writable_.clear();
  return std::exchange(found_, {});
}

}  // namespace doorman::source
