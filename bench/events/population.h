// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "model/event_record.h"
#include "model/process.h"

namespace doorman::bench {

/// What most of a recording's events are.
enum class Mix : std::uint8_t {
  files,        ///< opens and closes, by many processes
  programs,     ///< fork, exec, the opens of a program that starts, exit
  connections,  ///< socket, connect, sends, close
  all,          ///< as on a busy host: of each something
};

/// A machine with containers, and what happens on it; the same numbers give the same bytes.
class Population {
 public:
  explicit Population(std::uint32_t seed) : random_(seed) {}

  /// Records of every container and process that is there before the first event.
  std::string inhabitants(std::size_t containers, std::size_t processes);
  /// Records of at least that many events.
  std::string events(Mix mix, std::size_t count);
  [[nodiscard]] std::size_t written() const { return written_; }

 private:
  struct Inhabitant {
    model::ProcessState state;
    std::uint64_t cgroup = 0;
  };

  std::uint32_t pick(std::size_t below) { return static_cast<std::uint32_t>(random_() % below); }
  template <typename List>
  const auto& one_of(const List& list) {
    return list[pick(list.size())];
  }
  model::EventRecord record_of(const Inhabitant& who, model::EventType type);
  void add_container(std::size_t number);
  void add_process(const Inhabitant* parent, std::uint64_t cgroup, std::string_view program, std::string_view line);
  void exec(const Inhabitant& who, std::string_view program, std::string_view line);
  void open_and_close(const Inhabitant& who);
  void run_program();
  void connect(const Inhabitant& who);

  std::mt19937 random_;
  std::string out_;
  std::vector<Inhabitant> inhabitants_;
  std::uint64_t time_ = 3'600'000'000'000;
  std::uint32_t next_pid_ = 300;
  std::size_t written_ = 0;
};

}  // namespace doorman::bench
