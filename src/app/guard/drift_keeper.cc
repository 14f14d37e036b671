// SPDX-License-Identifier: Apache-2.0
#include "app/guard/drift_keeper.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/guard/rules.h"
#include "base/log.h"
#include "derive/image_words.h"

namespace doorman::app {

using base::Result;
using base::Status;
using model::DriftMode;

namespace {

/// `mnt:[4026531841]`; empty when there is no such process.
std::string mount_namespace(const std::string& process) {
  std::error_code failed;
  return std::filesystem::read_symlink("/proc/" + process + "/ns/mnt", failed).string();
}

}  // namespace

DriftKeeper::DriftKeeper(action::DriftGuard guard, DriftMode setting, std::shared_ptr<const policy::Engine> rules)
    : guard_(std::move(guard)), setting_(setting), rules_(std::move(rules)) {}

Result<DriftKeeper> DriftKeeper::start(const kern::Pins& pins, DriftMode setting,
                                       std::shared_ptr<const policy::Engine> rules) {
  DOORMAN_TRY(auto guard, action::DriftGuard::start(pins));
  guard.approve_engine_programs();
  DriftKeeper made(std::move(guard), setting, std::move(rules));
  if (made.enforces()) DOORMAN_CHECK(made.guard_.enforce());
  return made;
}

DriftMode DriftKeeper::mode_of(const model::Container& container) const {
  if (rules_ == nullptr) return setting_;
  return derive::drift_mode_of(container, rules_->rules().images).value_or(setting_);
}

bool DriftKeeper::enforces() const { return strictest(setting_, rules_.get()) >= DriftMode::deny; }

Status DriftKeeper::set_rules(std::shared_ptr<const policy::Engine> rules, const derive::EventStream& stream) {
  rules_ = std::move(rules);
  if (enforces()) DOORMAN_CHECK(guard_.enforce());
  stream.each_container([&](std::uint64_t cgroup, std::uint64_t, const model::Container& container) {
    if (!container.id.empty()) base::warn_of(guard_.set_mode(cgroup, mode_of(container)));
  });
  return {};
}

/// The runtime's own program, which prepares the container, runs in the same group, but sees the host's mounts.
void DriftKeeper::program_started(std::uint64_t cgroup, std::uint32_t pid) {
  if (!without_look_.contains(cgroup)) return;
  const std::string mounts = mount_namespace(std::to_string(pid));
  if (mounts.empty() || mounts == mount_namespace("self")) return;
  without_look_.erase(cgroup);
  base::warn_of(guard_.add_container(cgroup, pid));
}

bool DriftKeeper::is_image_program(const model::EventRecord& record, const model::DriftRecord& drift,
                                   const model::Process* process) {
  const bool is_known = process != nullptr;
  return guard_.is_image_program(
      {.record = record,
       .drift = drift,
       .container_pid = record.pid,
       .arguments = is_known ? std::string_view(process->program->arguments) : std::string_view(),
       .cwd = is_known ? std::string_view(process->cwd) : std::string_view()});
}

}  // namespace doorman::app
