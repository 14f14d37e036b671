// SPDX-License-Identifier: Apache-2.0
#include "sink/age.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "base/text.h"
#include "sink/terminal.h"

namespace doorman::sink {

std::string age_text(std::optional<base::Time> since, base::Time now) {
  using std::chrono::days, std::chrono::hours, std::chrono::minutes;
  if (!since) return "-";
  const auto age = std::max(now - *since, base::Time::duration::zero());
  if (age < hours(2)) return fmt::format("{}m", std::chrono::duration_cast<minutes>(age).count());
  if (age < days(2)) return fmt::format("{}h", std::chrono::duration_cast<hours>(age).count());
  if (age < days(730)) return fmt::format("{}d", std::chrono::duration_cast<days>(age).count());
  return fmt::format("{}y", std::chrono::duration_cast<days>(age).count() / 365);
}

std::string flaws_text(const model::FlawCounts& counts) {
  std::vector<std::string> parts;
  for (const auto& [count, word] :
       {std::pair(counts.critical, "critical"), std::pair(counts.high, "high"), std::pair(counts.medium, "medium"),
        std::pair(counts.low, "low"), std::pair(counts.other, "other")}) {
    if (count != 0) parts.push_back(fmt::format("{} {}", grouped(count), word));
  }
  if (parts.empty()) return "none";
  std::string text = base::join(parts, ", ");
  if (counts.exploited != 0) text += fmt::format(" ({} exploited)", grouped(counts.exploited));
  return text;
}

std::string flaws_brief(const model::FlawCounts& counts) {
  std::vector<std::string> parts;
  for (const auto& [count, letter] : {std::pair(counts.critical, 'C'), std::pair(counts.high, 'H'),
                                      std::pair(counts.medium, 'M'), std::pair(counts.low, 'L')}) {
    if (count != 0) parts.push_back(fmt::format("{}{}", count, letter));
  }
  if (parts.empty()) return counts.other == 0 ? "0" : fmt::format("{}?", counts.other);
  return base::join(parts, " ");
}

}  // namespace doorman::sink
