// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/path.h"
#include "model/notable.h"
#include "model/package.h"
#include "model/secret.h"

namespace doorman::model {

/// Something that a reader of the report should know about a place: a file that could not be parsed, an
/// entry that was refused. A note never ends a scan.
struct Note {
  std::string place;  ///< `var/lib/dpkg/status:118`
  std::string message;

  auto operator<=>(const Note&) const = default;
};

/// The file whose ownerships go before those of others: of several packages that list a path, it names the one
/// whose file lies there.
inline constexpr std::string_view dpkg_diversions = "var/lib/dpkg/diversions";

/// The files that an operating-system package brought, by id: enough to ask who owns a path.
struct Ownership {
  std::string package;              ///< the package's name (deb, apk, rpm)
  std::vector<base::PathId> files;  ///< path_id(merged_usr(path)) of each, sorted
};

/// All that was learned from one file. Facts live and die with the file they come from: a higher layer that
/// replaces or deletes the file takes them away.
struct FileFacts {
  std::string path;  ///< canonical
  std::vector<Package> packages;
  std::vector<Ownership> owned;
  std::optional<Distribution> distribution;
  std::vector<Note> notes;
  std::vector<NotableFile> notable = {};    ///< what the file says: accounts without a password …
  std::vector<std::string> automatic = {};  ///< packages that were installed only because others need them
  std::vector<std::string> requested = {};  ///< packages that somebody asked for

  [[nodiscard]] bool empty() const {
    return packages.empty() && owned.empty() && !distribution && notable.empty() && automatic.empty() &&
           requested.empty() && notes.empty();
  }
};

/// A file that may run: a regular file with an x bit, a program (ELF with an interpreter or static, or `#!`)
/// without one, or anything set-uid or set-gid.
struct ProgramFile {
  enum class Kind : std::uint8_t { elf, script, other };

  std::string path;  ///< canonical
  Kind kind = Kind::other;
  std::uint32_t mode = 0;  ///< permission bits with set-uid (04000), set-gid (02000) and sticky
  std::uint32_t uid = 0, gid = 0;
  std::uint64_t size = 0;
  base::Digest sha256;

  [[nodiscard]] bool set_uid() const { return (mode & 04000U) != 0; }
  [[nodiscard]] bool set_gid() const { return (mode & 02000U) != 0; }
};

/// What one layer, or one root folder, holds: the unit of the cache. Paths are canonical; every list is
/// sorted by path, so equal layers give equal facts.
struct LayerFacts {
  std::optional<base::Digest> blob;  ///< computed over the stored bytes; absent for an engine's storage or a folder
  std::optional<base::Digest> diff_id;  ///< computed over the plain tar, where that was asked for or is the same
  std::uint64_t stored_bytes = 0, plain_bytes = 0;
  std::uint64_t entries = 0;

  std::vector<FileFacts> files;
  std::vector<ProgramFile> programs;
  std::uint64_t secret_rules = 0;  ///< version of the rules by which secrets were sought; 0: they were not
  std::vector<Secret> secrets;
  std::vector<NotableFile> notable;
  std::vector<std::string> whiteouts;  ///< paths that this layer deletes from lower ones
  std::vector<std::string> opaque;     ///< folders whose lower content it hides
  std::vector<base::PathId> covers;    ///< sorted ids of all its entries that are no folders: each hides what
                                       ///< lower layers hold at that path and below it
  std::vector<Note> notes;
};

}  // namespace doorman::model
