// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/container.h"
#include "model/guard_record.h"

namespace doorman::sink {

/// A rule that matched, and where. A view.
struct Alert {
  const model::AlertRecord& alert;
  std::uint64_t time = 0;                       ///< nanoseconds since 1970
  const model::Container* container = nullptr;  ///< null: on the host
  std::string_view hostname = {};
};

/// `2024-05-01T10:20:30.123456789Z`
std::string nanosecond_time(std::uint64_t since_1970);

/// One line as Falco writes it, `TIME: Priority output`, with what was done behind it where something was. Ends
/// with a line feed; printable, whatever the alert's texts hold.
std::string alert_text(const Alert& alert);

/// One line of JSON with Falco's names (rule, priority, time, output, output_fields, tags, source, hostname) and
/// ours: container, image, action, done. Ends with a line feed.
std::string alert_json(const Alert& alert);

}  // namespace doorman::sink
