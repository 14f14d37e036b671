// SPDX-License-Identifier: Apache-2.0
#include "source/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "parse/event/write.h"
#include "scratch.h"
#include "source/recording.h"

namespace doorman::source {
namespace {

using testing::HasSubstr;

std::string record_of(model::EventType type) {
  model::EventRecord record;
  record.type = type;
  std::string bytes;
  parse::event::append_record(bytes, record);
  return bytes;
}

TEST(Replay, HandsOutWhatWasRecorded) {
  const tests::ScratchFolder folder;
  const std::string path = folder.path() / "events";
  const RecordingHead head{.boot_time = 1'700'000'000, .hostname = "node-7"};
  {
    auto recording = Recording::create(path, head);
    ASSERT_TRUE(recording.ok()) << recording.error().message();
    ASSERT_TRUE(recording->append(record_of(model::EventType::open)).ok());
    ASSERT_TRUE(recording->append(record_of(model::EventType::close) + record_of(model::EventType::read)).ok());
    ASSERT_TRUE(recording->flush().ok());
    EXPECT_EQ(recording->bytes(), std::filesystem::file_size(path));
  }
  auto replay = Replay::open(path);
  ASSERT_TRUE(replay.ok()) << replay.error().message();
  EXPECT_EQ(replay->head(), head);
  for (int round = 0; round < 2; ++round) {
    for (const auto type : {model::EventType::open, model::EventType::close, model::EventType::read}) {
      const auto next = replay->next();
      ASSERT_TRUE(next.ok() && next->has_value());
      EXPECT_EQ(**next, record_of(type));
    }
    const auto end = replay->next();
    ASSERT_TRUE(end.ok());
    EXPECT_FALSE(end->has_value());
    replay->rewind();
  }
}

TEST(Replay, RefusesWhatIsNoRecording) {
  const auto error = [](const std::string& bytes) {
    const auto replay = Replay::of(bytes);
    return replay.ok() ? "none" : replay.error().message();
  };
  const std::string head = recording_head({.boot_time = 1, .hostname = std::string(100, 'h')});
  EXPECT_EQ(head.size(), Replay::head_bytes);
  EXPECT_EQ(error(head), "none");
  EXPECT_EQ(Replay::of(head)->head().hostname, std::string(64, 'h'));
  EXPECT_THAT(error(""), HasSubstr("not a recording"));
  EXPECT_THAT(error("DOORMANX" + head.substr(8)), HasSubstr("not a recording"));
  EXPECT_THAT(error(head.substr(0, 95)), HasSubstr("ends within its head"));
  std::string newer = head;
  newer[8] = 2;
  EXPECT_THAT(error(newer), HasSubstr("version 2"));
  EXPECT_THAT(Replay::open("/nowhere/at/all").error().message(), HasSubstr("/nowhere/at/all"));
}

TEST(Replay, SaysWhereARecordingBreaksOff) {
  const std::string head = recording_head({});
  const std::string first = record_of(model::EventType::open), second = record_of(model::EventType::close);
  const auto last_error = [](const std::string& bytes) -> std::string {
    auto replay = Replay::of(bytes);
    while (true) {
      const auto next = replay->next();
      if (!next.ok()) return next.error().message();
      if (!next->has_value()) return "none";
    }
  };
  EXPECT_EQ(last_error(head + first + second), "none");
  EXPECT_THAT(last_error(head + first + second.substr(0, 8)), HasSubstr("record at byte 160: 8 bytes left"));
  std::string longer = second;
  longer[1] = 1;
  EXPECT_THAT(last_error(head + first + longer), HasSubstr("record at byte 160: 320 bytes, and 64 are left"));
  std::string none = second;
  std::memset(none.data(), 0, 4);
  EXPECT_THAT(last_error(head + none), HasSubstr("record at byte 96: 0 bytes long"));
}

}  // namespace
}  // namespace doorman::source
