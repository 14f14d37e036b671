// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace doorman::base {

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other (optimal string
/// alignment). Only the first 64 bytes of each count, so that the cost is bounded whatever was typed.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// Whether that is at most `limit`. Words whose lengths tell are not compared.
bool is_near(std::string_view a, std::string_view b, std::size_t limit);

/// The candidate that was probably meant: the nearest, if it is near enough to be a slip of the fingers.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

/// `; did you mean WORD?` with `prefix` before the word, or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates,
                         std::string_view prefix = "");

}  // namespace doorman::base
