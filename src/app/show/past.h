// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/image_past.h"
#include "store/history.h"

namespace doorman::app {

// What these verbs ask the history. One that is not there tells nothing; what cannot be read is told on standard
// error, and is no reason not to tell the rest.

std::optional<store::HistoryReader> open_history(const std::string& state_folder);
std::optional<model::ImagePast> past_of(std::optional<store::HistoryReader>& history, const std::string& image);
std::map<std::string, std::uint64_t, std::less<>> last_used(std::optional<store::HistoryReader>& history);
/// Each with the digest of its image, those that were there last first.
std::vector<std::pair<std::string, model::PastContainer>> past_containers(
    std::optional<store::HistoryReader>& history);

}  // namespace doorman::app
