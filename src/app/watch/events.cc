// SPDX-License-Identifier: Apache-2.0
#include "app/watch/events.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>

#include "app/guard/rules.h"
#include "app/guard/watcher.h"
#include "app/policy/compile.h"
#include "app/state.h"
#include "app/terminal.h"
#include "app/watch/admission_feed.h"
#include "app/watch/event_feed.h"
#include "app/watch/event_filter.h"
#include "app/watch/tell_event.h"
#include "base/log.h"
#include "base/nanoseconds.h"
#include "parse/event/write.h"
#include "sink/alert.h"
#include "source/recording.h"
#include "source/replay.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
namespace options = cli::options;

Status write_out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) return base::system_error("standard output");
  return {};
}

Status flush_out() { return std::fflush(stdout) == 0 ? Status() : Status(base::system_error("standard output")); }

// NOLINTNEXTLINE(*-avoid-non-const-global-variables): a signal handler knows nothing else
volatile std::sig_atomic_t stopped = 0;

class Events {
 public:
  Events(const cli::ParsedCommand& command, const cli::Environment& environment)
      : command_(command),
        environment_(environment),
        is_json_(command.get(options::policy_format) == cli::PolicyFormat::json) {}

  Status run() {
    const auto& words = command_.operands();
    if (!words.empty() && words[0] == "record") return record();
    if (!words.empty() && words[0] == "replay") return replay();
    if (words.size() > 1) return Error(ErrorCode::usage, "one FILTER; put it in quotes");
    return tell(words.empty() ? "" : words[0]);
  }

 private:
  Result<EventFilter> filter(const std::string& condition) const {
    EventFilter::Wanted wanted;
    wanted.condition = condition;
    wanted.kinds = command_.get(options::kind);
    wanted.container = command_.get(options::container).value_or("");
    const base::Time now = base::now();
    if (const auto since = command_.get(options::since))
      wanted.since = base::nanoseconds_since_1970(since->from(now));
    if (const auto until = command_.get(options::until))
      wanted.until = base::nanoseconds_since_1970(until->from(now));
    return EventFilter::make(std::move(wanted));
  }

  Result<LogEvents> open_log(const EventFilter& filter) const {
    DOORMAN_TRY(const auto state, open_state(command_.get(options::state_dir), environment_));
    return LogEvents::open(state.path(), filter.wanted().since, filter.needs_flows());
  }

  [[nodiscard]] sink::Options layout() const {
    sink::Options layout;
    layout.width = static_cast<std::size_t>(command_.get(options::width).value_or(terminal_width(environment_)));
    layout.colour = use_colour(command_.get(options::color), environment_);
    layout.utf8 = is_utf8(environment_);
    layout.wide = command_.get(options::wide);
    return layout;
  }

  Status tell(const std::string& condition) {
    DOORMAN_TRY(EventFilter filter, this->filter(condition));
    DOORMAN_TRY(LogEvents log, open_log(filter));
    DOORMAN_TRY(const auto state, open_state(command_.get(options::state_dir), environment_));
    AdmissionFeed door(state.path());
    sink::EventTable table(layout());
    const bool follows = command_.get(options::follow);
    if (follows) {
      std::signal(SIGINT, [](int) { stopped = 1; });
      std::signal(SIGTERM, [](int) { stopped = 1; });
    }
    while (stopped == 0) {
      door.refresh();
      while (const auto event = log.next()) {
        if (!filter.matches(*event)) continue;
        DOORMAN_CHECK(tell_door(door, event->time, filter, table));
        const model::SystemEvent facts = event->facts();
        const sink::ToldEvent told = told_event(*event, facts);
        DOORMAN_CHECK(write_out(is_json_ ? sink::event_json(told) : table.lines(told)));
        if (stopped != 0) break;
      }
      DOORMAN_CHECK(tell_door(door, UINT64_MAX, filter, table));
      DOORMAN_CHECK(flush_out());
      log.tell_notes();
      door.tell_notes();
      if (!follows || has_passed(filter.wanted().until)) break;
      log.wait(std::chrono::seconds(1));
    }
    return {};
  }

  /// What the door told until then.
  Status tell_door(AdmissionFeed& door, std::uint64_t until, EventFilter& filter, sink::EventTable& table) const {
    while (auto told = door.next(until)) {
      if (!filter.matches(*told)) continue;
      using Weight = sink::ToldEvent::Weight;
      const bool is_bad = told->decision == model::Decision::deny || told->broken_glass;
      const Weight weight = is_bad                                    ? Weight::bad
                            : told->decision == model::Decision::warn ? Weight::notable
                                                                      : Weight::plain;
      DOORMAN_CHECK(write_out(is_json_ ? told->line
                                       : table.lines(sink::ToldLine{told->nanoseconds, told->container,
                                                                    told->image_id, "door", told->what, weight})));
    }
    return {};
  }

  static bool has_passed(std::uint64_t moment) { return moment < base::nanoseconds_since_1970(base::now()); }

  /// What a filter lets through, with whatever it refers to: the opening before it, and what changes it.
  Status record() {
    const auto& words = command_.operands();
    if (words.size() < 2) return Error(ErrorCode::usage, "events record FILE [FILTER]");
    DOORMAN_TRY(EventFilter filter, this->filter(words.size() > 2 ? words[2] : ""));
    DOORMAN_TRY(LogEvents log, open_log(filter));
    std::optional<source::Recording> recording;
    std::uint64_t count = 0;
    while (const auto event = log.next()) {
      if (!recording) {
        DOORMAN_TRY(recording,
                    source::Recording::create(words[1], {log.origin().boot_time, log.origin().hostname}));
        boot_ = log.origin().boot;
      }
      if (log.origin().boot != boot_) {
        base::log(base::LogLevel::warning, "the machine was started anew: the rest is another recording (--since)");
        break;
      }
      const bool wanted = filter.matches(*event);
      // The first segment's opening says what was so; later ones repeat it.
      const bool is_fact = event->is_opening ? count == 0 && !was_told_ : refers(event->record);
      if (!event->is_opening) was_told_ = true;
      if (wanted) DOORMAN_CHECK(recording->append(event->bytes));
      else if (is_fact) DOORMAN_CHECK(recording->append(as_fact(event->record)));
      if (wanted) ++count;
    }
    log.tell_notes();
    if (!recording) return Error(ErrorCode::not_found, "the event log is empty");
    DOORMAN_CHECK(recording->flush());
    if (!command_.get(options::quiet))
      base::log(base::LogLevel::info, fmt::format("{} in {}", counted(count, "event"), words[1]));
    return {};
  }

  /// The record without being an event, so that no rule is asked about it when it is replayed.
  static std::string as_fact(model::EventRecord record) {
    record.type = model::EventType::none;
    std::string bytes;
    parse::event::append_record(bytes, record);
    return bytes;
  }

  /// What later events may refer to.
  static bool refers(const model::EventRecord& record) {
    using Kind = model::EventRecord::Kind;
    return record.tells_process() || record.kind == Kind::container || record.kind == Kind::cgroup ||
           record.kind == Kind::dns;
  }

  Status replay() {
    const auto& words = command_.operands();
    if (words.size() != 2) return Error(ErrorCode::usage, "events replay FILE [-r RULES]...");
    DOORMAN_TRY(source::Replay replay, source::Replay::open(words[1]));
    DOORMAN_TRY(const EventRules rules, open_event_rules(command_.get(options::rules)));
    Status written;
    Watcher::Settings settings;
    settings.rules = rules.engine;
    settings.boot_time = replay.head().boot_time;
    settings.hostname = replay.head().hostname;
    settings.hooks.tell = [&](const sink::Alert& alert) {
      if (written.ok()) written = write_out(is_json_ ? sink::alert_json(alert) : sink::alert_text(alert));
    };
    Watcher watcher(std::move(settings));
    while (true) {
      DOORMAN_TRY(const auto bytes, replay.next().in(words[1]));
      if (!bytes) break;
      watcher.take(*bytes);
      DOORMAN_CHECK(written);
    }
    DOORMAN_CHECK(flush_out());
    const auto& counters = watcher.counters();
    if (counters.unreadable != 0) {
      base::log(base::LogLevel::warning, fmt::format("{} records could not be read", counters.unreadable));
    }
    if (!command_.get(options::quiet)) {
      base::log(base::LogLevel::info,
                fmt::format("{}, {}", counted(counters.records, "record"), counted(counters.alerts, "alert")));
    }
    return {};
  }

  const cli::ParsedCommand& command_;
  const cli::Environment& environment_;
  bool is_json_;
  bool was_told_ = false;
  std::array<std::uint8_t, 16> boot_{};
};

}  // namespace

int events(const cli::ParsedCommand& command, const cli::Environment& environment) {
  const auto done = Events(command, environment).run();
  if (done.ok()) return 0;
  base::log(base::LogLevel::error, done.error().message());
  return 2;
}

}  // namespace doorman::app
