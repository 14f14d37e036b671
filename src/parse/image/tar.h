// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::parse::image {

enum class EntryType : std::uint8_t { regular, hard_link, symlink, folder, device, fifo };

/// One entry of an archive or folder. The views are valid during the call that gets it.
struct Entry {
  EntryType type = EntryType::regular;
  std::string_view path;  ///< as written; who uses it makes it canonical first
  std::string_view link;  ///< target of a hard or symbolic link, as written
  std::uint32_t mode = 0;
  std::uint32_t uid = 0, gid = 0;
  std::uint64_t size = 0;  ///< of the content that `data` gets: holes of a sparse file included
  enum class Device : std::uint8_t { none, character, block };
  Device device = Device::none;      ///< of EntryType::device, which sockets of a folder are too
  std::string_view capability = {};  ///< the attribute security.capability, raw; empty where there is none
};

/// Who is told what an archive holds.
class EntryVisitor {
 public:
  EntryVisitor() = default;
  EntryVisitor(const EntryVisitor&) = delete;
  EntryVisitor& operator=(const EntryVisitor&) = delete;
  virtual ~EntryVisitor() = default;

  /// True when the content is wanted: then `data` comes for each piece of it, in order, and `end` after the last
  /// one. Only regular entries have content; for all others the answer does not matter.
  virtual base::Result<bool> begin(const Entry& entry) = 0;
  virtual base::Status data(base::Bytes piece) = 0;
  virtual base::Status end() = 0;
};

/// Walks a tar archive in place as its bytes arrive: ustar, old v7, GNU long names and sparse files, pax (POSIX
/// 1003.1-2017, pax, section "ustar Interchange Format" and "pax Header"; GNU tar manual, appendix "Tar
/// Internals"). Holds one header and one extended header, never a file.
///
/// Ends where Go's archive/tar, which the engines use, ends: after two blocks of zeros. What follows is not read.
/// Errors name the entry. Limits: extended headers 1 MiB, 65,536 pieces of a sparse file, 16 GiB for one file
/// with its holes.
class TarParser {
 public:
  static constexpr std::size_t max_extended_bytes = 1U << 20U;
  static constexpr std::size_t max_sparse_pieces = 65536;
  static constexpr std::uint64_t max_sparse_bytes = 16ULL << 30U;

  explicit TarParser(EntryVisitor& visitor) : visitor_(visitor) {}

  /// Takes the next bytes, all of them.
  base::Status feed(base::Bytes bytes);
  /// At the end of the input: an error when it ends within an entry.
  base::Status finish();

  /// How many of the next bytes nobody wants: they may be passed over by `skip` in place of `feed`.
  [[nodiscard]] std::uint64_t skippable() const;
  void skip(std::uint64_t bytes);

  [[nodiscard]] std::uint64_t position() const { return position_; }
  [[nodiscard]] bool ended() const { return state_ == State::ended; }

 private:
  static constexpr std::size_t block = 512;
  enum class State : std::uint8_t { header, extended, sparse_header, sparse_map, data, padding, ended };
  struct Header;

  /// What pax and GNU extension headers said about the next entry.
  struct Extension {
    std::string path, link, capability;
    std::optional<std::uint64_t> size, uid, gid, real_size;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> pieces;
    bool sparse = false;
    bool map_in_data = false;  ///< GNU.sparse 1.0
  };

  base::Status take_block(base::Bytes block_bytes);
  base::Status take_header(base::Bytes bytes);
  base::Status begin_entry(const Header& header);
  base::Status begin_content();
  base::Status take_extended();
  base::Status take_pax(base::Bytes records);
  base::Status take_pax_record(std::string_view key, std::string_view value);
  base::Status take_sparse_numbers(base::Bytes bytes, std::size_t count);
  base::Status take_sparse_map(base::Bytes bytes);
  base::Status take_data(base::Bytes bytes);
  base::Status sparse_data(base::Bytes bytes);
  base::Status zeros_until(std::uint64_t offset);
  [[nodiscard]] base::Status check_pieces(std::uint64_t count) const;
  base::Status end_content();
  void end_data();
  [[nodiscard]] base::Error wrong(base::ErrorCode code, std::string_view what) const;

  EntryVisitor& visitor_;
  State state_ = State::header;
  std::uint64_t position_ = 0;
  std::array<char, block> carry_{};  ///< a block that is split between two feeds
  std::size_t carried_ = 0;
  unsigned zero_blocks_ = 0;

  std::uint64_t left_ = 0;     ///< of the stored content, without padding
  std::uint64_t padding_ = 0;  ///< after it
  bool wanted_ = false;

  char extended_type_ = 0;
  std::string extended_;
  Extension extension_;

  Entry entry_;
  std::string path_, link_;
  bool sparse_ = false;
  std::size_t piece_ = 0;       ///< of a sparse file: which one is being read
  std::uint64_t in_piece_ = 0;  ///< bytes of it that are read
  std::uint64_t expanded_ = 0;  ///< bytes given to the visitor
  std::string map_;             ///< text of a 1.0 map that is not read yet
  std::optional<std::uint64_t> map_pieces_, map_offset_;
};

}  // namespace doorman::parse::image
