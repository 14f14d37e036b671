// SPDX-License-Identifier: Apache-2.0
#include "kern/process_programs.h"

#include <skeletons/process.h>

#include <utility>

#include "kern/skeleton.h"

namespace doorman::kern {
namespace {
constexpr std::string_view family = "process";
}

struct ProcessPrograms::Loaded {
  Skeleton<process_bpf> skeleton;
  Links links;
};

ProcessPrograms::ProcessPrograms(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
ProcessPrograms::ProcessPrograms(ProcessPrograms&&) noexcept = default;
ProcessPrograms& ProcessPrograms::operator=(ProcessPrograms&&) noexcept = default;
ProcessPrograms::~ProcessPrograms() = default;

base::Result<ProcessPrograms> ProcessPrograms::load(const Pins& pins) {
  DOORMAN_TRY(auto skeleton, Skeleton<process_bpf>::open(family, pins));
  DOORMAN_CHECK(size_by_processors(skeleton->maps.scratches));
  DOORMAN_CHECK(skeleton.load());
  return ProcessPrograms(std::make_unique<Loaded>(Loaded{std::move(skeleton), {}}));
}

base::Status ProcessPrograms::attach(const Pins& pins, bool pinned) {
  const Pins* const where = pinned ? &pins : nullptr;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, loaded_->skeleton->obj) {
    DOORMAN_CHECK(loaded_->links.attach(program, where, family));
  }
  return {};
}

base::Result<Ring> ProcessPrograms::critical() const {
  return Ring::open(bpf_map__fd(loaded_->skeleton->maps.critical));
}

}  // namespace doorman::kern
