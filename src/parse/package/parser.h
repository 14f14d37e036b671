// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "model/layer_facts.h"

namespace doorman::parse::package {

/// Which files a parser asks for. The layer reader looks each entry up by path, folder, basename and suffix
/// in hash tables made from all patterns, so asking costs nothing an entry.
struct Pattern {
  enum class Kind : std::uint8_t {
    path,      ///< the whole canonical path: `var/lib/dpkg/status`
    folder,    ///< every file directly in this folder: `var/lib/dpkg/status.d`
    basename,  ///< the last component: `package-lock.json`
    suffix,    ///< the last extension, with its dot: `.jar`; compared without case
    elf,       ///< every regular file that begins with the ELF magic; `text` is empty
  };
  Kind kind = Kind::path;
  std::string_view text;
  std::string_view within = {};  ///< only in this folder or below it; empty for everywhere
};

/// One file that was asked for.
struct File {
  std::string_view path;  ///< canonical
  base::Bytes content;    ///< the whole file; may be a mapping of a spilled one
  std::uint32_t mode = 0;
};

/// A package format: what it wants to read, and how. Registered by one line in all.cc.
///
/// `parse` is pure. It adds what it finds to `facts`, and notes (place and message) for what it could not
/// understand; an error says that the rest of the file is unreadable, and what was found before it is kept.
/// The content is hostile: no recursion without a limit, no size taken from it without a check.
struct Parser {
  std::string_view name;  ///< of the format: `dpkg`
  std::span<const Pattern> wants;
  std::uint64_t max_bytes;  ///< a larger file is noted, not parsed
  base::Status (*parse)(const File& file, model::FileFacts& facts);
};

/// Every parser there is. The order is that of the source; a file may be wanted by several.
std::span<const Parser* const> all_parsers();

/// Of all parsers together: part of the cache's key. Raise it when any parser's answer changes.
inline constexpr std::uint32_t parsers_version = 4;

}  // namespace doorman::parse::package
