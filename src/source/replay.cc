// SPDX-License-Identifier: Apache-2.0
#include "source/replay.h"

#include <fmt/format.h>

#include <cstring>

#include "source/recording.h"

namespace doorman::source {
namespace {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t record_align = 8, record_header_bytes = 64;

}  // namespace

Result<Replay> Replay::open(const std::string& path) {
  DOORMAN_TRY(base::MappedFile file, base::MappedFile::open(path));
  auto replay = of(file.bytes());
  if (!replay.ok()) return replay.error().in(path);
  replay->file_ = std::move(file);
  return replay;
}

Result<Replay> Replay::of(Bytes recording) {
  if (recording.size() > max_bytes) {
    return Error(ErrorCode::limit, fmt::format("recording of more than {} bytes", max_bytes));
  }
  base::ByteReader reader(recording);
  const Bytes magic = reader.take(recording_magic.size());
  const std::uint32_t its_version = reader.u32();
  const std::uint32_t its_head_bytes = reader.u32();
  Replay replay;
  replay.head_.boot_time = reader.u64();
  const Bytes hostname = reader.take(max_hostname_bytes);
  if (magic != recording_magic) return Error(ErrorCode::invalid, "not a recording of events");
  if (recording.size() < head_bytes) return Error(ErrorCode::truncated, "recording ends within its head");
  if (its_version != version || its_head_bytes != head_bytes) {
    return Error(ErrorCode::unsupported, fmt::format("recording of version {}, not {}", its_version, version));
  }
  replay.head_.hostname = hostname.substr(0, hostname.find('\0'));
  replay.recording_ = recording;
  return replay;
}

Result<std::optional<Bytes>> Replay::next() {
  const std::size_t left = recording_.size() - at_;
  if (left == 0) return std::optional<Bytes>();
  const auto place = [this] { return fmt::format("record at byte {}", at_); };
  std::uint32_t size = 0;
  if (left < record_header_bytes) {
    return Error(ErrorCode::truncated, fmt::format("{} bytes left, less than a header", left)).in(place());
  }
  std::memcpy(&size, recording_.data() + at_, sizeof size);
  if (size > left) {
    return Error(ErrorCode::truncated, fmt::format("{} bytes, and {} are left", size, left)).in(place());
  }
  if (size < record_header_bytes || size % record_align != 0) {
    return Error(ErrorCode::invalid, fmt::format("{} bytes long", size)).in(place());
  }
  const Bytes record = recording_.substr(at_, size);
  at_ += size;
  return std::optional<Bytes>(record);
}

}  // namespace doorman::source
