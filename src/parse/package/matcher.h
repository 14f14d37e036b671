// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "parse/package/parser.h"

namespace doorman::parse::package {

/// Says which parsers ask for a file. Built once from the patterns of all parsers; a question costs four
/// look-ups, however many parsers there are.
class Matcher {
 public:
  explicit Matcher(std::span<const Parser* const> parsers);
  /// Over all_parsers(); safe to share between threads.
  static const Matcher& shared();

  /// The parsers that want the file by its path: a bit each, in the order of all_parsers().
  using Mask = std::uint64_t;
  [[nodiscard]] Mask by_path(std::string_view path) const;
  /// Those that want every ELF file.
  [[nodiscard]] Mask elf() const { return elf_; }
  [[nodiscard]] std::span<const Parser* const> parsers() const { return parsers_; }

 private:
  struct Want {
    Mask parser;
    std::string_view path;  ///< empty: any with this basename or suffix
    std::string_view within;
  };
  using Table = std::unordered_map<std::string_view, std::vector<Want>>;
  static constexpr std::size_t max_suffix = 24;

  static Mask look_up(const Table& table, std::string_view key, std::string_view path);

  std::span<const Parser* const> parsers_;
  Table by_basename_;  ///< patterns of a whole path are here too
  Table by_folder_;
  Table by_suffix_;  ///< keys in lower case, from the last dot or the one before it
  Mask elf_ = 0;
};

}  // namespace doorman::parse::package
