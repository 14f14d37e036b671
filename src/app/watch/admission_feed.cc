// SPDX-License-Identifier: Apache-2.0
#include "app/watch/admission_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/policy/compile.h"
#include "base/log.h"

namespace doorman::app {

void AdmissionFeed::refresh() {
  const auto lines = reader_.read();
  if (!lines.ok()) {
    base::log(base::LogLevel::warning, lines.error().message());
    return;
  }
  for (const std::string& line : *lines) {
    auto told = parse_admission_line(line);
    if (told.ok()) waiting_.push_back(std::move(*told));
    else ++unreadable_;
  }
  std::ranges::stable_sort(waiting_, {}, &ToldAdmission::nanoseconds);
}

std::optional<ToldAdmission> AdmissionFeed::next(std::uint64_t until) {
  if (waiting_.empty() || waiting_.front().nanoseconds > until) return std::nullopt;
  std::optional<ToldAdmission> told(std::move(waiting_.front()));
  waiting_.pop_front();
  return told;
}

void AdmissionFeed::tell_notes() {
  for (const std::string& note : reader_.take_notes()) base::log(base::LogLevel::warning, note);
  if (const std::uint64_t count = std::exchange(unreadable_, 0); count != 0) {
    base::log(base::LogLevel::warning, fmt::format("the door's log: {} could not be read", counted(count, "line")));
  }
}

}  // namespace doorman::app
