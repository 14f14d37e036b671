// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/flow.h"
#include "model/guard_record.h"

namespace doorman::model {

/// What a policy says of containers by their image. Of several words that fit an image the first that says a thing
/// counts.
struct ImageWord {
  std::vector<std::string> images;     ///< patterns of repositories, with * and ? as in the shell
  std::optional<std::uint32_t> trust;  ///< how far they are trusted, 0 to 100
  std::optional<DriftMode> drift;
  std::optional<FlowMode> flows;
};

/// 0 to 100, or `low` (25), `medium` (50), `high` (75), `full` (100); nothing for anything else.
std::optional<std::uint32_t> parse_trust(std::string_view text);
std::optional<DriftMode> parse_drift_mode(std::string_view text);

}  // namespace doorman::model
