// SPDX-License-Identifier: Apache-2.0
#include "store/event_log_reader.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "model/record_frame.h"
#include "store/log_folder.h"
#include "store/segment_reader.h"

namespace doorman::store {

using base::Bytes;
using base::Result;

class EventLogReader::Impl {
 public:
  Impl() = default;
  explicit Impl(std::string folder) : folder_(std::move(folder)) {}

  base::Status begin(std::uint64_t since);
  void begin_with(std::string segment);
  std::optional<Entry> next();
  void wait(std::chrono::milliseconds longest);

  std::vector<std::string> notes;
  std::uint64_t more_notes = 0;

 private:
  void note(std::string text);
  void note_lost(std::uint64_t offset, std::uint64_t bytes);
  bool next_block();
  bool next_segment();
  bool take_block();

  std::string folder_;  ///< empty: of memory
  std::optional<SegmentReader> segment_;
  std::uint64_t number_ = 0, first_number_ = 0;
  bool is_final_ = false;  ///< a later segment is there: nothing more comes into this one
  bool is_new_segment_ = false;
  Bytes records_;  ///< of the block at hand, those not handed out yet
  BlockHead block_;
  std::uint64_t block_end_ = 0;
  base::Fd watch_;
};

void EventLogReader::Impl::note(std::string text) {
  if (notes.size() < max_notes) notes.push_back(std::move(text));
  else ++more_notes;
}

void EventLogReader::Impl::note_lost(std::uint64_t offset, std::uint64_t bytes) {
  note(fmt::format("{}: byte {}: {} damaged bytes are skipped", segment_name(number_), offset, bytes));
}

/// Since when a segment tells: its creation.
base::Status EventLogReader::Impl::begin(std::uint64_t since) {
  DOORMAN_TRY(const auto segments, list_segments(folder_));
  for (const SegmentFile& file : segments) {
    if (first_number_ == 0) first_number_ = file.number;
    if (since == 0) break;
    const auto segment = SegmentReader::open(segment_path(folder_, file.number));
    if (!segment.ok()) continue;  // it is noted when it is read, if that is to be
    if (segment->head().created > since) break;
    first_number_ = file.number;
  }
  return {};
}

void EventLogReader::Impl::begin_with(std::string segment) {
  is_final_ = true;
  auto opened = SegmentReader::of(std::move(segment));
  if (!opened.ok()) {
    note(opened.error().message());
    return;
  }
  number_ = opened->head().number;
  is_new_segment_ = true;
  segment_ = std::move(opened).value();
}

/// Opens the next one that can be read; false when there is none yet.
bool EventLogReader::Impl::next_segment() {
  if (folder_.empty()) return false;
  const auto segments = list_segments(folder_);
  if (!segments.ok()) {
    note(segments.error().message());
    return false;
  }
  const std::uint64_t least = std::max(number_ + 1, first_number_);
  for (const SegmentFile& file : *segments) {
    if (file.number < least) continue;
    const bool is_last = file.number == segments->back().number;
    auto opened = SegmentReader::open(segment_path(folder_, file.number));
    if (!opened.ok()) {
      if (is_last && file.bytes < SegmentHead::bytes) return false;  // it is being made
      note(opened.error().in(segment_name(file.number)).message());
      number_ = file.number;
      continue;
    }
    number_ = file.number;
    is_final_ = !is_last;
    is_new_segment_ = true;
    segment_ = std::move(opened).value();
    return true;
  }
  return false;
}

bool EventLogReader::Impl::take_block() {
  auto block = segment_->next();
  if (!block.ok()) {
    note(block.error().in(segment_name(number_)).message());
    return false;
  }
  if (!*block) return false;
  if ((*block)->skipped != 0) note_lost((*block)->offset - (*block)->skipped, (*block)->skipped);
  block_ = (*block)->head;
  records_ = (*block)->records;
  block_end_ = (*block)->offset + BlockHead::bytes + block_.length;
  return true;
}

bool EventLogReader::Impl::next_block() {
  while (true) {
    if (!segment_ && !next_segment()) return false;
    if (take_block()) return true;
    if (!is_final_) {
      const auto segments = list_segments(folder_);
      if (!segments.ok() || segments->empty() || segments->back().number <= number_) return false;
      is_final_ = true;  // what came into it meanwhile is read first
      continue;
    }
    if (const auto left = segment_->left(); left.ok() && *left != 0) {
      note(fmt::format("{}: {} bytes at its end are no whole block", segment_name(number_), *left));
    }
    segment_.reset();
  }
}

std::optional<EventLogReader::Entry> EventLogReader::Impl::next() {
  while (true) {
    while (records_.empty()) {
      if (!next_block()) return std::nullopt;
    }
    const auto frame = model::RecordFrame::of(records_);
    if (!frame) {
      note_lost(block_end_ - records_.size(), records_.size());
      records_ = {};
      continue;
    }
    Entry entry;
    entry.record = records_.substr(0, frame->size);
    entry.segment = &segment_->head();
    entry.first_of_segment = std::exchange(is_new_segment_, false);
    entry.is_opening = (block_.flags & BlockHead::opening) != 0;
    records_.remove_prefix(frame->size);
    return entry;
  }
}

void EventLogReader::Impl::wait(std::chrono::milliseconds longest) {
  if (folder_.empty()) return;
  if (!watch_.valid()) {
    watch_ = base::Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    const bool is_watched = watch_.valid() && ::inotify_add_watch(watch_.get(), folder_.c_str(),
                                                                  IN_MODIFY | IN_CREATE | IN_MOVED_TO) >= 0;
    if (is_watched) return;  // what came before the watch is seen by looking again
    watch_ = base::Fd();     // the folder is not there, or there are no more watches
    std::this_thread::sleep_for(std::min(longest, std::chrono::milliseconds(100)));
    return;
  }
  pollfd poll{watch_.get(), POLLIN, 0};
  if (::poll(&poll, 1, static_cast<int>(longest.count())) <= 0) return;
  alignas(inotify_event) std::array<char, 4096> events{};
  while (::read(watch_.get(), events.data(), events.size()) > 0) {
  }
}

EventLogReader::EventLogReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventLogReader::~EventLogReader() = default;
EventLogReader::EventLogReader(EventLogReader&&) noexcept = default;
EventLogReader& EventLogReader::operator=(EventLogReader&&) noexcept = default;

Result<EventLogReader> EventLogReader::open(const std::string& state_folder, std::uint64_t since) {
  auto impl = std::make_unique<Impl>(log_folder(state_folder));
  DOORMAN_CHECK(impl->begin(since));
  return EventLogReader(std::move(impl));
}

EventLogReader EventLogReader::of(std::string segment) {
  auto impl = std::make_unique<Impl>();
  impl->begin_with(std::move(segment));
  return EventLogReader(std::move(impl));
}

std::optional<EventLogReader::Entry> EventLogReader::next() { return impl_->next(); }
void EventLogReader::wait(std::chrono::milliseconds longest) { impl_->wait(longest); }
std::vector<std::string> EventLogReader::take_notes() { return std::exchange(impl_->notes, {}); }
std::uint64_t EventLogReader::more_notes() const { return impl_->more_notes; }

}  // namespace doorman::store
