// SPDX-License-Identifier: Apache-2.0
#include "store/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/sqlite_file.h"
#include "scratch.h"

namespace doorman::store {
namespace {

using base::ErrorCode;
using model::ImagePast;
using model::PastVerdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::uint64_t second = 1'000'000'000;

std::string digest_of(char digit) { return "sha256:" + std::string(64, digit); }

ImagePast past_of(char digit, std::uint64_t first, std::uint64_t last) {
  ImagePast past;
  past.image = digest_of(digit);
  past.first = first;
  past.last = last;
  return past;
}

/// One with everything in it.
ImagePast full() {
  ImagePast past = past_of('a', 100, 200);
  past.names = {"shop:1", "shop:\x1b[31m"};
  past.containers = {{"id-1", "web", "podman", "shop:1", 100, 190, 3 << 8},
                     {"id-2", "", "", "", 150, 0, std::nullopt}};
  past.scans = {{110, 120, base::parse_time("2024-05-01"), {1, 2, 3, 4, 5, 6}}, {130, 130, std::nullopt, {}}};
  past.verdicts = {{PastVerdict::Door::runtime, "No root", true, {2, 101, 102}}};
  past.programs = {{"/bin/sh", std::string(64, 'f'), {5, 103, 104}}};
  model::PeerSeen peer;
  peer.name = "db.example";
  peer.address = *base::IpAddress::parse("2001:db8::1");
  peer.port = 5432;
  peer.protocol = 6;
  peer.inbound = true;
  peer.times = {7, 105, 106};
  peer.refused = 1;
  peer.unknown = 2;
  peer.sent = 1U << 31U;
  peer.received = 9;
  past.peers = {peer};
  past.drifted = {{"/tmp/x", model::DriftRecord::Reason::memory, model::DriftRecord::Done::killed, {1, 107, 107}}};
  return past;
}

class HistoryTest : public testing::Test {
 protected:
  History open(History::Limits limits = {}) {
    auto history = History::open(folder_, limits);
    EXPECT_TRUE(history.ok()) << history.error().message();
    return *std::move(history);
  }
  std::optional<ImagePast> find(char digit) {
    auto reader = HistoryReader::open(folder_);
    EXPECT_TRUE(reader.ok() && reader->has_value());
    auto found = (*reader)->find(digest_of(digit));
    EXPECT_TRUE(found.ok()) << found.error().message();
    return *std::move(found);
  }
  [[nodiscard]] std::string file() const { return folder_ + "/history.db"; }

  tests::ScratchFolder scratch_;
  std::string folder_ = scratch_.path().string();
};

TEST_F(HistoryTest, GivesBackWhatWasAdded) {
  ASSERT_TRUE(open().add({{full()}}).ok());
  const auto past = find('a');
  ASSERT_TRUE(past.has_value());
  const ImagePast want = full();
  EXPECT_EQ(past->first, 100U);
  EXPECT_EQ(past->last, 200U);
  EXPECT_EQ(past->names, want.names);
  ASSERT_THAT(past->containers, SizeIs(2));
  EXPECT_EQ(past->containers[0].id, "id-1");
  EXPECT_EQ(past->containers[0].name, "web");
  EXPECT_EQ(past->containers[0].engine, "podman");
  EXPECT_EQ(past->containers[0].image, "shop:1");
  EXPECT_EQ(past->containers[0].began, 100U);
  EXPECT_EQ(past->containers[0].ended, 190U);
  EXPECT_EQ(past->containers[0].exit, 3 << 8);
  EXPECT_EQ(past->containers[1].exit, std::nullopt);
  ASSERT_THAT(past->scans, SizeIs(2));
  EXPECT_EQ(past->scans[0].database, want.scans[0].database);
  EXPECT_EQ(past->scans[0].flaws, want.scans[0].flaws);
  EXPECT_EQ(past->scans[1].database, std::nullopt);
  ASSERT_THAT(past->verdicts, SizeIs(1));
  EXPECT_EQ(past->verdicts[0].door, PastVerdict::Door::runtime);
  EXPECT_EQ(past->verdicts[0].rule, "No root");
  EXPECT_TRUE(past->verdicts[0].refused);
  EXPECT_EQ(past->verdicts[0].times.count, 2U);
  ASSERT_THAT(past->programs, SizeIs(1));
  EXPECT_EQ(past->programs[0].sha256, std::string(64, 'f'));
  ASSERT_THAT(past->peers, SizeIs(1));
  EXPECT_EQ(past->peers[0].address, want.peers[0].address);
  EXPECT_EQ(past->peers[0].name, "db.example");
  EXPECT_EQ(past->peers[0].port, 5432);
  EXPECT_TRUE(past->peers[0].inbound);
  EXPECT_EQ(past->peers[0].sent, 1U << 31U);
  EXPECT_EQ(past->peers[0].unknown, 2U);
  ASSERT_THAT(past->drifted, SizeIs(1));
  EXPECT_EQ(past->drifted[0].reason, model::DriftRecord::Reason::memory);
  EXPECT_EQ(past->drifted[0].done, model::DriftRecord::Done::killed);
  EXPECT_EQ(past->drifted[0].times.last, 107U);
}

TEST_F(HistoryTest, CountsAreAddedAndTimesWidened) {
  History history = open();
  ImagePast more = past_of('a', 50, 300);
  more.programs = {{"/bin/sh", "", {2, 60, 290}}};
  ASSERT_TRUE(history.add({{full()}}).ok());
  ASSERT_TRUE(history.add({{more}}).ok());
  const auto past = find('a');
  EXPECT_EQ(past->first, 50U);
  EXPECT_EQ(past->last, 300U);
  ASSERT_THAT(past->programs, SizeIs(1));
  EXPECT_EQ(past->programs[0].times.count, 7U);
  EXPECT_EQ(past->programs[0].times.first, 60U);
  EXPECT_EQ(past->programs[0].times.last, 290U);
  EXPECT_EQ(past->programs[0].sha256, std::string(64, 'f'));  // still
}

TEST_F(HistoryTest, ALateRecordBringsNoContainerBackAndAStartDoes) {
  History history = open();
  const auto seen = [&](std::uint64_t last, std::uint64_t ended, std::optional<int> exit) {
    ImagePast past = past_of('a', second, last);
    past.containers = {{"id", "web", "podman", "shop:1", second, ended, exit}};
    ASSERT_TRUE(history.add({{past}}).ok());
  };
  seen(10 * second, 10 * second, 0);
  seen(11 * second, 0, std::nullopt);
  EXPECT_EQ(find('a')->containers[0].ended, 10 * second);
  EXPECT_EQ(find('a')->containers[0].exit, 0);
  seen(60 * second, 0, std::nullopt);
  EXPECT_EQ(find('a')->containers[0].ended, 0U);
  EXPECT_EQ(find('a')->containers[0].exit, std::nullopt);
}

TEST_F(HistoryTest, TellsWhenAContainerWasLastThere) {
  ImagePast unused = past_of('b', 1, 999);
  unused.scans = {{1, 1, std::nullopt, {}}};
  ASSERT_TRUE(open().add({{full(), unused}}).ok());
  auto reader = HistoryReader::open(folder_);
  ASSERT_TRUE(reader.ok() && reader->has_value());
  EXPECT_THAT((*reader)->last_used().value(), ElementsAre(std::pair(digest_of('a'), std::uint64_t{200})));
  const auto containers = (*reader)->containers(1).value();
  ASSERT_THAT(containers, SizeIs(1));
  EXPECT_EQ(containers[0].first, digest_of('a'));
  EXPECT_EQ(containers[0].second.id, "id-2");
}

TEST_F(HistoryTest, KeepsAMark) {
  History history = open();
  EXPECT_EQ(history.mark("door").value(), 0U);
  ASSERT_TRUE(history.add({}, "door", 42).ok());
  ASSERT_TRUE(history.add({}, "door", 43).ok());
  EXPECT_EQ(open().mark("door").value(), 43U);
}

TEST_F(HistoryTest, TheOldestRowsGoFirst) {
  History history = open({.rows = 2});
  for (std::uint64_t i = 1; i <= 4; ++i) {
    ImagePast past = past_of('a', i, i);
    past.programs = {{"/bin/" + std::to_string(i), "", {1, i, i}}};
    ASSERT_TRUE(history.add({{past}}).ok());
  }
  const auto past = find('a');
  ASSERT_THAT(past->programs, SizeIs(2));
  EXPECT_EQ(past->programs[0].path, "/bin/3");
  EXPECT_EQ(past->programs[1].path, "/bin/4");
}

TEST_F(HistoryTest, ImagesThatAreOldOrTooManyGoWithAllTheyHave) {
  History history = open({.max_age = std::chrono::hours(1), .images = 2});
  const std::uint64_t hour = 3600 * second;
  ASSERT_TRUE(
      history.add({{full(), past_of('b', 1, 10 * hour), past_of('c', 1, 11 * hour), past_of('d', 1, 12 * hour)}})
          .ok());
  ASSERT_TRUE(history.prune(base::Time(std::chrono::hours(2))).ok());
  EXPECT_FALSE(find('a').has_value());
  EXPECT_FALSE(find('b').has_value());
  EXPECT_TRUE(find('c').has_value());
  EXPECT_TRUE(find('d').has_value());
  auto raw = base::SqliteFile::open(file(), {});
  ASSERT_TRUE(raw.ok());
  EXPECT_EQ(raw->number("SELECT count(*) FROM program").value(), 0);
}

TEST_F(HistoryTest, ADigestThatIsNoneIsPassedOver) {
  ImagePast bad = full();
  bad.image = "'; DROP TABLE image; --";
  ASSERT_TRUE(open().add({{bad, past_of('b', 1, 1)}}).ok());
  EXPECT_TRUE(find('b').has_value());
}

TEST_F(HistoryTest, WhatIsDamagedIsMovedAside) {
  std::ofstream(file()) << std::string(8192, 'x');
  History history = open();
  EXPECT_THAT(history.take_note().value_or(""), HasSubstr("is kept as"));
  EXPECT_EQ(history.take_note(), std::nullopt);
  EXPECT_EQ(std::filesystem::file_size(file() + ".bad"), 8192U);
  EXPECT_TRUE(history.add({{full()}}).ok());
  EXPECT_TRUE(find('a').has_value());
}

TEST_F(HistoryTest, WhatIsDamagedLaterIsMovedAsideThen) {
  History history = open();
  ASSERT_TRUE(history.add({{full()}}).ok());
  {
    std::fstream raw(file(), std::ios::in | std::ios::out);
    raw.seekp(0);
    raw << std::string(4096, 'x');
  }
  ASSERT_TRUE(history.add({{past_of('b', 1, 1)}}).ok());
  EXPECT_TRUE(history.take_note().has_value());
  EXPECT_TRUE(find('b').has_value());
  EXPECT_FALSE(find('a').has_value());
}

TEST_F(HistoryTest, AnotherVersionIsLeftAsItIs) {
  ASSERT_TRUE(open().add({{full()}}).ok());
  {
    auto raw = base::SqliteFile::open(file(), {.access = base::SqliteFile::Access::write});
    ASSERT_TRUE(raw.ok() && raw->run("PRAGMA user_version = 7").ok());
  }
  const auto history = History::open(folder_);
  ASSERT_FALSE(history.ok());
  EXPECT_EQ(history.error().code(), ErrorCode::unsupported);
  EXPECT_THAT(history.error().message(), HasSubstr("version 7; this program has version 1"));
  const auto reader = HistoryReader::open(folder_);
  ASSERT_FALSE(reader.ok());
  EXPECT_EQ(reader.error().code(), ErrorCode::unsupported);
  EXPECT_FALSE(std::filesystem::exists(file() + ".bad"));
}

TEST_F(HistoryTest, AFullOneIsNoReasonToThrowItAway) {
  History history = open({.bytes = 128U << 10U});
  ImagePast large = past_of('a', 1, 1);
  for (int i = 0; i < 900; ++i)
    large.programs.push_back({std::to_string(i) + std::string(400, 'p'), "", {1, 1, 1}});
  const auto added = history.add({{large}});
  ASSERT_FALSE(added.ok());
  EXPECT_EQ(added.error().code(), ErrorCode::io);
  EXPECT_THAT(added.error().message(), HasSubstr("full"));
  EXPECT_TRUE(history.add({{past_of('b', 1, 1)}}).ok());
  EXPECT_TRUE(find('b').has_value());
  EXPECT_FALSE(find('a').has_value());
}

TEST_F(HistoryTest, IsReadWhileItIsWrittenAndByWhoMayOnlyRead) {
  History history = open();
  ASSERT_TRUE(history.add({{full()}}).ok());
  struct stat status{};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  std::filesystem::permissions(file(), std::filesystem::perms::owner_read);
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_TRUE(find('a').has_value());
  EXPECT_THAT(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);  // no file beside it
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_all);
}

TEST_F(HistoryTest, WhereThereIsNoneNothingIsRead) {
  const auto reader = HistoryReader::open(folder_);
  ASSERT_TRUE(reader.ok());
  EXPECT_FALSE(reader->has_value());
  EXPECT_FALSE(std::filesystem::exists(file()));
}

}  // namespace
}  // namespace doorman::store
