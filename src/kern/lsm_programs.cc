// SPDX-License-Identifier: Apache-2.0
#include "kern/lsm_programs.h"

#include <skeletons/lsm.h>

#include <utility>

#include "kern/skeleton.h"

namespace doorman::kern {

struct LsmPrograms::Loaded {
  Skeleton<lsm_bpf> skeleton;
  Links links;
};

LsmPrograms::LsmPrograms(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
LsmPrograms::LsmPrograms(LsmPrograms&&) noexcept = default;
LsmPrograms& LsmPrograms::operator=(LsmPrograms&&) noexcept = default;
LsmPrograms::~LsmPrograms() = default;

base::Result<LsmPrograms> LsmPrograms::start(const Pins& pins) {
  DOORMAN_TRY(auto skeleton, Skeleton<lsm_bpf>::open(family, pins));
  DOORMAN_CHECK(size_by_processors(skeleton->maps.scratches));
  DOORMAN_CHECK(skeleton.load());
  Links links;
  DOORMAN_CHECK(links.attach(skeleton->progs.on_bprm_check, &pins, family));
  return LsmPrograms(std::make_unique<Loaded>(Loaded{std::move(skeleton), std::move(links)}));
}

}  // namespace doorman::kern
