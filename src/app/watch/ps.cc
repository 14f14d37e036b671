// SPDX-License-Identifier: Apache-2.0
#include "app/watch/ps.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/policy/tell.h"
#include "app/state.h"
#include "app/terminal.h"
#include "app/watch/event_feed.h"
#include "app/watch/event_filter.h"
#include "app/watch/history_reading.h"
#include "base/nanoseconds.h"
#include "base/text.h"
#include "derive/container_histories.h"
#include "sink/containers.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using model::ContainerHistory;
namespace options = cli::options;

class Ps {
 public:
  Ps(const cli::ParsedCommand& command, const cli::Environment& environment)
      : command_(command), environment_(environment) {}

  Result<std::string> run() {
    DOORMAN_CHECK(read());
    if (!command_.operands().empty()) return one(command_.operands().front());
    std::vector<const ContainerHistory*> shown = histories_;
    if (!command_.get(options::dead)) std::erase_if(shown, [](const auto* each) { return !each->is_there; });
    const bool programs = command_.get(options::processes);
    if (is_json()) return sink::containers_json(shown, as_of_, programs);
    return sink::containers_table(shown, as_of_, programs, layout());
  }

 private:
  base::Status read() {
    DOORMAN_TRY(const auto state, open_state(command_.get(options::state_dir), environment_));
    std::uint64_t since = 0;
    if (const auto wanted = command_.get(options::since)) {
      since = base::nanoseconds_since_1970(wanted->from(base::now()));
    }
    DOORMAN_TRY(LogEvents log, LogEvents::open(state.path(), since));
    while (const auto event = log.next()) {
      as_of_ = std::max(as_of_, event->is_opening ? 0 : event->time);
      const bool is_fact = event->record.kind == model::EventRecord::Kind::container;
      if (event->time >= since || is_fact) add_to_histories(kept_, *event);
    }
    log.tell_notes();
    histories_ = kept_.all(log.feed().stream());
    return {};
  }

  [[nodiscard]] Result<std::string> one(const std::string& named) const {
    std::vector<const ContainerHistory*> found;
    std::ranges::copy_if(histories_, std::back_inserter(found),
                         [&](const auto* each) { return is_named(each->container, named); });
    if (found.empty()) {
      return Error(ErrorCode::not_found,
                   fmt::format("the event log tells of no container `{}`", base::printable(named)));
    }
    if (is_json()) return sink::containers_json(found, as_of_, true);
    std::string pages;
    for (const ContainerHistory* each : found) {
      if (!pages.empty()) pages += '\n';
      pages += sink::container_page(*each, as_of_, layout());
    }
    return pages;
  }

  [[nodiscard]] bool is_json() const { return command_.get(options::policy_format) == cli::PolicyFormat::json; }

  [[nodiscard]] sink::Options layout() const {
    sink::Options layout;
    layout.width = static_cast<std::size_t>(command_.get(options::width).value_or(terminal_width(environment_)));
    layout.colour = use_colour(command_.get(options::color), environment_);
    layout.utf8 = is_utf8(environment_);
    layout.wide = command_.get(options::wide);
    return layout;
  }

  const cli::ParsedCommand& command_;
  const cli::Environment& environment_;
  derive::ContainerHistories kept_;
  std::vector<const ContainerHistory*> histories_;
  std::uint64_t as_of_ = 0;
};

}  // namespace

int ps(const cli::ParsedCommand& command, const cli::Environment& environment) {
  const auto told = Ps(command, environment).run();
  return told.ok() ? tell(*told) : tell_failure(told.error());
}

}  // namespace doorman::app
