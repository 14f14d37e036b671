// SPDX-License-Identifier: Apache-2.0
#include "parse/package/matcher.h"

#include <cassert>

#include "base/path.h"

namespace doorman::parse::package {

Matcher::Matcher(std::span<const Parser* const> parsers) : parsers_(parsers) {
  assert(parsers.size() <= 64);
  Mask bit = 1;
  for (const Parser* parser : parsers) {
    for (const Pattern& pattern : parser->wants) {
      switch (pattern.kind) {
        case Pattern::Kind::path:
          by_basename_[base::basename_of(pattern.text)].push_back({bit, pattern.text, {}});
          break;
        case Pattern::Kind::folder:
          by_folder_[pattern.text].push_back({bit, {}, {}});
          break;
        case Pattern::Kind::basename:
          by_basename_[pattern.text].push_back({bit, {}, pattern.within});
          break;
        case Pattern::Kind::suffix:
          by_suffix_[pattern.text].push_back({bit, {}, pattern.within});
          break;
        case Pattern::Kind::elf:
          elf_ |= bit;
          break;
      }
    }
    bit <<= 1U;
  }
}

const Matcher& Matcher::shared() {
  static const Matcher matcher(all_parsers());
  return matcher;
}

Matcher::Mask Matcher::look_up(const Table& table, std::string_view key, std::string_view path) {
  const auto found = table.find(key);
  if (found == table.end()) return 0;
  Mask mask = 0;
  for (const Want& want : found->second) {
    if (!want.path.empty() && want.path != path) continue;
    if (base::is_within(path, want.within)) mask |= want.parser;
  }
  return mask;
}

Matcher::Mask Matcher::by_path(std::string_view path) const {
  const std::string_view name = base::basename_of(path);
  Mask mask = look_up(by_basename_, name, path) | look_up(by_folder_, base::parent_of(path), path);

  std::array<char, max_suffix> lower{};
  std::size_t length = 0;
  int dots = 0;
  // From the end: each of the last two dots begins a suffix.
  while (length < name.size() && length < max_suffix && dots < 2) {
    const char c = name[name.size() - 1 - length];
    ++length;
    lower[max_suffix - length] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (c != '.') continue;
    ++dots;
    mask |= look_up(by_suffix_, std::string_view(lower.data() + max_suffix - length, length), path);
  }
  return mask;
}

}  // namespace doorman::parse::package
