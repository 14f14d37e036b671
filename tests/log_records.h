// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace doorman::tests {

/// A record as the event log sees it: a frame, and behind its header whatever `content` is.
inline std::string framed_record(std::uint64_t time, std::string_view content = {}, std::uint64_t cgroup = 7) {
  constexpr std::size_t header_bytes = 64, align = 8, kind_offset = 6, time_offset = 8, cgroup_offset = 16;
  std::string bytes(header_bytes, '\0');
  bytes.append(content);
  bytes.resize((bytes.size() + align - 1) / align * align, '\0');
  const auto size = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(bytes.data(), &size, sizeof size);
  bytes[kind_offset] = 1;
  std::memcpy(bytes.data() + time_offset, &time, sizeof time);
  std::memcpy(bytes.data() + cgroup_offset, &cgroup, sizeof cgroup);
  return bytes;
}

inline std::uint64_t time_of_record(std::string_view record) {
  std::uint64_t time = 0;
  std::memcpy(&time, record.data() + 8, sizeof time);
  return time;
}

}  // namespace doorman::tests
