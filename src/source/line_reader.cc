// SPDX-License-Identifier: Apache-2.0
#include "source/line_reader.h"

#include <utility>

namespace doorman::source {

using base::Error;
using base::ErrorCode;
using base::Result;

/// False when nothing more came.
Result<bool> LineReader::fill() {
  if (ended_) return false;
  buffer_.erase(0, start_);
  start_ = 0;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + block_bytes);
  const auto got = stream_.read(std::span(buffer_).subspan(had));
  buffer_.resize(had + (got.ok() ? *got : 0));
  if (!got.ok()) return got.error();
  ended_ = *got == 0;
  return !ended_;
}

Result<bool> LineReader::next(std::string_view& line) {
  std::size_t looked_at = 0;
  for (;;) {
    const std::string_view held = std::string_view(buffer_).substr(start_);
    const std::size_t end = held.find('\n', looked_at);
    const bool last = end == std::string_view::npos && ended_;
    if (last && held.empty()) return false;
    if (end != std::string_view::npos || last) {
      line = held.substr(0, end);
      start_ += last ? held.size() : end + 1;
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++number_;
      return true;
    }
    looked_at = held.size();
    if (held.size() > max_line) return Error(ErrorCode::limit, "a line is longer than 64 MiB");
    DOORMAN_CHECK(fill());
  }
}

Result<std::string_view> LineReader::peek() {
  if (buffer_.empty()) DOORMAN_CHECK(fill());
  return std::string_view(buffer_).substr(start_);
}

Result<std::string> LineReader::rest(std::size_t max_bytes) {
  for (bool more = true; more;) {
    if (buffer_.size() - start_ > max_bytes) {
      return Error(ErrorCode::limit, "larger than " + std::to_string(max_bytes >> 20U) + " MiB");
    }
    DOORMAN_TRY(more, fill());
  }
  return buffer_.substr(start_);
}

}  // namespace doorman::source
