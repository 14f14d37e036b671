// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "app/watch/admission_feed.h"
#include "base/result.h"
#include "derive/container_histories.h"
#include "model/image_past.h"
#include "store/history.h"
#include "store/image_facts_folder.h"

namespace doorman::app {

/// Keeps the history of a state folder: what containers did, as the guard gives it, what scans found, and what the
/// runtime's door said. Works in a thread of its own, so that no disk holds the guard up. What goes wrong is told
/// once, and again when it has gone well in between; the guard goes on without.
class HistoryKeeper {
 public:
  struct Settings {
    std::string state_folder;
    std::chrono::milliseconds every{5'000};  ///< between two looks at what doors and scans left
  };
  explicit HistoryKeeper(Settings settings);
  /// Writes what is left, if it can.
  ~HistoryKeeper();
  HistoryKeeper(const HistoryKeeper&) = delete;
  HistoryKeeper& operator=(const HistoryKeeper&) = delete;

  /// What containers did since the last time. Does not wait; when the disk does not keep up, the oldest is dropped.
  void give(std::unique_ptr<derive::ContainerHistories> lives);

 private:
  void work(const std::stop_token& stop);
  /// Takes what came, and writes it.
  void step();
  base::Status write(std::vector<model::ImagePast>& news);
  void take_given(std::vector<model::ImagePast>& news);
  void add_admissions(std::vector<model::ImagePast>& news);
  void add_scans(std::vector<model::ImagePast>& news);
  void add_digests(std::vector<model::ImagePast>& news);
  void complain(const base::Status& done);

  Settings settings_;
  store::ImageFactsFolder facts_;
  AdmissionFeed admissions_;
  std::optional<store::History> history_;
  std::vector<model::ImagePast> unwritten_;
  std::optional<std::uint64_t> heard_;  ///< of the door's log: what is as old was taken
  std::uint64_t scans_version_ = 0;
  std::set<std::string, std::less<>> looked_;   ///< images whose scan was looked at since
  std::unordered_set<std::uint64_t> programs_;  ///< hashes of images and paths whose digest was sought
  std::chrono::steady_clock::time_point pruned_;
  std::string told_;

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::unique_ptr<derive::ContainerHistories>> given_;
  std::jthread thread_;  ///< last: it uses the others
};

}  // namespace doorman::app
