// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/admission_record.h"
#include "model/image_word.h"
#include "model/neighbours.h"
#include "policy/rule.h"
#include "source/container/finder.h"

namespace doorman::app {

/// What rules ask of those who run beside a container. Most ask nothing, and then nobody is looked for.
enum class NeighbourNeed : std::uint8_t {
  none,
  trust,  ///< only how far they are trusted, which says nothing of a container whose own trust is not known
  all,
};
NeighbourNeed neighbour_need(const std::vector<policy::Rule>& rules);

/// As its neighbours see the container that asks, or one that runs.
model::Resident resident_of(const model::AdmissionRequest& request);
model::AdmissionRequest request_of_running(const source::container::RunningContainer& running,
                                           std::span<const model::ImageWord> words);

/// Who shares this kernel with the container that asks: those that run by the engines' files, and those that are
/// about to, among which it is noted from now on. What they mount is read where `need` is all.
base::Result<model::Neighbours> look_around(const model::AdmissionRequest& request, NeighbourNeed need,
                                            std::span<const model::ImageWord> words,
                                            const std::string& state_folder);

}  // namespace doorman::app
