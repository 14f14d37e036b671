// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/fd.h"
#include "base/result.h"

namespace doorman::source {

/// What a recording says of where it was made.
struct RecordingHead {
  std::uint64_t boot_time = 0;  ///< in nanoseconds since 1970: what its records count from
  std::string hostname;         ///< at most 64 bytes, as in the kernel

  bool operator==(const RecordingHead&) const = default;
};

/// Recorded events, handed out one after another. A recording is a head of 96 bytes (`DOORMANE`, version, sizes,
/// boot time, host name) and records as bpf/event.h has them, back to back. Little-endian.
class Replay {
 public:
  static constexpr std::uint32_t version = 1;
  static constexpr std::size_t head_bytes = 96;
  static constexpr std::uint64_t max_bytes = std::uint64_t{1} << 40U;

  /// Maps the file.
  static base::Result<Replay> open(const std::string& path);
  /// Of bytes that somebody else owns, and keeps while the replay is used.
  static base::Result<Replay> of(base::Bytes recording);

  [[nodiscard]] const RecordingHead& head() const { return head_; }

  /// The next record's bytes, which live as long as the replay (or the bytes it was made of); nothing at the end.
  /// An error names the offset in the recording; there is no going on after it.
  base::Result<std::optional<base::Bytes>> next();
  /// From the first record again.
  void rewind() { at_ = head_bytes; }
  /// All records' bytes at once, unchecked.
  [[nodiscard]] base::Bytes records() const { return recording_.substr(head_bytes); }

 private:
  Replay() = default;

  std::optional<base::MappedFile> file_;
  base::Bytes recording_;
  RecordingHead head_;
  std::size_t at_ = head_bytes;
};

}  // namespace doorman::source
