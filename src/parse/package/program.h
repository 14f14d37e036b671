// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/layer_facts.h"
#include "parse/binary/elf.h"

namespace doorman::parse::package {

/// A text in a program's data that shows its version.
struct VersionSign {
  std::string_view before;  ///< stands right before the version
  std::string_view after;   ///< follows it: at once, or in the same string after at most `gap` other bytes
  std::size_t gap = 0;      ///< without `before`: the version is a string of its own, at most so far before `after`
  std::string_view begins{};  ///< what the version begins with, where that is known
};

/// A well-known program, told by its file name and by a sign in its data. Where several rows fit a file, the first
/// one that gives a version counts.
struct KnownProgram {
  enum class How : std::uint8_t {
    first,     ///< the first place where the sign is
    longest,   ///< the longest version of all places
    own_name,  ///< the string that goes on where the file's name ends: `python3.11` holds `3.11.2`
    build_id,  ///< Redis: the version in front of the build id, `7.0.15HOST-1700000000` and zeros
  };

  std::string_view name;   ///< of the package
  std::string_view files;  ///< the file's name; one `*` stands for anything
  VersionSign sign{};
  How how = How::first;
};
std::span<const KnownProgram> known_programs();

/// The version that the sign shows, or empty. A version is numbers with dots and what may follow them: `1.1.1w`,
/// `9.2p1`, `3.13.0rc2`, `1.8.0_392`.
std::string_view find_version(base::Bytes data, const VersionSign& sign, bool longest = false);
/// Redis and Valkey write version, host, time and state of the sources into one string: the version of that, or
/// empty.
std::string_view find_build_id_version(base::Bytes data);

/// Adds the package of a program whose file name is in the table and whose data show its version: for programs that
/// were copied into the image and that no package manager knows. Reads the section of read-only data first, then
/// all that is loaded, and of each never more than `max_searched_bytes`. Type `generic`, evidence `installed`.
void read_known_program(const binary::Elf& elf, std::string_view path, model::FileFacts& facts);
inline constexpr std::size_t max_searched_bytes = 64U << 20U;

}  // namespace doorman::parse::package
