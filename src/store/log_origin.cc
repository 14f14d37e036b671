// SPDX-License-Identifier: Apache-2.0
#include "store/log_origin.h"

#include <sys/utsname.h>

#include <optional>

#include "base/fd.h"
#include "base/nanoseconds.h"

namespace doorman::store {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  return std::nullopt;
}

}  // namespace

base::Result<LogOrigin> read_log_origin() {
  constexpr std::size_t most = 128;
  const std::string path = "/proc/sys/kernel/random/boot_id";
  DOORMAN_TRY(const std::string text, base::read_file(path, most));
  LogOrigin origin;
  std::size_t digits = 0;
  for (const char c : text) {
    const auto digit = hex_digit(c);
    if (!digit || digits == 2 * origin.boot.size()) continue;
    std::uint8_t& byte = origin.boot.at(digits++ / 2);
    byte = static_cast<std::uint8_t>(byte * 16 + *digit);
  }
  if (digits != 2 * origin.boot.size()) return base::Error(base::ErrorCode::invalid, path + ": no UUID");
  origin.boot_time = base::read_clock(CLOCK_REALTIME) - base::read_clock(CLOCK_BOOTTIME);
  utsname name{};
  if (::uname(&name) == 0) origin.hostname = static_cast<const char*>(name.nodename);
  return origin;
}

}  // namespace doorman::store
