// SPDX-License-Identifier: Apache-2.0
#include "app/guard/flow_keeper.h"

#include <algorithm>
#include <utility>

#include "base/fd.h"
#include "base/log.h"
#include "base/nanoseconds.h"
#include "derive/flow_address.h"
#include "derive/image_words.h"
#include "policy/lower/flows.h"
#include "source/kernel/flow_counts.h"

namespace doorman::app {

using base::Result;
using base::Status;

namespace {

constexpr std::string_view mode_label = "doorman.flows";
constexpr std::size_t most_bytes_at_once = 16U << 20U;

std::string learned_file(const std::string& state_folder) { return state_folder + "/flows.json"; }

/// Whoever starts a container may ask to be held more strictly, and not less.
model::FlowMode stricter_by_label(model::FlowMode mode, const model::Container& container) {
  const std::string* const written = model::find_label(container.labels, mode_label);
  const auto asked = written == nullptr ? std::nullopt : model::parse_flow_mode(*written);
  return std::max(mode, asked.value_or(mode));
}

}  // namespace

FlowKeeper::FlowKeeper(Settings settings, kern::Pins pins, kern::FlowPrograms programs, kern::Ring ring)
    : settings_(std::move(settings)),
      pins_(std::move(pins)),
      programs_(std::move(programs)),
      ring_(std::move(ring)),
      enforcer_(programs_),
      remade_(Clock::now()),
      saved_(Clock::now()),
      counted_(Clock::now()) {}

Result<std::unique_ptr<FlowKeeper>> FlowKeeper::start(const kern::Pins& pins, kern::FlowPrograms programs,
                                                      const Settings& settings) {
  DOORMAN_TRY(auto ring, programs.ring());
  std::unique_ptr<FlowKeeper> keeper(new FlowKeeper(settings, pins, std::move(programs), std::move(ring)));
  DOORMAN_CHECK(keeper->read_learned());
  DOORMAN_CHECK(keeper->enforcer_.begin({.mode = settings.mode, .entries = {}}));
  DOORMAN_CHECK(keeper->programs_.attach(pins, settings.groups, settings.pinned));
  return keeper;
}

Status FlowKeeper::read_learned() {
  const std::string file = learned_file(settings_.state_folder);
  const auto text = base::read_file(file, derive::LearnedFlowLimits::json_bytes);
  if (!text.ok()) return text.error().code() == base::ErrorCode::not_found ? Status() : text.error();
  DOORMAN_TRY(learned_, derive::LearnedFlows::from_json(*text).in(file));
  return {};
}

Status FlowKeeper::save_learned() {
  saved_ = Clock::now();
  if (!learned_.take_changed()) return {};
  return base::replace_file(learned_file(settings_.state_folder), learned_.to_json());
}

void FlowKeeper::read(std::string& into, bool all) {
  ring_.read(into, most_bytes_at_once);
  const auto now = Clock::now();
  if (!all && now - counted_ < count_every) return;
  counted_ = now;
  const auto counts = programs_.collect();
  if (!counts.ok()) return base::warn_of(counts.error());
  source::kernel::append_flow_counts(into, *counts, base::read_clock(CLOCK_BOOTTIME));
}

void FlowKeeper::set_rules(std::shared_ptr<const policy::Engine> rules) {
  rules_ = std::move(rules);
  peers_changed_ = true;
  for (auto& [cgroup, held] : held_) {
    if (const model::FlowEnd self = flows_->end_of(cgroup); self.container != nullptr)
      held.mode = mode_for(*self.container);
  }
}

model::FlowMode FlowKeeper::mode_for(const model::Container& container) const {
  const auto said = rules_ == nullptr ? std::nullopt : derive::flow_mode_of(container, rules_->rules().images);
  return stricter_by_label(said.value_or(settings_.mode), container);
}

model::FlowMode FlowKeeper::mode_of(std::uint64_t cgroup) const {
  const auto found = held_.find(cgroup);
  return found == held_.end() ? settings_.mode : found->second.mode;
}

Status FlowKeeper::hold(std::uint64_t cgroup, const Held& held) {
  const std::vector<model::FlowEnd> peers = flows_->peers_of(cgroup);
  const model::FlowEnd self = flows_->end_of(cgroup);
  if (self.identity == nullptr) return {};
  const auto known = learned_.entries(self, cgroup, peers, *names_);
  model::FlowPolicy policy{.mode = held.mode, .entries = known};
  if (rules_ != nullptr) {
    DOORMAN_TRY(auto lowered,
                policy::lower_flows(rules_->rules(), {.mode = held.mode,
                                                      .self = self,
                                                      .peers = peers,
                                                      .known = known,
                                                      .private_networks = derive::private_networks()}));
    policy = std::move(lowered.policy);
  }
  policy.names = learned_.names(self.identity->digest);
  return enforcer_.set(cgroup, policy);
}

Status FlowKeeper::set_container(std::uint64_t cgroup, const model::Container& container) {
  Held& held = held_[cgroup];
  held = {.mode = mode_for(container), .digest = container.image_id};
  peers_changed_ = true;  // the others may mean this one
  return hold(cgroup, held);
}

void FlowKeeper::remove_container(std::uint64_t cgroup) {
  programs_.end_cut(pins_, cgroup);
  if (held_.erase(cgroup) == 0) return;
  changed_.erase(cgroup);
  base::warn_of(enforcer_.remove(cgroup));
  peers_changed_ = true;
}

std::optional<bool> FlowKeeper::note(const model::Flow& flow) {
  const auto known = learned_.note(flow, mode_of(flow.cgroup));
  if (known == false && mode_of(flow.cgroup) == model::FlowMode::discover) changed_.insert(flow.cgroup);
  return known;
}

void FlowKeeper::note_listen(std::uint64_t cgroup, std::uint8_t protocol, std::uint16_t port) {
  const auto found = held_.find(cgroup);
  if (found == held_.end()) return;
  if (learned_.note_listen(found->second.digest, protocol, port, found->second.mode) == false)
    changed_.insert(cgroup);
}

void FlowKeeper::tick() {
  const auto now = Clock::now();
  if ((peers_changed_ || !changed_.empty()) && now - remade_ >= remake_every) {
    for (const auto& [cgroup, held] : held_) {
      if (peers_changed_ || changed_.contains(cgroup)) base::warn_of(hold(cgroup, held));
    }
    peers_changed_ = false;
    changed_.clear();
    remade_ = now;
  }
  if (now - saved_ >= save_every) base::warn_of(save_learned());
}

Status FlowKeeper::stop() { return save_learned(); }

}  // namespace doorman::app
