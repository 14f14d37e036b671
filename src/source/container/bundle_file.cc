// SPDX-License-Identifier: Apache-2.0
#include "source/container/bundle_file.h"

#include <fcntl.h>

#include <algorithm>

namespace doorman::source::container {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using parse::container::Bundle;

/// Up to one byte beyond the limit, which the parser then refuses.
Result<std::string> read_bounded(const base::Fd& file, off_t size) {
  std::string text(static_cast<std::size_t>(std::min<off_t>(size, Bundle::max_bytes)) + 1, '\0');
  std::size_t used = 0;
  for (;;) {
    DOORMAN_TRY(const std::size_t got, base::read_at(file, used, std::span(text).subspan(used)));
    used += got;
    if (used < text.size() || used > Bundle::max_bytes) break;
    text.resize(std::min(text.size() * 2, Bundle::max_bytes + 1));
  }
  text.resize(used);
  return text;
}

bool is_same(const struct stat& a, const struct stat& b) {
  const auto time = [](const timespec& t) { return std::pair(t.tv_sec, t.tv_nsec); };
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         time(a.st_mtim) == time(b.st_mtim) && time(a.st_ctim) == time(b.st_ctim);
}

}  // namespace

Result<BundleFile> BundleFile::open(const std::string& folder, const std::string& config) {
  BundleFile opened;
  DOORMAN_TRY(opened.folder_, base::real_path(folder));
  const std::string name = config.empty() ? "config.json" : config;
  opened.path_ = name.starts_with('/') ? name : opened.folder_ + "/" + name;
  opened.asked_ = name.starts_with('/') ? name : folder + "/" + name;
  opened.file_ = base::Fd(::open(opened.path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!opened.file_.valid() || ::fstat(opened.file_.get(), &opened.status_) != 0) {
    return base::system_error(opened.path_);
  }
  if (!S_ISREG(opened.status_.st_mode)) return Error(ErrorCode::invalid, opened.path_ + ": no regular file");
  DOORMAN_TRY(opened.text_, read_bounded(opened.file_, opened.status_.st_size).in(opened.path_));
  DOORMAN_TRY(opened.bundle_, parse::container::parse_bundle(opened.text_).in(opened.path_));
  return opened;
}

base::Status BundleFile::check_unchanged() const {
  struct stat read{};
  struct stat named{};
  if (::fstat(file_.get(), &read) != 0 || ::stat(asked_.c_str(), &named) != 0) return base::system_error(path_);
  if (is_same(read, status_) && is_same(named, status_)) return {};
  return Error(ErrorCode::mismatch, path_ + ": changed while it was judged");
}

}  // namespace doorman::source::container
