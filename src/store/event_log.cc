// SPDX-License-Identifier: Apache-2.0
#include "store/event_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/fd.h"
#include "base/nanoseconds.h"
#include "model/record_frame.h"
#include "store/log_folder.h"
#include "store/segment_keeper.h"

namespace doorman::store {
namespace {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using model::RecordFrame;

constexpr std::size_t max_notes = 100;
constexpr std::size_t max_lost_groups = 65536;

Status write_at(const base::Fd& fd, std::uint64_t offset, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return base::system_error("write");
    bytes.remove_prefix(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

Result<std::uint64_t> any_number() {
  std::uint64_t number = 0;
  if (::getrandom(&number, sizeof number, 0) != sizeof number) return base::system_error("getrandom");
  return number;
}

/// A block that is being filled: room for its head, then records.
class Block {
 public:
  explicit Block(std::uint32_t flags) {
    head_.flags = flags;
    bytes_.resize(BlockHead::bytes);
  }

  void add(Bytes record, const RecordFrame& frame) {
    bytes_.append(record);
    ++head_.count;
    if (frame.time == 0) return;  // facts that hold at any time
    head_.first = head_.first == 0 ? frame.time : std::min(head_.first, frame.time);
    head_.last = std::max(head_.last, frame.time);
  }

  [[nodiscard]] bool empty() const { return head_.count == 0; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::uint32_t count() const { return head_.count; }
  [[nodiscard]] Bytes records() const { return Bytes(bytes_).substr(BlockHead::bytes); }

  Bytes finished(std::uint64_t seed) {
    head_.length = static_cast<std::uint32_t>(records().size());
    head_.checksum = checksum_of(records(), seed);
    head_.write(bytes_.data(), seed);
    return bytes_;
  }

  void clear() {
    bytes_.resize(BlockHead::bytes);
    head_ = {.flags = head_.flags};
  }

 private:
  BlockHead head_;
  std::string bytes_;
};

}  // namespace

class EventLog::Writer {
 public:
  Writer(std::string folder, base::Fd lock, Settings settings)
      : folder_(std::move(folder)),
        lock_(std::move(lock)),
        settings_(std::move(settings)),
        keeper_(folder_, {settings_.limits.total_bytes, settings_.limits.max_age}) {}

  Status begin();
  void finish();
  void append(Bytes records);
  Status write_block();
  Status sync();
  Status rotate();
  void prune() { keeper_.prune(number_); }
  std::unordered_map<std::uint64_t, std::uint64_t> take_lost();
  std::vector<std::string> take_notes();

  Counters counters;

 private:
  Status begin_segment();
  Status write_opening(const base::Fd& segment, const SegmentHead& head, std::uint64_t& offset);
  void lose_block(const Error& why);
  void note(std::string text) {
    if (notes_.size() < max_notes) notes_.push_back(std::move(text));
  }

  std::string folder_;
  base::Fd lock_;
  Settings settings_;
  SegmentKeeper keeper_;
  base::Fd segment_;  ///< invalid while none can be made
  SegmentHead head_;
  std::uint64_t number_ = 0;  ///< of the latest segment
  std::uint64_t offset_ = 0;  ///< where the next block goes
  std::uint64_t rotate_at_ = 0;
  Block block_{0};
  bool is_failing_ = false;
  std::unordered_map<std::uint64_t, std::uint64_t> lost_;
  std::vector<std::string> notes_;
};

Status EventLog::Writer::begin() {
  DOORMAN_TRY(const auto segments, list_segments(folder_));
  if (!segments.empty()) {
    number_ = segments.back().number;
    auto mended = mend_segment(segment_path(folder_, number_));
    if (!mended.ok()) note(mended.error().message());
    else if (!mended->empty()) note(std::move(mended).value());
  }
  return begin_segment();
}

/// Begins no segment any more: who tells openings may be gone already.
void EventLog::Writer::finish() {
  if (segment_.valid()) (void)write_block();
}

Status EventLog::Writer::write_opening(const base::Fd& segment, const SegmentHead& head, std::uint64_t& offset) {
  if (!settings_.opening) return {};
  std::string records;
  settings_.opening(records);
  Bytes left = records;
  const std::size_t most = settings_.limits.segment_bytes / 4;
  Block block(BlockHead::opening);
  const auto write = [&]() -> Status {
    const Bytes bytes = block.finished(seed_of(head.salt, offset));
    DOORMAN_CHECK(write_at(segment, offset, bytes));
    offset += bytes.size();
    block.clear();
    return {};
  };
  while (const auto frame = RecordFrame::of(left)) {
    if (records.size() - left.size() + frame->size > most) {
      ++counters.openings_cut;
      break;
    }
    block.add(left.substr(0, frame->size), *frame);
    left.remove_prefix(frame->size);
    if (block.size() >= settings_.limits.block_bytes) DOORMAN_CHECK(write());
  }
  return block.empty() ? Status() : write();
}

Status EventLog::Writer::begin_segment() {
  SegmentHead head;
  DOORMAN_TRY(head.salt, any_number());
  head.number = number_ + 1;
  head.created = base::read_clock(CLOCK_REALTIME);
  head.origin = settings_.origin;
  const std::string path = segment_path(folder_, head.number);
  base::Fd segment(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!segment.valid()) return base::system_error(path);
  std::uint64_t offset = SegmentHead::bytes;
  auto written = write_at(segment, 0, head.written());
  if (written.ok()) written = write_opening(segment, head, offset);
  if (!written.ok()) {
    ::unlink(path.c_str());
    return written.error().in(path);
  }
  if (segment_.valid()) keeper_.finish(std::move(segment_));
  segment_ = std::move(segment);
  head_ = head;
  number_ = head.number;
  offset_ = offset;
  rotate_at_ = settings_.limits.segment_bytes;
  ++counters.segments;
  keeper_.prune(number_);
  return {};
}

void EventLog::Writer::lose_block(const Error& why) {
  if (!std::exchange(is_failing_, true)) note(fmt::format("event log: {}: records are lost", why.message()));
  Bytes left = block_.records();
  while (const auto frame = RecordFrame::of(left)) {
    const bool has_room = lost_.size() < max_lost_groups || lost_.contains(frame->cgroup);
    ++lost_[has_room ? frame->cgroup : 0];
    ++counters.lost;
    left.remove_prefix(frame->size);
  }
  block_.clear();
}

Status EventLog::Writer::write_block() {
  if (block_.empty()) return {};
  if (!segment_.valid()) {
    if (auto begun = begin_segment(); !begun.ok()) {
      lose_block(begun.error());
      return begun;
    }
  }
  const Bytes bytes = block_.finished(seed_of(head_.salt, offset_));
  if (auto written = write_at(segment_, offset_, bytes); !written.ok()) {
    // What is there of it would stand before the next block.
    if (::ftruncate(segment_.get(), static_cast<off_t>(offset_)) != 0) keeper_.finish(std::move(segment_));
    const Error error = written.error().in(segment_path(folder_, number_));
    lose_block(error);
    return error;
  }
  offset_ += bytes.size();
  counters.records += block_.count();
  counters.bytes += bytes.size();
  ++counters.blocks;
  if (std::exchange(is_failing_, false)) note("event log: it can be written again");
  block_.clear();
  return {};
}

void EventLog::Writer::append(Bytes records) {
  // Before the records, not after: what the opening tells must be what was so up to here.
  if (offset_ + block_.size() > rotate_at_) (void)rotate();
  while (!records.empty()) {
    const auto frame = RecordFrame::of(records);
    if (!frame) {
      counters.refused += records.size();
      return;
    }
    if (!block_.empty() && block_.size() + frame->size > settings_.limits.block_bytes) (void)write_block();
    block_.add(records.substr(0, frame->size), *frame);
    records.remove_prefix(frame->size);
  }
}

Status EventLog::Writer::rotate() {
  const Status written = write_block();
  const Status begun = begin_segment();
  if (begun.ok()) return written;
  // The old one grows on, and it is tried again after another block.
  rotate_at_ = offset_ + settings_.limits.block_bytes;
  note(begun.error().in("event log").message());
  return begun;
}

Status EventLog::Writer::sync() {
  DOORMAN_CHECK(write_block());
  if (segment_.valid() && ::fdatasync(segment_.get()) != 0)
    return base::system_error(segment_path(folder_, number_));
  return {};
}

std::unordered_map<std::uint64_t, std::uint64_t> EventLog::Writer::take_lost() {
  if (is_failing_) return {};
  return std::exchange(lost_, {});
}

std::vector<std::string> EventLog::Writer::take_notes() {
  std::vector<std::string> notes = std::exchange(notes_, {});
  for (std::string& each : keeper_.take_notes()) notes.push_back(std::move(each));
  return notes;
}

EventLog::EventLog(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
EventLog::~EventLog() { writer_->finish(); }

Result<std::unique_ptr<EventLog>> EventLog::open(const std::string& state_folder, Settings settings) {
  const std::string folder = log_folder(state_folder);
  DOORMAN_CHECK(base::make_folders(folder).in("event log"));
  auto lock = lock_log(folder);
  if (!lock.ok()) return lock.error().in("event log");
  settings.limits.block_bytes = std::min<std::size_t>(settings.limits.block_bytes, BlockHead::max_length / 2);
  auto writer = std::make_unique<Writer>(folder, std::move(lock).value(), std::move(settings));
  DOORMAN_CHECK(writer->begin().in("event log"));
  return std::unique_ptr<EventLog>(new EventLog(std::move(writer)));
}

void EventLog::append(Bytes records) { writer_->append(records); }
Status EventLog::flush() { return writer_->write_block(); }
Status EventLog::sync() { return writer_->sync(); }
Status EventLog::rotate() { return writer_->rotate(); }
void EventLog::prune() { writer_->prune(); }
std::unordered_map<std::uint64_t, std::uint64_t> EventLog::take_lost() { return writer_->take_lost(); }
const EventLog::Counters& EventLog::counters() const { return writer_->counters; }
std::vector<std::string> EventLog::take_notes() { return writer_->take_notes(); }

}  // namespace doorman::store
