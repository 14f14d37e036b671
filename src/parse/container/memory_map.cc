// SPDX-License-Identifier: Apache-2.0
#include "parse/container/memory_map.h"

#include <algorithm>

#include "base/text.h"

namespace doorman::parse::container {
namespace {

constexpr std::string_view deleted = " (deleted)", line_feed = "\\012";
constexpr std::size_t max_path_bytes = 4096;

bool is_hex(std::string_view text) {
  return !text.empty() && text.size() <= 16 &&
         std::ranges::all_of(text, [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  return dash != std::string_view::npos && is_hex(text.substr(0, dash)) && is_hex(text.substr(dash + 1));
}

/// The text up to the next blank, taken away from `rest` with it.
std::string_view next_word(std::string_view& rest) {
  const std::size_t blank = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, blank);
  rest.remove_prefix(std::min(blank + 1, rest.size()));
  return word;
}

bool is_told_apart(std::string_view path) {
  return !path.ends_with(deleted) && path.find(line_feed) == std::string_view::npos &&
         std::ranges::none_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7f; });
}

}  // namespace

/// `7f8abca44000-7f8abcb9a000 r-xp 00026000 fe:00 332835                     /usr/lib/libc.so.6`
std::optional<MappedFile> parse_mapped_file(std::string_view line) {
  if (line.size() > max_map_line_bytes) return std::nullopt;
  MappedFile file;
  file.range = next_word(line);
  const std::string_view rights = next_word(line), offset = next_word(line);
  const std::string_view device = next_word(line), inode = next_word(line);
  if (!is_range(file.range) || !is_hex(offset) || device.find(':') == std::string_view::npos) return std::nullopt;
  if (rights.size() != 4 || rights[0] != 'r' || rights[2] != 'x') return std::nullopt;
  if (!base::to_number(inode)) return std::nullopt;
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  file.path = line;
  if (!file.path.starts_with('/') || file.path.size() > max_path_bytes || !is_told_apart(file.path))
    return std::nullopt;
  return file;
}

}  // namespace doorman::parse::container
