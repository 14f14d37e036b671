// SPDX-License-Identifier: Apache-2.0
#include "store/event_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "log_records.h"
#include "scratch.h"
#include "store/event_log_reader.h"
#include "store/log_folder.h"
#include "store/log_origin.h"

namespace doorman::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using tests::framed_record;
using tests::time_of_record;

class EventLogTest : public testing::Test {
 protected:
  static EventLog::Settings settings(std::uint64_t segment_bytes = 64U << 20U,
                                     std::size_t block_bytes = 256U << 10U) {
    EventLog::Settings settings;
    settings.origin = {.boot_time = 1'700'000'000'000'000'000U, .boot = {1, 2, 3}, .hostname = "here"};
    settings.limits.segment_bytes = segment_bytes;
    settings.limits.block_bytes = block_bytes;
    return settings;
  }

  std::unique_ptr<EventLog> open(EventLog::Settings with = settings()) {
    auto log = EventLog::open(state(), std::move(with));
    EXPECT_TRUE(log.ok()) << log.error().message();
    return std::move(log).value();
  }

  struct Read {
    std::vector<std::uint64_t> times, openings;
    std::vector<std::string> notes;
  };
  static Read read_all(EventLogReader& reader) {
    Read read;
    while (const auto entry = reader.next()) {
      (entry->is_opening ? read.openings : read.times).push_back(time_of_record(entry->record));
    }
    read.notes = reader.take_notes();
    return read;
  }
  Read read_all(std::uint64_t since = 0) {
    auto reader = EventLogReader::open(state(), since);
    EXPECT_TRUE(reader.ok());
    return read_all(*reader);
  }

  [[nodiscard]] std::string state() const { return scratch_.path().string(); }
  [[nodiscard]] std::string folder() const { return log_folder(state()); }
  [[nodiscard]] std::vector<SegmentFile> segments() const { return list_segments(folder()).value(); }
  [[nodiscard]] std::string segment(std::uint64_t number) const { return segment_path(folder(), number); }

 private:
  tests::ScratchFolder scratch_;
};

std::vector<std::uint64_t> counted_to(std::uint64_t count) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 1; i <= count; ++i) numbers.push_back(i);
  return numbers;
}

TEST_F(EventLogTest, GivesBackWhatWasAppended) {
  {
    const auto log = open();
    for (const std::uint64_t time : counted_to(1000)) log->append(framed_record(time, "something that happened"));
    EXPECT_TRUE(log->flush().ok());
    EXPECT_EQ(log->counters().records, 1000U);
    EXPECT_EQ(log->counters().blocks, 1U);
    log->append(framed_record(1001) + framed_record(1002));
  }
  auto reader = EventLogReader::open(state());
  ASSERT_TRUE(reader.ok());
  const auto entry = reader->next();
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->record, framed_record(1, "something that happened"));
  EXPECT_EQ(entry->segment->origin, settings().origin);
  EXPECT_TRUE(entry->first_of_segment);
  const Read rest = read_all(*reader);
  EXPECT_THAT(rest.times, SizeIs(1001));
  EXPECT_EQ(rest.times.back(), 1002U);
  EXPECT_THAT(rest.notes, IsEmpty());
  EXPECT_EQ(read_all().times, counted_to(1002));
  struct stat status{};
  ASSERT_EQ(::stat(segment(1).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(EventLogTest, AFolderThatIsNotThereReadsAsEmpty) {
  EXPECT_THAT(read_all().times, IsEmpty());
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(EventLogTest, HoldsRecordsOfEverySizeAndRefusesWhatIsNone) {
  const auto log = open();
  const std::string longest = framed_record(1, std::string(65528 - 64, 'x'));
  for (int i = 0; i < 40; ++i) log->append(longest);
  log->append("no record");
  log->append(std::string(200, '\xff'));
  log->append(framed_record(2) + "and something behind it");
  EXPECT_TRUE(log->flush().ok());
  EXPECT_EQ(log->counters().records, 41U);
  EXPECT_EQ(log->counters().refused, 9U + 200U + 23U);
  EXPECT_GT(log->counters().blocks, 10U) << "a block keeps to its size";
  const Read read = read_all();
  EXPECT_THAT(read.times, SizeIs(41));
  EXPECT_THAT(read.notes, IsEmpty());
}

TEST_F(EventLogTest, EachSegmentBeginsWithWhatIsSoThen) {
  std::uint64_t known = 0;
  auto with = settings(8192, 1024);
  with.opening = [&](std::string& records) { records += framed_record(1'000'000 + known); };
  {
    const auto log = open(std::move(with));
    for (const std::uint64_t time : counted_to(200)) {
      log->append(framed_record(time));
      known = time;
    }
    EXPECT_GT(log->counters().segments, 2U);
  }
  auto reader = EventLogReader::open(state());
  ASSERT_TRUE(reader.ok());
  std::uint64_t latest = 0, openings = 0;
  while (const auto entry = reader->next()) {
    const std::uint64_t time = time_of_record(entry->record);
    EXPECT_EQ(entry->first_of_segment, entry->is_opening);
    if (entry->is_opening) {
      EXPECT_EQ(time, 1'000'000 + latest) << "what was so up to here, and no more";
      ++openings;
    } else {
      EXPECT_EQ(time, latest + 1);
      latest = time;
    }
  }
  EXPECT_EQ(latest, 200U);
  EXPECT_EQ(openings, segments().size());
}

TEST_F(EventLogTest, CutsAnOpeningThatWouldFillTheSegment) {
  auto with = settings(8192, 1024);
  with.opening = [](std::string& records) {
    for (int i = 0; i < 1000; ++i) records += framed_record(5);
  };
  const auto log = open(std::move(with));
  log->append(framed_record(6));
  EXPECT_TRUE(log->flush().ok());
  EXPECT_EQ(log->counters().openings_cut, 1U);
  const Read read = read_all();
  EXPECT_THAT(read.openings, SizeIs(8192 / 4 / 64));
  EXPECT_THAT(read.times, ElementsAre(6));
}

TEST_F(EventLogTest, TheOldestSegmentsGoFirst) {
  auto with = settings(8192, 1024);
  with.limits.total_bytes = 5 * 8192;
  {
    const auto log = open(std::move(with));
    for (const std::uint64_t time : counted_to(2000)) log->append(framed_record(time));
    log->prune();
  }
  const auto left = segments();
  std::uint64_t bytes = 0;
  for (const SegmentFile& file : left) bytes += file.bytes;
  EXPECT_GT(left.front().number, 1U);
  EXPECT_GE(left.size(), 4U);
  EXPECT_LE(bytes, 6U * 8192U);
  const Read read = read_all();
  EXPECT_EQ(read.times.back(), 2000U);
  EXPECT_THAT(read.notes, IsEmpty());
}

TEST_F(EventLogTest, SegmentsThatWereWrittenTooLongAgoGo) {
  {
    (void)open();
  }
  {
    (void)open();
  }
  const timespec long_ago[2] = {{.tv_sec = 1'000'000, .tv_nsec = 0}, {.tv_sec = 1'000'000, .tv_nsec = 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, segment(1).c_str(), long_ago, 0), 0);
  {
    (void)open();
  }
  EXPECT_FALSE(fs::exists(segment(1)));
  EXPECT_TRUE(fs::exists(segment(2)));
  EXPECT_TRUE(fs::exists(segment(3)));
}

TEST_F(EventLogTest, ReadingFromATimeOnSkipsSegmentsBefore) {
  const auto log = open();
  log->append(framed_record(1));
  ASSERT_TRUE(log->rotate().ok());
  log->append(framed_record(2));
  ASSERT_TRUE(log->rotate().ok());
  log->append(framed_record(3));
  ASSERT_TRUE(log->flush().ok());
  const auto created = [&](std::uint64_t number) {
    return SegmentHead::read(base::read_file(segment(number), 1U << 20U).value()).value().created;
  };
  EXPECT_THAT(read_all(created(3)).times, ElementsAre(3));
  EXPECT_THAT(read_all(created(3) - 1).times, ElementsAre(2, 3));
  EXPECT_THAT(read_all(created(2)).times, ElementsAre(2, 3));
  EXPECT_THAT(read_all(1).times, ElementsAre(1, 2, 3));
}

TEST_F(EventLogTest, IsFollowedWhileItIsWrittenAndAcrossSegments) {
  auto reader = EventLogReader::open(state());
  ASSERT_TRUE(reader.ok());
  EXPECT_FALSE(reader->next());
  const auto log = open();
  EXPECT_FALSE(reader->next());
  reader->wait(std::chrono::milliseconds(1));  // begins to watch
  log->append(framed_record(1));
  EXPECT_FALSE(reader->next()) << "what is not flushed is not there";
  ASSERT_TRUE(log->flush().ok());
  reader->wait(std::chrono::minutes(1));
  EXPECT_THAT(read_all(*reader).times, ElementsAre(1));
  log->append(framed_record(2));
  ASSERT_TRUE(log->rotate().ok());
  log->append(framed_record(3));
  ASSERT_TRUE(log->rotate().ok());
  fs::remove(segment(2));
  log->append(framed_record(4));
  ASSERT_TRUE(log->flush().ok());
  const Read read = read_all(*reader);
  EXPECT_THAT(read.times, ElementsAre(2, 4)) << "a segment that retention took is passed over";
  EXPECT_THAT(read.notes, IsEmpty());
}

/// Runs in a child, which must not return into the test's process.
template <typename Work>
pid_t in_child(Work&& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  return child;
}

int exit_code(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(EventLogTest, ASecondWriterIsToldWhoTheFirstIs) {
  auto log = open();
  const std::string holder = "process " + std::to_string(::getpid()) + " writes this log already";
  const auto try_open = [&] {
    const auto second = EventLog::open(state(), settings());
    if (second.ok()) ::_exit(2);
    const bool is_right = second.error().code() == base::ErrorCode::denied &&
                          second.error().message().find(holder) != std::string::npos;
    ::_exit(is_right ? 0 : 1);
  };
  EXPECT_EQ(exit_code(in_child(try_open)), 0);
  EXPECT_THAT(segments(), SizeIs(1)) << "and changes nothing";
  log.reset();
  EXPECT_EQ(exit_code(in_child(try_open)), 2) << "the lock goes with the writer";
}

/// What a writer acknowledged before it was killed.
TEST_F(EventLogTest, NothingThatWasFlushedIsLostByKill) {
  constexpr int rounds = 5;
  std::uint64_t next = 1;
  for (int round = 0; round < rounds; ++round) {
    int ends[2];  // NOLINT(*-avoid-c-arrays): pipe(2)
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = in_child([&] {
      auto log = EventLog::open(state(), settings(64U << 10U, 4096));
      if (!log.ok()) ::_exit(1);
      for (std::uint64_t time = next;; ++time) {
        (*log)->append(framed_record(time, std::string(time % 300, 'x')));
        if (time % 7 != 0) continue;
        if (!(*log)->flush().ok() || ::write(ends[1], &time, sizeof time) != sizeof time) ::_exit(1);
      }
    });
    ::close(ends[1]);
    std::uint64_t acknowledged = 0;
    for (int i = 0; i < 200 + 31 * round; ++i) ASSERT_EQ(::read(ends[0], &acknowledged, sizeof acknowledged), 8);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ::waitpid(child, nullptr, 0);
    while (::read(ends[0], &acknowledged, sizeof acknowledged) == 8) {
    }
    ::close(ends[0]);
    const Read read = read_all();
    ASSERT_GE(read.times.size(), acknowledged);
    ASSERT_EQ(read.times, counted_to(read.times.size()));
    next = read.times.size() + 1;
  }
  const auto log = open();
  EXPECT_EQ(read_all().times.size(), next - 1);
}

TEST_F(EventLogTest, WhatCannotBeWrittenIsCountedAndTheRestGoesOn) {
  const auto work = [&] {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t before = std::exchange(limit.rlim_cur, 20'000);  // the disk is full here
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto log = EventLog::open(state(), settings(1U << 20U, 4096));
    if (!log.ok()) ::_exit(1);
    std::uint64_t time = 0;
    while ((*log)->counters().lost == 0) {
      ++time;
      (*log)->append(framed_record(time, {}, time % 2));
    }
    if (!(*log)->take_lost().empty()) ::_exit(2);
    limit.rlim_cur = before;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    (*log)->append(framed_record(1000));
    if (!(*log)->flush().ok()) ::_exit(3);
    const auto by_group = (*log)->take_lost();
    if (by_group.size() != 2 || by_group.at(0) + by_group.at(1) != (*log)->counters().lost) ::_exit(4);
    if (!(*log)->take_lost().empty()) ::_exit(5);
    const auto notes = (*log)->take_notes();
    if (notes.size() != 2) ::_exit(6);
    if ((*log)->counters().records + (*log)->counters().lost != time + 1) ::_exit(7);
    log->reset();
  };
  EXPECT_EQ(exit_code(in_child(work)), 0);
  const Read read = read_all();
  EXPECT_GT(read.times.size(), 100U);
  EXPECT_EQ(read.times.back(), 1000U);
  EXPECT_THAT(read.notes, IsEmpty()) << "half a block was taken back";
}

TEST_F(EventLogTest, AHalfWrittenEndIsCutOffAndSaidSo) {
  {
    const auto log = open();
    log->append(framed_record(1));
  }
  const auto whole = fs::file_size(segment(1));
  {
    std::ofstream file(segment(1), std::ios::app);
    file << "the beginning of a block";
  }
  EXPECT_THAT(read_all().times, ElementsAre(1));
  const auto log = open();
  EXPECT_THAT(log->take_notes(), ElementsAre(HasSubstr("cut off 24 bytes that were never finished")));
  EXPECT_EQ(fs::file_size(segment(1)), whole);
  EXPECT_THAT(read_all().times, ElementsAre(1));
}

TEST_F(EventLogTest, TheOriginIsThisMachines) {
  const auto origin = read_log_origin();
  ASSERT_TRUE(origin.ok()) << origin.error().message();
  EXPECT_NE(origin->boot, (std::array<std::uint8_t, 16>{}));
  EXPECT_GT(origin->boot_time, 1'600'000'000'000'000'000U);
  EXPECT_FALSE(origin->hostname.empty());
}

}  // namespace
}  // namespace doorman::store
