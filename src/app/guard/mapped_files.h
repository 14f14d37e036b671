// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "action/drift/image_file.h"
#include "app/guard/look_schedule.h"
#include "derive/process_table.h"
#include "model/container.h"
#include "parse/container/memory_map.h"
#include "source/container/process_maps.h"

namespace doorman::app {

/// Tells which files of their images the processes of containers have mapped to run them. No hook tells it without
/// a price on every mmap(2), so processes are looked at: what is mapped only between two looks is not seen. A step
/// does little, whatever containers do.
class MappedFiles {
 public:
  /// That process was seen to run code of that file of its container's image: absolute, as the container sees it.
  using Tell = std::function<void(const Look&, std::string_view path)>;

  MappedFiles(const derive::ProcessTable& processes, Tell tell) : processes_(processes), tell_(std::move(tell)) {}

  /// A program started in a container.
  void started(const Look& look) { schedule_.started(look, Clock::now()); }
  /// To be called often; looks at some processes.
  void tick();

 private:
  using Clock = std::chrono::steady_clock;
  struct Open {
    Look look;
    std::string image_id;
    source::container::ProcessMaps maps;
    std::optional<action::ImageRoot> root = {};  ///< asked for when there is something new
    std::size_t read = 0;
    bool is_done = false;
  };

  void begin_round(Clock::time_point now);
  /// Opens the next process; false: there is none now.
  bool open_next(Clock::time_point now);
  void read_on();
  void spend(std::size_t work);
  void take(const parse::container::MappedFile& file);
  /// Whether the file, of which nothing is known, is the image's; nothing: it cannot be told now.
  std::optional<bool> is_of_image(const parse::container::MappedFile& file);

  const derive::ProcessTable& processes_;
  Tell tell_;
  LookSchedule schedule_;
  std::optional<Open> open_;
  std::size_t left_ = 0;  ///< of this tick's work, in bytes of text
  std::unordered_set<std::uint64_t>
      known_;  ///< hashes of images and paths that were told, of groups and paths that are not images'
  Clock::time_point ticked_, forgot_ = Clock::now();
};

}  // namespace doorman::app
