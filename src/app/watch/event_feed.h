// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "derive/address_names.h"
#include "derive/event_stream.h"
#include "derive/flow_map.h"
#include "model/event_record.h"
#include "model/flow.h"
#include "store/event_log_reader.h"
#include "store/image_facts_folder.h"

namespace doorman::app {

/// A record that is read back, with what was known around it. A view, until the next one is read.
struct ReadEvent {
  const model::EventRecord& record;
  derive::EventStream::Seen seen;
  std::uint64_t time = 0;             ///< nanoseconds since 1970; 0: of facts that hold at any time
  bool is_opening = false;            ///< tells what was so already
  bool ends_container = false;        ///< its control group is gone, whichever record says so
  const model::Flow* flow = nullptr;  ///< of a flow record between two known ends, where flows are wanted
  base::Bytes bytes;                  ///< the record as it stands there

  [[nodiscard]] model::SystemEvent facts() const { return derive::EventStream::event(record, seen); }
};

/// Takes records that were kept, one after another, and remembers what later ones refer to.
class EventFeed {
 public:
  explicit EventFeed(bool with_flows = false, std::shared_ptr<store::KnownImages> images = nullptr);
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  /// Records of that origin follow. Processes and containers are forgotten, as an opening tells them anew; names
  /// are, when it is another boot.
  void begin(const store::LogOrigin& origin);
  /// Nothing when the record cannot be read, which is counted.
  std::optional<ReadEvent> take(base::Bytes record, bool is_opening);

  [[nodiscard]] std::uint64_t unreadable() const { return unreadable_; }
  [[nodiscard]] const derive::EventStream& stream() const { return *stream_; }

 private:
  void learn_names();

  bool with_flows_;
  std::shared_ptr<store::KnownImages> images_;
  store::LogOrigin origin_;
  std::optional<derive::AddressNames> names_;
  std::optional<derive::EventStream> stream_;
  std::optional<derive::FlowMap> flows_;
  std::optional<model::Flow> flow_;
  model::EventRecord record_;
  std::uint64_t unreadable_ = 0;
};

/// The log of a state folder, read through a feed. What is wrong with it is told on standard error.
class LogEvents {
 public:
  /// From `since` on (nanoseconds since 1970; 0: all), and what was so before.
  static base::Result<LogEvents> open(const std::string& state_folder, std::uint64_t since,
                                      bool with_flows = false);

  /// Nothing at the end of what is there now.
  std::optional<ReadEvent> next();
  void wait(std::chrono::milliseconds longest) { reader_.wait(longest); }
  [[nodiscard]] const store::LogOrigin& origin() const { return origin_; }
  [[nodiscard]] const EventFeed& feed() const { return *feed_; }
  /// Says on standard error what was skipped, once.
  void tell_notes();

 private:
  LogEvents(store::EventLogReader reader, std::unique_ptr<EventFeed> feed)
      : reader_(std::move(reader)), feed_(std::move(feed)) {}

  store::EventLogReader reader_;
  std::unique_ptr<EventFeed> feed_;  // does not move
  store::LogOrigin origin_;
  std::uint64_t told_unreadable_ = 0, told_more_ = 0;
};

}  // namespace doorman::app
