// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "model/container.h"
#include "model/image_word.h"

namespace doorman::derive {

/// How far the container is trusted: its pod's label `doorman.trust`; else its own, or the first word that says so,
/// and of both the lower one, as images bring labels too; else nothing is known. A label that is neither a number
/// nor a word is none.
std::optional<std::uint32_t> trust_of(const model::Container& container, std::span<const model::ImageWord> words);

/// The modes that a policy gives to the container's image.
std::optional<model::DriftMode> drift_mode_of(const model::Container& container,
                                              std::span<const model::ImageWord> words);
std::optional<model::FlowMode> flow_mode_of(const model::Container& container,
                                            std::span<const model::ImageWord> words);

}  // namespace doorman::derive
