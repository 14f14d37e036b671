// SPDX-License-Identifier: Apache-2.0
#include "model/image_word.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace doorman::model {

std::optional<std::uint32_t> parse_trust(std::string_view text) {
  constexpr std::uint32_t most = 100;
  constexpr auto words = std::to_array<std::pair<std::string_view, std::uint32_t>>(
      {{"low", 25}, {"medium", 50}, {"high", 75}, {"full", most}});
  for (const auto& [word, trust] : words) {
    if (text == word) return trust;
  }
  const auto number = base::to_number(text);
  if (!number || *number > most) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

std::optional<DriftMode> parse_drift_mode(std::string_view text) {
  const auto found = std::ranges::find(drift_mode_names, text);
  if (found == drift_mode_names.end()) return std::nullopt;
  return static_cast<DriftMode>(found - drift_mode_names.begin());
}

}  // namespace doorman::model
