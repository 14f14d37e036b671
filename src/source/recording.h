// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/fd.h"
#include "base/result.h"
#include "source/replay.h"

namespace doorman::source {

inline constexpr std::string_view recording_magic = "DOORMANE";
inline constexpr std::size_t max_hostname_bytes = 64;

/// The first bytes of a recording; records follow as they are.
std::string recording_head(const RecordingHead& head);

/// Writes a recording, record by record. What was not flushed is lost with the object.
class Recording {
 public:
  /// Makes the file, or empties it.
  static base::Result<Recording> create(const std::string& path, const RecordingHead& head);

  /// One or more whole records.
  base::Status append(base::Bytes records);
  base::Status flush();
  [[nodiscard]] std::uint64_t bytes() const { return written_ + waiting_.size(); }

 private:
  explicit Recording(base::Fd fd) : fd_(std::move(fd)) {}

  base::Fd fd_;
  std::string waiting_;
  std::uint64_t written_ = 0;
};

}  // namespace doorman::source
