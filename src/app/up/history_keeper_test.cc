// SPDX-License-Identifier: Apache-2.0
#include "app/up/history_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/time.h"
#include "model/scan_record.h"
#include "scratch.h"
#include "store/scan_records.h"

namespace doorman::app {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using namespace std::chrono_literals;

class HistoryKeeperTest : public testing::Test {
 protected:
  /// A second of a container that started a program.
  std::unique_ptr<derive::ContainerHistories> lives() {
    model::Container shop;
    shop.id = std::string(64, '1');
    shop.name = "shop";
    shop.image = "shop:1";
    shop.image_id = digest_.text();
    model::Program program;
    program.exe_path = "/bin/tool";
    model::Process process;
    process.program = &program;
    process.container = &shop;
    auto made = std::make_unique<derive::ContainerHistories>();
    made->add_execution({&process, &shop, nullptr}, 1000);
    return made;
  }
  void scan() {
    model::Inventory inventory(model::Subject::image(digest_));
    inventory.programs.push_back({{.path = "usr/bin/tool", .sha256 = base::digest_of("the tool")},
                                  model::FoundPackage::none,
                                  model::FoundPackage::none});
    model::ScanRecord record(std::move(inventory));
    model::Verdict verdict;
    for (const std::uint64_t matches : {1U, 0U}) {
      model::MatchedRule& rule = verdict.rules.emplace_back();
      rule.name = matches == 0 ? "Excepted" : "Runs as root";
      rule.action = model::Action::deny;
      rule.matches = matches;
    }
    record.verdict = std::move(verdict);
    ASSERT_TRUE(store::ScanRecords(folder_).put(record).ok());
  }
  std::optional<model::ImagePast> past() {
    auto reader = store::HistoryReader::open(folder_);
    EXPECT_TRUE(reader.ok() && reader->has_value());
    if (!reader.ok() || !*reader) return std::nullopt;
    return (*reader)->find(digest_.text()).value();
  }
  HistoryKeeper::Settings settings() { return {.state_folder = folder_, .every = 10ms}; }

  tests::ScratchFolder scratch_;
  std::string folder_ = scratch_.path().string();
  base::Digest digest_ = base::digest_of("config");
};

TEST_F(HistoryKeeperTest, WhatIsGivenIsWrittenAtTheEndAtLatest) {
  {
    HistoryKeeper keeper(settings());
    keeper.give(lives());
    keeper.give(lives());
  }
  const auto told = past();
  ASSERT_TRUE(told.has_value());
  ASSERT_THAT(told->programs, SizeIs(1));
  EXPECT_EQ(told->programs[0].times.count, 2U);
  EXPECT_EQ(told->programs[0].sha256, "");
  ASSERT_THAT(told->containers, SizeIs(1));
  EXPECT_EQ(told->containers[0].name, "shop");
}

TEST_F(HistoryKeeperTest, AScanGivesCountsVerdictsAndDigests) {
  scan();
  {
    HistoryKeeper(settings()).give(lives());
  }
  {
    HistoryKeeper(settings()).give(lives());
  }  // the same again
  const auto told = past();
  ASSERT_TRUE(told.has_value());
  EXPECT_THAT(told->scans, SizeIs(1));
  ASSERT_THAT(told->verdicts, SizeIs(1));
  EXPECT_EQ(told->verdicts[0].rule, "Runs as root");
  EXPECT_EQ(told->verdicts[0].door, model::PastVerdict::Door::scan);
  EXPECT_TRUE(told->verdicts[0].refused);
  ASSERT_THAT(told->programs, SizeIs(1));
  EXPECT_EQ(told->programs[0].sha256, base::digest_of("the tool").hex());
}

TEST_F(HistoryKeeperTest, WhatTheDoorSaidCountsOnce) {
  std::ofstream(folder_ + "/admission.log")
      << R"({"time":")" << base::format_time(base::now() - 1h)
      << R"(","kind":"admission","admission.verdict":"deny","image.digest":")" << digest_.text()
      << R"(","admission.rules":[{"rule":"Privileged","refuses":true,"output":"no"}]})" << '\n';
  {
    HistoryKeeper(settings()).give(lives());
  }
  {
    HistoryKeeper(settings()).give(lives());
  }
  const auto told = past();
  ASSERT_TRUE(told.has_value());
  ASSERT_THAT(told->verdicts, SizeIs(1));
  EXPECT_EQ(told->verdicts[0].door, model::PastVerdict::Door::runtime);
  EXPECT_EQ(told->verdicts[0].times.count, 1U);
}

TEST_F(HistoryKeeperTest, WhatGoesWrongIsToldOnceAndTriedAgain) {
  std::filesystem::create_directory(folder_ + "/history.db");
  testing::internal::CaptureStderr();
  {
    HistoryKeeper keeper(settings());
    keeper.give(lives());
    std::this_thread::sleep_for(200ms);
    std::filesystem::remove(folder_ + "/history.db");
  }
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_THAT(told, HasSubstr("the guard goes on without"));
  EXPECT_EQ(told.find("goes on"), told.rfind("goes on")) << told;
  EXPECT_TRUE(past().has_value());
}

}  // namespace
}  // namespace doorman::app
