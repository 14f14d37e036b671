// SPDX-License-Identifier: Apache-2.0
#include "action/drift/gate.h"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "action/drift/image_file.h"
#include "action/drift/loader.h"

namespace doorman::action {
namespace {

using Reason = model::DriftRecord::Reason;
using Done = model::DriftRecord::Done;
using Step = ExecDecision::Step;
using Answer = kern::ExecQuestions::Answer;

std::chrono::nanoseconds wall_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

bool is_script(const base::Fd& file) {
  std::array<char, 2> start{};
  const auto got = base::read_at(file, 0, start);
  return got.ok() && *got == start.size() && start[0] == '#' && start[1] == '!';
}

bool send_signal(const base::Fd& process, int signal) {
  return ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0;
}

}  // namespace

Gate::Gate(kern::ExecQuestions& questions, const kern::DriftPrograms& programs, GateProgress& progress,
           std::uint32_t number)
    : questions_(questions), programs_(programs), progress_(progress.members.at(number)), writer_(number) {}

void Gate::serve() {
  ++progress_.steps;  // first: whoever is busy and makes no step is stuck
  progress_.busy = true;
  serve_questions();
  serve_waiting();
  serve_held();
  programs_.beat();
  ++progress_.steps;
  if (waiting_.empty()) progress_.busy = false;
}

void Gate::serve_questions() {
  for (;;) {
    auto question = questions_.next();
    if (!question.ok()) return;
    ++progress_.steps;
    judge({.question = std::move(question).value(), .file = {}, .since = Clock::now()});
  }
}

void Gate::serve_waiting() {
  for (Waiting& waiting : std::exchange(waiting_, {})) judge(std::move(waiting));
}

ExecFacts Gate::facts_of(const kern::ExecLook& look, const Waiting& waiting) const {
  ExecFacts facts;
  facts.mode = look.in_container ? static_cast<model::DriftMode>(look.mode) : model::DriftMode::off;
  facts.engine = look.in_host;
  if (look.reason != 0) facts.reason = static_cast<Reason>(look.reason);
  facts.approved = look.approved;
  // Measured by two clocks, as the first may be set.
  facts.age = std::max<std::chrono::nanoseconds>(wall_clock() - std::chrono::nanoseconds(look.file.ctime),
                                                 Clock::now() - waiting.since);
  return facts;
}

ExecDecision Gate::decide_all(ExecFacts facts, const kern::ExecLook& look, const base::Fd& file) {
  ExecDecision decision = decide(facts);
  if (decision.step == Step::compare) {
    facts.content = compare_with_image(file, std::to_string(look.pid), [this] { ++progress_.steps; });
    decision = decide(facts);
  }
  const bool refused = decision.step == Step::refuse || decision.step == Step::kill;
  if (refused && is_script(file)) {
    facts.script = true;
    decision = decide(facts);
  }
  return decision;
}

void Gate::judge(Waiting waiting) {
  const auto look = programs_.look(waiting.question.file.get(), waiting.question.process.get());
  if (!look.ok() || !waiting.question.process.valid()) {
    // Who asked is gone; where it is not, the kernel side still judges what is executed.
    (void)questions_.answer(waiting.question.name, Answer::allow);
    ++progress_.answers;
    return;
  }
  if (!(look->file == waiting.file)) {
    waiting.file = look->file;
    waiting.since = Clock::now();
  }
  const ExecDecision decision = decide_all(facts_of(*look, waiting), *look, waiting.question.file);
  carry_out(decision, *look, std::move(waiting));
}

void Gate::carry_out(const ExecDecision& decision, const kern::ExecLook& look, Waiting waiting) {
  if (decision.step == Step::wait) {
    waiting_.push_back(std::move(waiting));
    return;
  }
  // Before the answer: the kernel side looks for it next.
  if (decision.approve) (void)programs_.approve(look.file);
  // A program that is changed behind our back is seen when it runs; of a script only its interpreter is.
  if (decision.ignore && !is_script(waiting.question.file)) (void)questions_.ignore(waiting.question);
  const bool refused = decision.step == Step::refuse || decision.step == Step::kill;
  // Before the answer too: with the process its mount may go, and the path with it.
  if (refused && decision.reason) {
    const Done done = decision.step == Step::kill ? Done::killed : Done::refused;
    (void)programs_.tell(writer_, look, static_cast<std::uint8_t>(*decision.reason),
                         static_cast<std::uint8_t>(done), path_of(waiting.question.file));
  }
  if (decision.step == Step::kill) send_signal(waiting.question.process, SIGKILL);
  (void)questions_.answer(waiting.question.name, refused ? Answer::refuse : Answer::allow);
  ++progress_.answers;
}

void Gate::serve_held() {
  held_waits_ = false;
  for (const kern::HeldProcess& held : programs_.held()) judge_held(held);
}

/// Nothing: whoever is held is gone.
std::optional<ExecDecision> Gate::decide_held(const base::Fd& file, const base::Fd& process,
                                              const kern::HeldProcess& held) {
  const auto look = programs_.look(file.get(), process.get());
  if (!look.ok() || look->start != held.start) return std::nullopt;
  ExecFacts facts = facts_of(*look, {.question = {}, .file = {}, .since = Clock::now()});
  // It was held because its container refuses; a loader that is named a loader is named another file in the end.
  if (facts.mode != model::DriftMode::kill) facts.mode = model::DriftMode::deny;
  if (facts.reason == Reason::loader) return ExecDecision{.step = Step::kill, .reason = Reason::loader};
  ExecDecision decision = decide_all(facts, *look, file);
  if (decision.approve) (void)programs_.approve(look->file);
  return decision;
}

void Gate::judge_held(const kern::HeldProcess& held) {
  ++progress_.steps;
  const std::string pid = std::to_string(held.pid);
  const base::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, held.pid, 0)));
  const bool is_loader = static_cast<Reason>(held.reason) == Reason::loader;
  LoaderFile named;
  if (is_loader) {
    named = read_loader_file(pid);
  } else if (auto exe = base::open_read("/proc/" + pid + "/exe"); exe.ok()) {
    named.file = std::move(exe).value();
    named.path = path_of(named.file);
  }
  // Who is asked for when there is no file to ask for.
  const base::Fd& file = named.file.valid() ? named.file : process;
  const auto self = programs_.look(file.get(), process.get());
  if (!process.valid() || !self.ok() || self->start != held.start) {
    // Somebody ended it, or let it go on, which comes to the same. What it was, its execution's own record says.
    if (!programs_.take(held.pid)) return;
    kern::ExecLook gone;
    gone.pid = held.pid;
    gone.cgroup = held.cgroup;
    gone.start = held.start;
    (void)programs_.tell(writer_, gone, held.reason, static_cast<std::uint8_t>(Done::killed), {});
    return;
  }
  std::optional<ExecDecision> decision = ExecDecision{.step = Step::kill};
  if (named.file.valid()) decision = decide_held(named.file, process, held);
  if (named.nothing) decision = ExecDecision{};
  if (decision && decision->step == Step::wait) {
    held_waits_ = true;
    return;
  }
  if (!programs_.take(held.pid)) return;
  if (decision && decision->step == Step::allow && kern::DriftPrograms::release(held.pid).ok()) return;
  (void)programs_.tell(writer_, *self, held.reason, static_cast<std::uint8_t>(Done::killed), named.path);
  send_signal(process, SIGKILL);
}

}  // namespace doorman::action
