// SPDX-License-Identifier: Apache-2.0
#include "app/watch/event_feed.h"

#include <fmt/format.h>

#include <utility>

#include "app/watch/log_opening.h"
#include "base/log.h"
#include "parse/event/guard.h"
#include "parse/event/record.h"
#include "parse/wire/dns.h"

namespace doorman::app {

using model::EventRecord;

EventFeed::EventFeed(bool with_flows, std::shared_ptr<store::KnownImages> images)
    : with_flows_(with_flows), images_(std::move(images)) {
  begin({});
}

void EventFeed::begin(const store::LogOrigin& origin) {
  if (origin.boot != origin_.boot || !names_) {
    flows_.reset();  // it looks at the names
    stream_.reset();
    names_.emplace();
  }
  origin_ = origin;
  stream_.emplace(derive::EventStream::Settings{.decoders = record_decoders(images_),
                                                .boot_time = origin.boot_time,
                                                .hostname = origin.hostname,
                                                .address_names = &*names_});
  if (with_flows_) flows_.emplace(*names_);
}

void EventFeed::learn_names() {
  const auto answer = parse::wire::parse_dns_answer(parse::event::dns_answer(record_));
  if (answer.ok()) names_->learn(record_.cgroup, *answer, record_.time);
}

std::optional<ReadEvent> EventFeed::take(base::Bytes record, bool is_opening) {
  flow_.reset();
  const auto decoded = parse::event::decode(record, record_);
  const bool ends_container = decoded.ok() && record_.gone && stream_->is_container(record_.cgroup);
  auto seen =
      decoded.ok() ? stream_->take(record_, is_opening) : base::Result<derive::EventStream::Seen>(decoded.error());
  if (!seen.ok()) {
    ++unreadable_;
    return std::nullopt;
  }
  if (record_.kind == EventRecord::Kind::dns) learn_names();
  if (flows_ && record_.kind == EventRecord::Kind::container) {
    if (!record_.gone && seen->container != nullptr) flows_->set_container(record_.cgroup, *seen->container);
  }
  if (flows_ && ends_container) flows_->remove_container(record_.cgroup);
  if (flows_ && record_.kind == EventRecord::Kind::flow) {
    const auto told = parse::event::decode_flow(record_);
    const std::string_view who = seen->process == nullptr ? std::string_view() : seen->process->program->comm;
    if (told.ok()) flow_ = flows_->apply(record_, *told, who);
  }
  const std::uint64_t time = record_.time == 0 ? 0 : origin_.boot_time + record_.time;
  return ReadEvent{record_, *seen, time, is_opening, ends_container, flow_ ? &*flow_ : nullptr, record};
}

base::Result<LogEvents> LogEvents::open(const std::string& state_folder, std::uint64_t since, bool with_flows) {
  DOORMAN_TRY(auto reader, store::EventLogReader::open(state_folder, since));
  auto images = std::make_shared<store::KnownImages>(state_folder);
  return LogEvents(std::move(reader), std::make_unique<EventFeed>(with_flows, std::move(images)));
}

std::optional<ReadEvent> LogEvents::next() {
  while (const auto entry = reader_.next()) {
    if (entry->first_of_segment) {
      origin_ = entry->segment->origin;
      feed_->begin(origin_);
    }
    if (auto event = feed_->take(entry->record, entry->is_opening)) return event;
  }
  return std::nullopt;
}

void LogEvents::tell_notes() {
  for (const std::string& note : reader_.take_notes()) base::log(base::LogLevel::warning, "event log: " + note);
  if (const std::uint64_t more = reader_.more_notes() - std::exchange(told_more_, reader_.more_notes());
      more != 0) {
    base::log(base::LogLevel::warning, fmt::format("event log: and {} more damaged places", more));
  }
  const std::uint64_t unreadable = feed_->unreadable();
  if (const std::uint64_t more = unreadable - std::exchange(told_unreadable_, unreadable); more != 0) {
    base::log(base::LogLevel::warning, fmt::format("event log: {} records could not be read", more));
  }
}

}  // namespace doorman::app
