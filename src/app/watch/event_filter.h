// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/cli/values.h"
#include "app/runtime/told_admission.h"
#include "app/watch/event_feed.h"
#include "base/result.h"
#include "policy/engine/engine.h"

namespace doorman::app {

/// Which events are told.
class EventFilter {
 public:
  struct Wanted {
    std::string condition;                        ///< of the policy language; empty: any
    std::optional<cli::KindFilter> kinds;         ///< none: all but `change` and `cgroup`, which are for programs
    std::string container;                        ///< name, or the beginning of its id; empty: any
    std::uint64_t since = 0, until = UINT64_MAX;  ///< nanoseconds since 1970
  };

  /// A condition may be of the sources `syscall`, `flow` and `admission`; it is a `usage` error when it can be of
  /// none.
  static base::Result<EventFilter> make(Wanted wanted);

  bool matches(const ReadEvent& event);
  bool matches(const ToldAdmission& told);
  /// Whether flows must be put together for it.
  [[nodiscard]] bool needs_flows() const { return of_flows_.has_value(); }
  [[nodiscard]] const Wanted& wanted() const { return wanted_; }

 private:
  explicit EventFilter(Wanted wanted) : wanted_(std::move(wanted)) {}
  [[nodiscard]] bool is_wanted_kind(const ReadEvent& event) const;

  Wanted wanted_;
  std::optional<policy::Evaluator> of_calls_, of_flows_, of_admissions_;  ///< none at all: no condition
};

/// Whether somebody who says `named` means the container: by its name, or by the beginning of its id.
bool is_named(const model::Container& container, std::string_view named);

}  // namespace doorman::app
