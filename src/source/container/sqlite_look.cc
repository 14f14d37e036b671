// SPDX-License-Identifier: Apache-2.0
#include "source/container/sqlite_look.h"

#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "base/fd.h"

namespace doorman::source::container {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint64_t max_database_bytes = 64U << 20U;
constexpr int max_looks = 8;
constexpr std::chrono::microseconds between_looks{500};

struct Look {
  struct stat status{};
  bool journal = false;

  [[nodiscard]] bool same(const Look& other) const {
    return !journal && !other.journal && status.st_ino == other.status.st_ino &&
           status.st_size == other.status.st_size && status.st_mtim.tv_sec == other.status.st_mtim.tv_sec &&
           status.st_mtim.tv_nsec == other.status.st_mtim.tv_nsec;
  }
};

/// A journal that is not empty belongs to a transaction that is not over.
Result<Look> look_at(const std::string& path) {
  Look look;
  if (::stat(path.c_str(), &look.status) != 0) return base::system_error(path);
  struct stat journal{};
  look.journal = ::stat((path + "-journal").c_str(), &journal) == 0 && journal.st_size > 0;
  return look;
}

}  // namespace

Result<std::string> read_quiet_sqlite(const std::string& path) {
  for (int looks = 0; looks < max_looks; ++looks) {
    DOORMAN_TRY(const Look before, look_at(path));
    DOORMAN_TRY(std::string bytes, base::read_file(path, max_database_bytes));
    DOORMAN_TRY(const Look after, look_at(path));
    if (before.same(after)) return bytes;
    std::this_thread::sleep_for(between_looks);
  }
  return Error(ErrorCode::io, path + ": changes faster than it can be read");
}

}  // namespace doorman::source::container
