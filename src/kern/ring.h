// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/fd.h"
#include "base/result.h"

namespace doorman::kern {

/// A BPF ring buffer, read by one thread. The kernel wakes who waits for `fd()` when a record comes and all earlier
/// ones have been read.
class Ring {
 public:
  /// `map` is borrowed, and duplicated.
  static base::Result<Ring> open(int map);
  Ring(Ring&& other) noexcept;
  Ring& operator=(Ring&& other) noexcept;
  ~Ring();

  /// Readable (poll, epoll) while there are records.
  [[nodiscard]] int fd() const { return map_.get(); }
  [[nodiscard]] std::uint64_t capacity() const { return mask_ + 1; }
  /// Bytes that were written and not yet read, the ring's own headers among them.
  [[nodiscard]] std::uint64_t pending() const;

  /// Appends each record's bytes to `into`, until nothing is left or `most_bytes` were added; says how many records
  /// there were. What a record's writer gave up is skipped.
  std::size_t read(std::string& into, std::size_t most_bytes);

 private:
  Ring() = default;
  base::Fd map_;
  std::uint64_t mask_ = 0;
  std::uint64_t* consumer_ = nullptr;        // one page that we write
  const std::uint64_t* producer_ = nullptr;  // a page, and the data behind it
  const char* data_ = nullptr;
  std::size_t page_ = 0;
};

}  // namespace doorman::kern
