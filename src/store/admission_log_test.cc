// SPDX-License-Identifier: Apache-2.0
#include "store/admission_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "scratch.h"

namespace doorman::store {
namespace {

using Keep = AdmissionLog::Keep;

class AdmissionLogTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const { return state_ + "/" + name; }
  [[nodiscard]] std::vector<std::string> all() const { return AdmissionLogReader::open(state_).read().value(); }

  tests::ScratchFolder scratch_;
  std::string state_ = scratch_.path().string();
};

TEST_F(AdmissionLogTest, GivesBackWhatWasWrittenThenWhatComes) {
  AdmissionLogReader reader = AdmissionLogReader::open(state_);
  EXPECT_TRUE(reader.read().value().empty());
  const AdmissionLog log(state_);
  ASSERT_TRUE(log.append("one\n", Keep::a_while).ok());
  ASSERT_TRUE(log.append("two\n", Keep::for_ever).ok());
  EXPECT_EQ(reader.read().value(), (std::vector<std::string>{"two", "one"}));
  EXPECT_TRUE(reader.read().value().empty());
  ASSERT_TRUE(log.append("three\n", Keep::a_while).ok());
  EXPECT_EQ(reader.read().value(), std::vector<std::string>{"three"});
  EXPECT_TRUE(reader.take_notes().empty());
}

TEST_F(AdmissionLogTest, IsBoundedButForWhatIsForEver) {
  const AdmissionLog log(state_, 1000);
  AdmissionLogReader reader = AdmissionLogReader::open(state_);
  std::size_t followed = 0;
  const std::string line = std::string(99, 'x') + "\n";
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(log.append(line, Keep::a_while).ok());
    ASSERT_TRUE(log.append(line, Keep::for_ever).ok());
    followed += reader.read().value().size();
  }
  EXPECT_EQ(followed, 200U) << "who follows misses nothing";
  EXPECT_EQ(std::filesystem::file_size(path("break-glass.log")), 10'000U);
  std::size_t bytes = 0, files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(state_)) {
    if (entry.path().filename().string().starts_with("admission.log")) bytes += entry.file_size(), ++files;
  }
  EXPECT_EQ(files, 4U);
  EXPECT_LE(bytes, 4400U);
  EXPECT_EQ(all().size(), 100 + bytes / 100);
}

TEST_F(AdmissionLogTest, ManyWritersLoseNothing) {
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([&] {
      const AdmissionLog log(state_, 4000);
      for (int j = 0; j < 20; ++j) EXPECT_TRUE(log.append("0123456789\n", Keep::a_while).ok());
    });
  }
  for (std::thread& writer : writers) writer.join();
  const auto lines = all();
  EXPECT_EQ(lines.size(), 160U);
  for (const std::string& line : lines) EXPECT_EQ(line, "0123456789");
}

TEST_F(AdmissionLogTest, ALineThatWasCutOffCostsItselfAlone) {
  std::ofstream(path("admission.log")) << "half a li";
  ASSERT_TRUE(AdmissionLog(state_).append("whole\n", Keep::a_while).ok());
  EXPECT_EQ(all(), (std::vector<std::string>{"half a li", "whole"}));
  std::ofstream(path("admission.log"), std::ios::app)
      << std::string(AdmissionLog::max_line_bytes * 2, 'x') << "\nlast\nnot yet";
  EXPECT_EQ(all(), (std::vector<std::string>{"half a li", "whole", "last"}));
}

TEST_F(AdmissionLogTest, AFolderThatIsLockedIsWrittenToAllTheSame) {
  const base::Fd folder(::open(state_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(::flock(folder.get(), LOCK_EX), 0);
  const AdmissionLog log(state_, 100);
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(log.append("0123456789\n", Keep::a_while).ok());
  EXPECT_EQ(all().size(), 30U);
}

TEST_F(AdmissionLogTest, WhatIsNoFileIsNeitherFollowedNorWaitedFor) {
  std::filesystem::create_symlink("elsewhere", path("admission.log"));
  ASSERT_EQ(::mkfifo(path("break-glass.log").c_str(), 0600), 0);
  EXPECT_FALSE(AdmissionLog(state_).append("x\n", Keep::a_while).ok());
  EXPECT_FALSE(AdmissionLog(state_).append("x\n", Keep::for_ever).ok());
  EXPECT_FALSE(std::filesystem::exists(path("elsewhere")));
  AdmissionLogReader reader = AdmissionLogReader::open(state_);
  EXPECT_TRUE(reader.read().value().empty());
  EXPECT_FALSE(reader.take_notes().empty());
}

}  // namespace
}  // namespace doorman::store
