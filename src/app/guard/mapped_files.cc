// SPDX-License-Identifier: Apache-2.0
#include "app/guard/mapped_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/hash.h"

namespace doorman::app {
namespace {

constexpr std::chrono::milliseconds pause{20};
// A tick's work is counted in bytes of text, and what else costs as much as so many of them.
constexpr std::size_t work_each_tick = 64U << 10U;
constexpr std::size_t work_each_process = 4U << 10U, work_each_root = 16U << 10U, work_each_file = 1U << 10U;
constexpr std::size_t piece_bytes = 4U << 10U;
constexpr std::size_t bytes_each_process = 8U << 20U;
constexpr std::size_t most_known = 1U << 18U;
// The event log forgets its oldest segments: what is still in use is told again.
constexpr std::chrono::hours tell_again{24};

std::uint64_t name_of(std::string_view who, std::string_view path) { return base::hash64(path, base::hash64(who)); }

}  // namespace

void MappedFiles::tick() {
  const auto now = Clock::now();
  if (now - ticked_ < pause) return;
  ticked_ = now;
  if (now - forgot_ >= tell_again) {
    known_.clear();
    forgot_ = now;
  }
  if (schedule_.wants_round(now)) begin_round(now);
  left_ = work_each_tick;
  while (left_ != 0) {
    if (open_) read_on();
    else if (!open_next(now)) return;
  }
}

void MappedFiles::spend(std::size_t work) { left_ -= std::min(left_, work); }

void MappedFiles::read_on() {
  const std::size_t count = open_->maps.read(piece_bytes, [this](const auto& file) { take(file); });
  spend(piece_bytes);
  open_->read += count;
  if (open_->is_done || count < piece_bytes || open_->read >= bytes_each_process) open_.reset();
}

void MappedFiles::begin_round(Clock::time_point now) {
  std::vector<Look> all;
  processes_.each([&](const model::Process& process) {
    if (process.container == nullptr || process.container->image_id.empty() || process.exited) return;
    all.push_back({process.cgroup, process.state.key});
  });
  schedule_.begin_round(all, now);
}

bool MappedFiles::open_next(Clock::time_point now) {
  const auto look = schedule_.next(now);
  if (!look) return false;
  spend(work_each_process);
  const model::Container* const container = processes_.container(look->cgroup);
  if (container == nullptr || container->image_id.empty()) return true;
  auto maps = source::container::ProcessMaps::open(look->process.pid, look->process.start);
  if (maps.ok()) open_.emplace(Open{*look, container->image_id, *std::move(maps)});
  return true;
}

std::optional<bool> MappedFiles::is_of_image(const parse::container::MappedFile& file) {
  spend(work_each_file);
  const auto opened = open_->maps.open_file(file);
  if (!opened.ok()) return std::nullopt;  // it is mapped no more
  if (!open_->root) {
    spend(work_each_root);
    auto root = action::ImageRoot::of(open_->maps.process());
    open_->is_done = !root.ok();
    if (!root.ok()) return std::nullopt;
    open_->root.emplace(*std::move(root));
  }
  return open_->root->holds(*opened);
}

void MappedFiles::take(const parse::container::MappedFile& file) {
  if (open_->is_done) return;
  const std::uint64_t of_image = name_of(open_->image_id, file.path);
  const std::uint64_t of_others = name_of(fmt::to_string(open_->look.cgroup), file.path);
  if (known_.contains(of_image) || known_.contains(of_others)) return;
  const auto is_it = is_of_image(file);
  if (!is_it) return;
  if (known_.size() >= most_known) known_.clear();
  known_.insert(*is_it ? of_image : of_others);
  if (*is_it) tell_(open_->look, file.path);
}

}  // namespace doorman::app
