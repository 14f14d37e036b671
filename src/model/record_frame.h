// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace doorman::model {

/// What can be seen of a record without taking it apart: enough to store, count and skip records. The bytes are as
/// bpf/event.h has them; parse/event holds the numbers here to that header.
struct RecordFrame {
  static constexpr std::size_t align = 8, header_bytes = 64, max_bytes = 65528;
  static constexpr std::size_t kind_offset = 6, time_offset = 8, cgroup_offset = 16;

  std::uint32_t size = 0;
  std::uint8_t kind = 0;  ///< as it stands in the record, from 1
  std::uint64_t time = 0;
  std::uint64_t cgroup = 0;

  /// Of the record that `bytes` begin with; nothing when there is no whole one.
  static std::optional<RecordFrame> of(std::string_view bytes) {
    if (bytes.size() < header_bytes) return std::nullopt;
    RecordFrame frame;
    std::memcpy(&frame.size, bytes.data(), sizeof frame.size);
    if (frame.size < header_bytes || frame.size > max_bytes || frame.size % align != 0) return std::nullopt;
    if (frame.size > bytes.size()) return std::nullopt;
    std::memcpy(&frame.kind, bytes.data() + kind_offset, sizeof frame.kind);
    std::memcpy(&frame.time, bytes.data() + time_offset, sizeof frame.time);
    std::memcpy(&frame.cgroup, bytes.data() + cgroup_offset, sizeof frame.cgroup);
    return frame;
  }
};

}  // namespace doorman::model
