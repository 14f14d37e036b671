// SPDX-License-Identifier: Apache-2.0
// What a log gives back after its bytes were damaged: everything but the block that was hit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/fd.h"
#include "log_records.h"
#include "scratch.h"
#include "store/event_log.h"
#include "store/event_log_reader.h"
#include "store/log_folder.h"

namespace doorman::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using tests::framed_record;
using tests::time_of_record;

struct Read {
  std::vector<std::uint64_t> times;
  std::vector<std::string> notes;
};

Read read_all(EventLogReader reader) {
  Read read;
  while (const auto entry = reader.next()) read.times.push_back(time_of_record(entry->record));
  read.notes = reader.take_notes();
  return read;
}

/// A segment of blocks with two records each: times 1 2, 3 4, 5 6.
struct SmallLog {
  static constexpr std::size_t blocks = 3;

  SmallLog() {
    auto log = EventLog::open(scratch.path().string(), {}).value();
    for (std::uint64_t time = 1; time <= 2 * blocks; time += 2) {
      ends.push_back(end);
      log->append(framed_record(time, "first") + framed_record(time + 1));
      if (!log->flush().ok()) throw std::runtime_error("flush");
      end = static_cast<std::size_t>(fs::file_size(path()));
    }
    ends.push_back(end);
    log.reset();
    bytes = base::read_file(path(), 1U << 20U).value();
  }

  [[nodiscard]] std::string path() const { return segment_path(log_folder(scratch.path().string()), 1); }

  tests::ScratchFolder scratch;
  std::string bytes;
  std::size_t end = SegmentHead::bytes;
  std::vector<std::size_t> ends;  ///< the block i lies from ends[i] to ends[i + 1]
};

TEST(EventLogDamage, TruncatedAnywhereItGivesTheWholeBlocksBefore) {
  const SmallLog log;
  for (std::size_t length = 0; length <= log.bytes.size(); ++length) {
    std::size_t whole = 0;
    while (whole < SmallLog::blocks && log.ends[whole + 1] <= length) ++whole;
    const Read read = read_all(EventLogReader::of(log.bytes.substr(0, length)));
    ASSERT_EQ(read.times.size(), 2 * whole) << length;
    const bool is_cut_cleanly = length == log.ends[whole];
    ASSERT_EQ(read.notes.empty(), is_cut_cleanly) << length;
  }
}

TEST(EventLogDamage, TruncatedAnywhereItIsWrittenOn) {
  constexpr std::size_t more_than_a_block = 200;
  for (std::size_t cut = 0; cut <= more_than_a_block; ++cut) {
    SmallLog log;
    const std::string state = log.scratch.path().string();
    const std::size_t length = log.bytes.size() - cut;
    std::size_t whole = 0;
    while (whole < SmallLog::blocks && log.ends[whole + 1] <= length) ++whole;
    fs::resize_file(log.path(), length);
    auto again = EventLog::open(state, {});
    ASSERT_TRUE(again.ok()) << again.error().message();
    (*again)->append(framed_record(99));
    ASSERT_TRUE((*again)->flush().ok());
    const Read read = read_all(std::move(EventLogReader::open(state)).value());
    ASSERT_EQ(read.times.size(), 2 * whole + 1) << cut;
    ASSERT_EQ(read.times.back(), 99U);
    ASSERT_THAT(read.notes, IsEmpty()) << "the writer cut it off and said so";
    ASSERT_EQ((*again)->take_notes().empty(), length == log.ends[whole]) << cut;
  }
}

TEST(EventLogDamage, AHeadThatWasNeverFinishedIsRemoved) {
  SmallLog log;
  for (const std::size_t length : {0U, 1U, 135U, 136U, 4095U}) {
    const std::string state = log.scratch.path().string();
    fs::remove_all(log_folder(state));
    fs::create_directories(log_folder(state));
    std::ofstream(log.path()) << log.bytes.substr(0, length);
    auto again = EventLog::open(state, {});
    ASSERT_TRUE(again.ok());
    EXPECT_THAT((*again)->take_notes(), ElementsAre(HasSubstr("its head was never finished"))) << length;
    (*again)->append(framed_record(99));
    ASSERT_TRUE((*again)->flush().ok());
    const Read read = read_all(std::move(EventLogReader::open(state)).value());
    EXPECT_THAT(read.times, ElementsAre(99));
    EXPECT_THAT(read.notes, IsEmpty());
  }
}

TEST(EventLogDamage, AFlippedBitCostsItsBlockAndIsNotedWithItsPlace) {
  const SmallLog log;
  for (std::size_t at = SegmentHead::bytes; at < log.bytes.size(); ++at) {
    std::string bytes = log.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    std::size_t hit = 0;
    while (log.ends[hit + 1] <= at) ++hit;
    std::vector<std::uint64_t> want;
    for (std::uint64_t time = 1; time <= 2 * SmallLog::blocks; ++time) {
      if ((time - 1) / 2 != hit) want.push_back(time);
    }
    const Read read = read_all(EventLogReader::of(std::move(bytes)));
    ASSERT_EQ(read.times, want) << at;
    const bool is_last = hit + 1 == SmallLog::blocks;
    const std::string place = "byte " + std::to_string(log.ends[hit]) + ": ";
    ASSERT_THAT(read.notes, ElementsAre(HasSubstr(is_last ? "bytes at its end are no whole block" : place))) << at;
  }
}

TEST(EventLogDamage, EitherCopyOfTheHeadWillDo) {
  const SmallLog log;
  for (std::size_t at = 0; at < SegmentHead::bytes; ++at) {
    std::string bytes = log.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    const Read read = read_all(EventLogReader::of(std::move(bytes)));
    ASSERT_THAT(read.times, ElementsAre(1, 2, 3, 4, 5, 6)) << at;
    ASSERT_THAT(read.notes, IsEmpty());
  }
  std::string bytes = log.bytes;
  bytes[20] = bytes[SegmentHead::second_copy + 20] = 'x';
  const Read read = read_all(EventLogReader::of(std::move(bytes)));
  EXPECT_THAT(read.times, IsEmpty());
  EXPECT_THAT(read.notes, ElementsAre(HasSubstr("head is damaged")));
}

TEST(EventLogDamage, ABrokenSegmentDoesNotEndTheReading) {
  SmallLog log;
  const std::string state = log.scratch.path().string();
  {
    auto again = EventLog::open(state, {}).value();
    again->append(framed_record(7));
  }
  std::ofstream(log.path()) << std::string(10'000, 'x');
  const Read read = read_all(std::move(EventLogReader::open(state)).value());
  EXPECT_THAT(read.times, ElementsAre(7));
  EXPECT_THAT(read.notes, ElementsAre(HasSubstr("not a segment of an event log")));
}

/// A container writes into its arguments what it likes: the bytes of a block, too.
TEST(EventLogDamage, WhatLiesInARecordIsNeverTakenForABlock) {
  const SmallLog other;
  const tests::ScratchFolder scratch;
  {
    auto log = EventLog::open(scratch.path().string(), {}).value();
    log->append(framed_record(1, other.bytes.substr(SegmentHead::bytes)));
    ASSERT_TRUE(log->flush().ok());
    log->append(framed_record(2));
  }
  std::string bytes = base::read_file(segment_path(log_folder(scratch.path().string()), 1), 1U << 20U).value();
  // Another segment's blocks, and this one's own at another place.
  const std::string own = bytes.substr(SegmentHead::bytes, 200);
  std::ranges::copy(own, bytes.begin() + SegmentHead::bytes + BlockHead::bytes + 64);
  const Read read = read_all(EventLogReader::of(std::move(bytes)));
  EXPECT_THAT(read.times, ElementsAre(2));
  EXPECT_THAT(read.notes, Not(IsEmpty()));
}

TEST(EventLogDamage, AnyBytesAtAll) {
  const SmallLog log;
  for (const std::size_t offset : {SegmentHead::bytes, log.ends[1], log.bytes.size()}) {
    std::string bytes = log.bytes;
    bytes.insert(offset, 100'000, 'B');
    const Read read = read_all(EventLogReader::of(std::move(bytes)));
    EXPECT_LE(read.times.size(), 6U);  // those behind it stand at another place now
    EXPECT_THAT(read.notes, Not(IsEmpty()));
  }
}

TEST(EventLogDamage, NotesAreLimited) {
  const tests::ScratchFolder scratch;
  constexpr std::size_t blocks = 300;
  {
    auto log = EventLog::open(scratch.path().string(), {}).value();
    for (std::size_t i = 1; i <= blocks; ++i) {
      log->append(framed_record(i));
      ASSERT_TRUE(log->flush().ok());
    }
  }
  std::string bytes = base::read_file(segment_path(log_folder(scratch.path().string()), 1), 1U << 20U).value();
  constexpr std::size_t each = BlockHead::bytes + 64;
  for (std::size_t i = 0; i < blocks; i += 2) bytes[SegmentHead::bytes + i * each] = 'x';
  EventLogReader reader = EventLogReader::of(std::move(bytes));
  std::size_t count = 0;
  while (reader.next()) ++count;
  EXPECT_EQ(count, blocks / 2);
  EXPECT_EQ(reader.take_notes().size(), EventLogReader::max_notes);
  EXPECT_EQ(reader.more_notes(), blocks / 2 - EventLogReader::max_notes);
}

}  // namespace
}  // namespace doorman::store
