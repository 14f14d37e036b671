// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::store {

/// Where and when the records of a segment were made.
struct LogOrigin {
  std::uint64_t boot_time = 0;  ///< nanoseconds since 1970: what records count from
  std::array<std::uint8_t, 16>
      boot{};            ///< /proc/sys/kernel/random/boot_id, as bytes: records of another do not follow
  std::string hostname;  ///< at most 64 bytes

  bool operator==(const LogOrigin&) const = default;
};

/// How segments and their blocks lie in a file: docs/event-log.md. Pure; all numbers are little-endian.
struct SegmentHead {
  static constexpr std::uint32_t version = 1;
  static constexpr std::size_t copy_bytes = 136, second_copy = 2048, bytes = 4096;

  std::uint64_t salt = 0;  ///< by chance, and in every checksum: what a container writes is never taken for a block
  std::uint64_t number = 0;   ///< of the segment
  std::uint64_t created = 0;  ///< nanoseconds since 1970
  LogOrigin origin;

  [[nodiscard]] std::string written() const;  ///< `bytes` of them: the same twice
  /// From the first bytes of a file, by whichever copy is whole.
  static base::Result<SegmentHead> read(base::Bytes file);

  bool operator==(const SegmentHead&) const = default;
};

/// What stands before the records of a block.
struct BlockHead {
  static constexpr std::size_t bytes = 48;
  static constexpr std::uint32_t max_length = 1U << 20U;
  /// The records tell what was so when the segment began: containers and processes that later records name. They
  /// are no news.
  static constexpr std::uint32_t opening = 1;

  std::uint32_t length = 0;  ///< bytes of records
  std::uint32_t count = 0;   ///< of records
  std::uint32_t flags = 0;
  std::uint64_t first = 0,
                last = 0;      ///< least and greatest time of a record, on the records' clock; 0: none has one
  std::uint64_t checksum = 0;  ///< of the records

  /// `seed` is seed_of(salt, offset of the block in its file).
  void write(char* into, std::uint64_t seed) const;
  /// Nothing when this is no block's head.
  static std::optional<BlockHead> read(base::Bytes from, std::uint64_t seed);
};

/// Blocks begin at multiples of it.
inline constexpr std::size_t block_align = 8;

/// Binds a checksum to the segment and the place.
std::uint64_t seed_of(std::uint64_t salt, std::uint64_t offset);
std::uint64_t checksum_of(base::Bytes records, std::uint64_t seed);

/// `00000000000000000042.log`
std::string segment_name(std::uint64_t number);
std::optional<std::uint64_t> segment_number(std::string_view name);
/// Below the state folder.
std::string log_folder(const std::string& state_folder);

}  // namespace doorman::store
