// SPDX-License-Identifier: Apache-2.0
#include "parse/package/host_files.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "model/merged_usr.h"

namespace doorman::parse::package {
namespace {

constexpr std::array<std::string_view, 5> without_programs = {
    "usr/share/doc/", "usr/share/man/", "usr/share/locale/", "usr/share/info/", "usr/include/"};

std::optional<base::PathId> path_of(std::string_view text) {
  if (text.starts_with("./")) text.remove_prefix(2);
  else if (text.starts_with('/')) text.remove_prefix(1);
  if (text.empty() || text == "." || text.size() > base::CanonPath::max_bytes) return std::nullopt;
  for (const std::string_view folder : without_programs) {
    if (text.starts_with(folder)) return std::nullopt;
  }
  return base::path_id(model::merged_usr(text));
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool read_md5(std::string_view hex, base::Md5& into) {
  for (std::size_t at = 0; at < into.size(); ++at) {
    const int high = nibble(hex[2 * at]), low = nibble(hex[2 * at + 1]);
    if (high < 0 || low < 0) return false;
    into.at(at) = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

/// `32 hex digits`, two blanks, the path.
std::optional<model::HostFile> parse_md5_line(std::string_view line) {
  constexpr std::size_t digits = 32;
  model::HostFile file;
  if (line.size() <= digits + 2 || line.substr(digits, 2) != "  " || !read_md5(line, file.md5)) return std::nullopt;
  const auto path = path_of(line.substr(digits + 2));
  if (!path) return std::nullopt;
  file.path = *path;
  file.has_md5 = true;
  return file;
}

}  // namespace

std::vector<model::HostFile> parse_host_files(base::Bytes list, base::Bytes md5sums) {
  std::vector<model::HostFile> files;
  std::string_view line;
  while (files.size() < max_host_files && base::next_line(md5sums, line)) {
    if (const auto file = parse_md5_line(line)) files.push_back(*file);
  }
  while (files.size() < max_host_files && base::next_line(list, line)) {
    if (const auto path = path_of(line)) files.push_back({.path = *path});
  }
  // Of a path that both have, the one with the sum goes first and stays.
  std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  const auto same = [](const auto& a, const auto& b) { return a.path == b.path; };
  files.erase(std::unique(files.begin(), files.end(), same), files.end());
  return files;
}

}  // namespace doorman::parse::package
