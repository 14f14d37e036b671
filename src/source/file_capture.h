// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/fd.h"
#include "base/result.h"

namespace doorman::source {

/// Makes an unlinked file to spill into; called by several threads at once.
using ScratchFactory = std::function<base::Result<base::Fd>()>;

/// Gathers the content of one wanted file. What arrives in one piece is not copied; what grows past
/// max_memory_bytes goes to a scratch file and comes back as a mapping.
class FileCapture {
 public:
  static constexpr std::uint64_t max_memory_bytes = 16U << 20U;

  /// `scratch` is borrowed.
  explicit FileCapture(const ScratchFactory& scratch) : scratch_(scratch) {}

  void begin(std::uint64_t size);
  base::Status append(base::Bytes piece);
  /// All that was appended since `begin`; valid until the caller's piece is gone or `release`.
  base::Result<base::Bytes> content();
  void release();

 private:
  base::Status spill();

  const ScratchFactory& scratch_;
  std::uint64_t size_ = 0;
  std::uint64_t appended_ = 0;
  base::Bytes whole_;
  std::string memory_;
  base::Fd file_;
  std::optional<base::MappedFile> mapping_;
};

}  // namespace doorman::source
