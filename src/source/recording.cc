// SPDX-License-Identifier: Apache-2.0
#include "source/recording.h"

#include <fcntl.h>

#include <cstring>

namespace doorman::source {

std::string recording_head(const RecordingHead& head) {
  std::string bytes(recording_magic);
  const auto append = [&bytes](auto number) {
    char raw[sizeof number];  // NOLINT(*-avoid-c-arrays)
    std::memcpy(raw, &number, sizeof number);
    bytes.append(raw, sizeof number);
  };
  append(Replay::version);
  append(static_cast<std::uint32_t>(Replay::head_bytes));
  append(head.boot_time);
  bytes.append(head.hostname.substr(0, max_hostname_bytes));
  bytes.resize(Replay::head_bytes, '\0');
  return bytes;
}

base::Result<Recording> Recording::create(const std::string& path, const RecordingHead& head) {
  constexpr mode_t only_owner = 0600;
  base::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, only_owner));
  if (!fd.valid()) return base::system_error(path);
  Recording recording(std::move(fd));
  recording.waiting_ = recording_head(head);
  DOORMAN_CHECK(recording.flush().in(path));
  return recording;
}

base::Status Recording::append(base::Bytes records) {
  constexpr std::size_t enough = 1U << 20U;
  waiting_.append(records);
  return waiting_.size() < enough ? base::Status() : flush();
}

base::Status Recording::flush() {
  DOORMAN_CHECK(base::write_all(fd_, waiting_));
  written_ += waiting_.size();
  waiting_.clear();
  return {};
}

}  // namespace doorman::source
