// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "action/drift/decision.h"
#include "base/fd.h"
#include "kern/drift_programs.h"
#include "kern/fanotify.h"

namespace doorman::action {

/// What the two processes of the gate tell each other; lies in memory that they share.
struct GateProgress {
  struct Member {
    std::atomic<std::uint64_t> steps;    ///< it is not stuck
    std::atomic<std::uint64_t> answers;  ///< and gets through
    std::atomic<bool> busy;              ///< may have taken a question that it has not answered
  };
  std::array<Member, 2> members;
  std::atomic<bool> leaving;  ///< both are to end
};

/// Answers questions about executions. Knows nothing that it does not ask the kernel for each time, so that any
/// process that has the descriptors can go on where another stopped.
class Gate {
 public:
  /// Lives as long as what it is given. `number`: which of the gate's processes this is.
  Gate(kern::ExecQuestions& questions, const kern::DriftPrograms& programs, GateProgress& progress,
       std::uint32_t number);

  /// Everything that waits now: questions, those that were put off, held processes.
  void serve();
  /// Until when serve() is to be called again, at the latest; nothing is put off when it is the longest time.
  [[nodiscard]] std::chrono::milliseconds due() const { return has_waiting() ? pause : idle; }
  [[nodiscard]] bool has_waiting() const { return !waiting_.empty() || held_waits_; }

  static constexpr std::chrono::milliseconds idle{250};

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds pause{5};

  struct Waiting {
    kern::ExecQuestions::Question question;
    kern::FileState file;
    Clock::time_point since;
  };

  void serve_questions();
  void serve_waiting();
  void serve_held();
  /// Answers, or puts off.
  void judge(Waiting waiting);
  void carry_out(const ExecDecision& decision, const kern::ExecLook& look, Waiting waiting);
  [[nodiscard]] ExecFacts facts_of(const kern::ExecLook& look, const Waiting& waiting) const;
  ExecDecision decide_all(ExecFacts facts, const kern::ExecLook& look, const base::Fd& file);
  void judge_held(const kern::HeldProcess& held);
  std::optional<ExecDecision> decide_held(const base::Fd& file, const base::Fd& process,
                                          const kern::HeldProcess& held);

  kern::ExecQuestions& questions_;
  const kern::DriftPrograms& programs_;
  GateProgress::Member& progress_;
  std::uint32_t writer_;
  std::vector<Waiting> waiting_;
  bool held_waits_ = false;
};

}  // namespace doorman::action
