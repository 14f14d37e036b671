// SPDX-License-Identifier: Apache-2.0
#include "app/policy/tell.h"

#include <cstdio>

#include "base/fd.h"
#include "base/log.h"

namespace doorman::app {

int tell(std::string_view text, int code) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? code : tell_failure(base::system_error("standard output"));
}

int tell_failure(const base::Error& error) {
  base::log(base::LogLevel::error, error.message());
  return 2;
}

}  // namespace doorman::app
