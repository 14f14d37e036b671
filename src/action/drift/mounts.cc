// SPDX-License-Identifier: Apache-2.0
#include "action/drift/mounts.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/text.h"

namespace doorman::action {
namespace {

constexpr std::uint64_t max_bytes = 64U << 20U;

bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// Blank, tab, newline and backslash are \040, \011, \012 and \134.
std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 3 < text.size() && is_octal(text[at + 1]) && is_octal(text[at + 2]) &&
        is_octal(text[at + 3])) {
      out.push_back(static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 + (text[at + 3] - '0')));
      at += 3;
    } else {
      out.push_back(text[at]);
    }
  }
  return out;
}

std::optional<std::uint32_t> parse_device(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto major = base::to_number(text.substr(0, colon));
  const auto minor = base::to_number(text.substr(colon + 1));
  if (!major || !minor || *major >= 1U << 12U || *minor >= 1U << 20U) return std::nullopt;
  return static_cast<std::uint32_t>(*major << 20U | *minor);
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
std::optional<Mount> parse_line(std::string_view line) {
  const std::vector<std::string_view> words = base::split(line, ' ');
  std::size_t dash = 6;
  while (dash < words.size() && words[dash] != "-") ++dash;
  if (dash + 3 >= words.size()) return std::nullopt;
  const auto id = base::to_number(words[0]);
  const auto device = parse_device(words[2]);
  if (!id || *id > UINT32_MAX || !device) return std::nullopt;
  return Mount{.id = static_cast<std::uint32_t>(*id),
               .device = *device,
               .root = unescape(words[3]),
               .point = unescape(words[4]),
               .type = std::string(words[dash + 1]),
               .options = std::string(words[5]),
               .super = std::string(words[dash + 3])};
}

/// The folders of `lowerdir=`: separated by colons; a colon or backslash of a name has a backslash before it.
void add_folders(std::string_view value, std::vector<std::string>& out) {
  std::string folder;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] == '\\' && at + 1 < value.size()) {
      folder.push_back(value[++at]);
    } else if (value[at] == ':') {
      // Two colons stand before folders that give data alone: no names are looked up there.
      if (at + 1 < value.size() && value[at + 1] == ':') break;
      if (!folder.empty()) out.push_back(std::move(folder));
      folder.clear();
    } else {
      folder.push_back(value[at]);
    }
    if (out.size() >= max_lower_folders) return;
  }
  if (!folder.empty()) out.push_back(std::move(folder));
}

void take_option(std::string_view option, OverlayFolders& folders) {
  constexpr std::string_view lower = "lowerdir=", one = "lowerdir+=", upper = "upperdir=";
  if (option.starts_with(lower)) {
    add_folders(unescape(option.substr(lower.size())), folders.lower);
  } else if (option.starts_with(one)) {
    if (folders.lower.size() < max_lower_folders) folders.lower.push_back(unescape(option.substr(one.size())));
  } else if (option.starts_with(upper)) {
    folders.upper = unescape(option.substr(upper.size()));
  }
}

}  // namespace

bool Mount::has_option(std::string_view option) const {
  for (const std::string_view one : base::split(options, ',')) {
    if (one == option) return true;
  }
  return false;
}

std::vector<Mount> parse_mounts(std::string_view text) {
  std::vector<Mount> mounts;
  std::string_view line;
  while (mounts.size() < max_mounts && base::next_line(text, line)) {
    if (auto mount = parse_line(line)) mounts.push_back(std::move(*mount));
  }
  return mounts;
}

std::optional<OverlayFolders> parse_overlay(const Mount& mount) {
  if (mount.type != "overlay") return std::nullopt;
  OverlayFolders folders;
  for (const std::string_view option : base::split(mount.super, ',')) take_option(option, folders);
  std::vector<std::string> absolute;
  for (const std::string& folder : folders.lower) {
    if (absolute.size() >= max_lower_folders) break;
    if (folder.starts_with('/')) {
      absolute.push_back(folder);
      continue;
    }
    // Where it is relative to is not told: above the upper folder, as engines have it.
    if (!folders.upper.starts_with('/')) continue;
    for (std::string_view above = base::parent_of(folders.upper); above.size() > 1;
         above = base::parent_of(above)) {
      if (absolute.size() >= max_lower_folders) break;
      absolute.push_back(std::string(above).append("/").append(folder));
    }
  }
  folders.lower = std::move(absolute);
  return folders;
}

base::Result<std::vector<Mount>> read_mounts(const std::string& process) {
  DOORMAN_TRY(const std::string text, base::read_file("/proc/" + process + "/mountinfo", max_bytes));
  return parse_mounts(text);
}

base::Result<base::Fd> open_mount(const Mount& mount, const std::string& path) {
  base::Fd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place.valid()) return base::system_error(path);
  if (mount_id_of(place) != mount.id) return base::Error(base::ErrorCode::not_found, path + ": another mount");
  return place;
}

std::optional<std::uint32_t> mount_id_of(const base::Fd& file) {
  struct statx status{};
  if (::statx(file.get(), "", AT_EMPTY_PATH, STATX_MNT_ID, &status) != 0) return std::nullopt;
  if ((status.stx_mask & STATX_MNT_ID) == 0) return std::nullopt;
  return static_cast<std::uint32_t>(status.stx_mnt_id);
}

const Mount* find_mount(const std::vector<Mount>& mounts, std::uint32_t id) {
  for (const Mount& mount : mounts) {
    if (mount.id == id) return &mount;
  }
  return nullptr;
}

std::optional<std::string> path_in_file_system(const Mount& mount, std::string_view path) {
  std::string_view rest = path;
  if (mount.point != "/") {
    if (!rest.starts_with(mount.point)) return std::nullopt;
    rest.remove_prefix(mount.point.size());
    if (!rest.empty() && !rest.starts_with('/')) return std::nullopt;
  }
  std::string whole = mount.root == "/" ? std::string(rest) : mount.root + std::string(rest);
  const std::size_t slash = whole.find_first_not_of('/');
  if (slash == std::string::npos) return std::nullopt;
  whole.erase(0, slash);
  return whole;
}

}  // namespace doorman::action
