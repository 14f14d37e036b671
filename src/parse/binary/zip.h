// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::parse::binary {

/// One line of a zip archive's central directory. The sizes are claims, not facts.
struct ZipMember {
  enum Method : std::uint16_t { stored = 0, deflated = 8 };

  std::string_view name;  ///< as written: any bytes
  std::uint16_t flags = 0;
  std::uint16_t method = stored;
  std::uint64_t packed_size = 0;
  std::uint64_t plain_size = 0;
  std::uint64_t header_offset = 0;  ///< of the local header, counted as the archive does
};

/// A zip archive inside bytes that somebody else owns, as its central directory tells it (which is what Java obeys:
/// data descriptors and the sizes in local headers do not matter). Bytes in front of the archive, as in jars that
/// are programs, are passed over; zip64 is understood; archives in several parts and encrypted members are not.
/// Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.
class Zip {
 public:
  static constexpr std::uint64_t max_members = 1'000'000;

  static base::Result<Zip> open(base::Bytes archive);

  /// The members in the order of the directory. Nothing is held for them, so a directory of any length is cheap.
  ///
  ///     for (auto cursor = zip.members(); cursor.next(member);) …
  ///
  /// Ask `status()` at the end: a directory that breaks off, or is longer than max_members, says so there.
  class Cursor {
   public:
    explicit Cursor(base::Bytes directory) : reader_(directory) {}
    bool next(ZipMember& member);
    [[nodiscard]] const base::Status& status() const { return status_; }

   private:
    base::ByteReader reader_;
    base::Status status_;
    std::uint64_t count_ = 0;
  };
  [[nodiscard]] Cursor members() const { return Cursor(directory_); }

  /// The bytes of a member as they are packed. What is stored needs no copy.
  [[nodiscard]] base::Result<base::Bytes> packed(const ZipMember& member) const;
  /// The plain bytes of a member, or an error; a `limit` error for more than `max_bytes`, whatever the member
  /// claims.
  [[nodiscard]] base::Result<std::string> inflate(const ZipMember& member, std::uint64_t max_bytes) const;

 private:
  Zip(base::Bytes archive, base::Bytes directory, std::uint64_t start)
      : archive_(archive), directory_(directory), start_(start) {}

  base::Bytes archive_;
  base::Bytes directory_;
  std::uint64_t start_;  ///< what stands in front of the archive, in bytes
};

}  // namespace doorman::parse::binary
