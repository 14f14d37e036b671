// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/system_event.h"
#include "sink/options.h"
#include "sink/table_page.h"

namespace doorman::sink {

/// One event of the log, ready to be told. A view of the event; nothing in it is escaped yet.
struct ToldEvent {
  enum class Weight : std::uint8_t { quiet, plain, notable, bad };
  struct Detail {
    std::string_view name;
    std::variant<std::string, std::int64_t, std::uint64_t> value;
  };

  const model::SystemEvent& event;
  std::uint64_t time = 0;  ///< nanoseconds since 1970
  std::string what;        ///< in one line for people
  Weight weight = Weight::plain;
  std::vector<Detail> details;  ///< what the field catalogue has no name for: drift.reason, alert.rule …
};

/// Something that is no record of the event log, to stand among those. Nothing in it is escaped yet.
struct ToldLine {
  std::uint64_t time = 0;  ///< nanoseconds since 1970
  std::string container;   ///< its name; empty: the host
  std::string image;       ///< digest, or empty
  std::string who, what;   ///< as the columns of events: the process, and what it did
  ToldEvent::Weight weight = ToldEvent::Weight::plain;
};

/// Events for a terminal, one a line as they come: time, container with the beginning of its image's digest,
/// process, what happened. The day is told where it changes. Lines are cut at the width, unless Options::wide; what
/// is notable goes on in another line instead.
class EventTable {
 public:
  explicit EventTable(const Options& options) : options_(options) {}
  std::string lines(const ToldEvent& told);
  std::string lines(const ToldLine& told);

 private:
  Options options_;
  std::string day_;
};

/// One line of JSON: time, kind, the fields of the catalogue that have a value, the details (docs/events.md). Texts
/// are printable: what a terminal might obey is \xNN in them. Ends with a line feed.
std::string event_json(const ToldEvent& told);

}  // namespace doorman::sink
