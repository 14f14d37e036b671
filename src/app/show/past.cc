// SPDX-License-Identifier: Apache-2.0
#include "app/show/past.h"

#include "base/log.h"
#include "base/result.h"

namespace doorman::app {
namespace {

constexpr std::size_t most_containers = 1U << 16U;

template <typename T>
T or_told(base::Result<T> result) {
  if (result.ok()) return *std::move(result);
  base::log(base::LogLevel::warning, result.error().message());
  return T();
}

}  // namespace

std::optional<store::HistoryReader> open_history(const std::string& state_folder) {
  return or_told(store::HistoryReader::open(state_folder));
}

std::optional<model::ImagePast> past_of(std::optional<store::HistoryReader>& history, const std::string& image) {
  return history ? or_told(history->find(image)) : std::nullopt;
}

std::map<std::string, std::uint64_t, std::less<>> last_used(std::optional<store::HistoryReader>& history) {
  if (!history) return {};
  return or_told(history->last_used());
}

std::vector<std::pair<std::string, model::PastContainer>> past_containers(
    std::optional<store::HistoryReader>& history) {
  if (!history) return {};
  return or_told(history->containers(most_containers));
}

}  // namespace doorman::app
