// SPDX-License-Identifier: Apache-2.0
#include "base/path.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <vector>

#include "base/text.h"

namespace doorman::base {
namespace {

Error bad_path(std::string_view text, const char* why) {
  return {ErrorCode::invalid, printable(text.substr(0, 200)) + ": " + why};
}

// Most paths of a layer need no change but the leading ./ or /, so look before building anything.
bool is_canonical(std::string_view text) {
  if (text.empty()) return true;
  if (text.front() == '/' || text.back() == '/') return false;
  for (std::size_t start = 0; start <= text.size();) {
    std::size_t end = text.find('/', start);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view part = text.substr(start, end - start);
    if (part.empty() || part == "." || part == "..") return false;
    start = end + 1;
  }
  return true;
}

}  // namespace

Result<CanonPath> CanonPath::parse(std::string_view text) {
  if (text.size() > max_bytes) return bad_path(text, "path longer than 4096 bytes");
  if (text.find('\0') != std::string_view::npos) return bad_path(text, "NUL in a path");
  CanonPath path;
  while (text.starts_with("./")) text.remove_prefix(2);
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  if (is_canonical(text)) {
    path.text_ = text;
    return path;
  }
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(text, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
      continue;
    }
    if (parts.empty()) return bad_path(text, "path leads out of the root");
    parts.pop_back();
  }
  for (const std::string_view part : parts) {
    if (!path.text_.empty()) path.text_ += '/';
    path.text_ += part;
  }
  return path;
}

std::string_view CanonPath::basename() const { return basename_of(text_); }
std::string_view CanonPath::parent() const { return parent_of(text_); }
bool CanonPath::is_within(std::string_view folder) const { return base::is_within(text_, folder); }

std::string_view basename_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

bool is_within(std::string_view path, std::string_view folder) {
  if (folder.empty()) return true;
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

Result<CanonPath> resolve_link(std::string_view link, std::string_view target) {
  if (target.starts_with('/')) return CanonPath::parse(target);
  std::string joined(parent_of(link));
  joined.append("/").append(target);
  return CanonPath::parse(joined);
}

PathId path_id(std::string_view path) { return XXH3_64bits(path.data(), path.size()); }

}  // namespace doorman::base
