// SPDX-License-Identifier: Apache-2.0
#include "store/segment_keeper.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/time.h"
#include "store/log_folder.h"

namespace doorman::store {

SegmentKeeper::SegmentKeeper(std::string folder, Limits limits)
    : folder_(std::move(folder)), limits_(limits), thread_([this] { run(); }) {}

SegmentKeeper::~SegmentKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void SegmentKeeper::finish(base::Fd segment) {
  {
    const std::lock_guard lock(mutex_);
    finished_.push_back(std::move(segment));
  }
  wake_.notify_one();
}

void SegmentKeeper::prune(std::uint64_t current) {
  {
    const std::lock_guard lock(mutex_);
    prune_before_ = current;
  }
  wake_.notify_one();
}

std::vector<std::string> SegmentKeeper::take_notes() {
  const std::lock_guard lock(mutex_);
  return std::exchange(notes_, {});
}

void SegmentKeeper::note(std::string text) {
  constexpr std::size_t most = 100;
  const std::lock_guard lock(mutex_);
  if (notes_.size() < most) notes_.push_back(std::move(text));
}

void SegmentKeeper::run() {
  while (true) {
    std::vector<base::Fd> finished;
    std::uint64_t current = 0;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || prune_before_ != 0 || !finished_.empty(); });
      finished = std::exchange(finished_, {});
      current = std::exchange(prune_before_, 0);
      if (finished.empty() && current == 0) return;
    }
    if (current != 0) remove_old(current);
    for (const base::Fd& segment : finished) {
      if (::fdatasync(segment.get()) != 0) note(base::system_error("event log: fdatasync").message());
    }
    if (!finished.empty()) {
      const base::Fd folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (folder.valid()) ::fsync(folder.get());
    }
  }
}

void SegmentKeeper::remove_old(std::uint64_t current) {
  const auto segments = list_segments(folder_);
  if (!segments.ok()) return note(segments.error().message());
  std::uint64_t kept = 0;
  for (const SegmentFile& file : *segments) kept += file.bytes;
  const std::int64_t oldest = (base::now() - limits_.max_age).time_since_epoch().count();
  for (const SegmentFile& file : *segments) {
    if (file.number >= current || (kept <= limits_.total_bytes && file.written >= oldest)) continue;
    const std::string path = segment_path(folder_, file.number);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return note(base::system_error(path).message());
    kept -= file.bytes;
  }
}

}  // namespace doorman::store
