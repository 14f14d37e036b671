// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/fd.h"
#include "base/result.h"

namespace doorman::source::container {

/// A file's parsed content, which is made anew when the file is another one or was written to.
template <typename Content>
class CachedFile {
 public:
  explicit CachedFile(std::string path) : path_(std::move(path)) {}

  /// The content, owned by this and good until the next call; `not_found` where there is no file.
  template <typename Parse>
  base::Result<const Content*> get(std::uint64_t max_bytes, Parse&& parse) {
    struct stat status{};
    if (::stat(path_.c_str(), &status) != 0) return base::system_error(path_);
    const State now{status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
    if (content_ && now == state_) return &*content_;
    content_.reset();
    DOORMAN_TRY(const std::string bytes, base::read_file(path_, max_bytes));
    DOORMAN_TRY(Content content, parse(bytes).in(path_));
    content_ = std::move(content);
    state_ = now;
    return &*content_;
  }

 private:
  struct State {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    time_t seconds = 0;
    long nanoseconds = 0;
    bool operator==(const State&) const = default;
  };
  std::string path_;
  State state_;
  std::optional<Content> content_;
};

}  // namespace doorman::source::container
