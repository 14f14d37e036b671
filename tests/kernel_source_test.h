// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "kernel_test.h"
#include "parse/event/record.h"
#include "source/kernel/kernel_source.h"

namespace doorman::tests {

/// A record that outlives the bytes it was read from.
struct Told {
  std::string bytes;
  model::EventRecord record;
  model::ProcessChange process;
};

/// A source, and what it told of the deeds that were let happen.
class KernelSourceTest : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped()) return;
    auto started = source::kernel::KernelSource::start(pins(), {});
    ASSERT_TRUE(started.ok()) << started.error().message();
    source_ = std::move(started).value();
  }
  void TearDown() override {
    source_.reset();
    KernelTest::TearDown();
  }

  /// Runs it to its end; its process id.
  static pid_t run(std::vector<std::string> words) {
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return child;
  }
  static pid_t deed(std::vector<std::string> words) {
    words.insert(words.begin(), DOORMAN_DEED);
    return run(std::move(words));
  }

  void take(std::string_view bytes) {
    while (!bytes.empty()) {
      auto told = std::make_unique<Told>();
      model::EventRecord sizer;
      const auto read = parse::event::decode(bytes, sizer);
      ASSERT_TRUE(read.ok()) << read.error().message();
      told->bytes = bytes.substr(0, sizer.size);
      bytes.remove_prefix(sizer.size);
      ASSERT_TRUE(parse::event::decode(told->bytes, told->record).ok());
      if (told->record.tells_process()) {
        auto process = parse::event::decode_process(told->record);
        ASSERT_TRUE(process.ok()) << process.error().message();
        told->process = *process;
      }
      told_.push_back(std::move(told));
    }
  }
  /// Everything that has been told by now.
  void collect() {
    std::this_thread::sleep_for(source::kernel::KernelSource::linger);
    std::string bytes;
    const auto read = source_->read(bytes);
    ASSERT_TRUE(read.ok()) << read.error().message();
    take(bytes);
  }
  /// The records of a process and a kind.
  std::vector<const Told*> of(std::uint32_t pid, model::EventRecord::Kind kind) const {
    std::vector<const Told*> found;
    for (const auto& each : told_) {
      if (each->record.pid == pid && each->record.kind == kind) found.push_back(each.get());
    }
    return found;
  }
  [[nodiscard]] std::string pids() const {
    std::string all;
    for (const auto& each : told_) all.append(std::to_string(each->record.pid)).append(1, ' ');
    return all;
  }
  /// The only one.
  const Told& one(pid_t pid, model::EventRecord::Kind kind) const {
    const auto found = of(static_cast<std::uint32_t>(pid), kind);
    EXPECT_EQ(found.size(), 1U);
    static const Told nothing;
    return found.size() == 1 ? *found.front() : nothing;
  }

  std::unique_ptr<source::kernel::KernelSource> source_;
  std::vector<std::unique_ptr<Told>> told_;
};

}  // namespace doorman::tests
