// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "action/drift/image_file.h"
#include "model/guard_record.h"

namespace doorman::action {

/// What is known of a file that somebody waits to execute.
struct ExecFacts {
  model::DriftMode mode = model::DriftMode::off;  ///< of who executes; off: not in a container
  bool engine = false;  ///< who executes is the engine still, in the host's mount namespace
  std::optional<model::DriftRecord::Reason> reason = {};  ///< why the file is not the image's, as the kernel says
  bool approved = false;                                  ///< in this state
  bool script = false;                                    ///< begins with #!
  std::chrono::nanoseconds age{};                         ///< since its content or permissions changed
  std::optional<Content> content = {};                    ///< not yet compared
};

/// What to do next.
struct ExecDecision {
  enum class Step : std::uint8_t {
    allow,
    refuse,   ///< with EPERM
    kill,     ///< refuse, and SIGKILL for who executes
    wait,     ///< a file's times are as fine as a tick: look again when it is settled
    compare,  ///< tell what `content` is, and ask again
  };
  Step step = Step::allow;
  /// Nobody needs to ask for the file again until it is written to. Never of what is in an upper layer: a change of
  /// permissions would not be seen, and makes it another state.
  bool ignore = false;
  bool approve = false;                                   ///< it is the image's file, re-permissioned
  std::optional<model::DriftRecord::Reason> reason = {};  ///< to tell, of what is refused

  bool operator==(const ExecDecision&) const = default;
};

/// So long a change may hide behind the same time: two ticks of a kernel with 100 of them a second.
constexpr std::chrono::milliseconds settling{20};

ExecDecision decide(const ExecFacts& facts);

}  // namespace doorman::action
