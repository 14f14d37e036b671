// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "derive/address_names.h"
#include "derive/container_histories.h"
#include "derive/event_stream.h"
#include "derive/flow_map.h"
#include "derive/host_baseline.h"
#include "model/event_record.h"
#include "model/guard_record.h"
#include "policy/alerter.h"
#include "sink/alert.h"
#include "store/image_facts_folder.h"

namespace doorman::app {

/// What the watcher needs others for. Each may be empty: then nothing is done.
struct WatcherHooks {
  /// A control group appeared or is gone; asked before the record is taken in.
  std::function<void(const model::EventRecord&, const model::CgroupRecord&)> group;
  /// A rule matched that wants something done; gives what was done.
  std::function<model::Action(const policy::Rule&, const model::EventRecord&, const model::Process*)> act;
  /// A program was started in a container; null: nothing is known of the process.
  std::function<void(const model::EventRecord&, const model::Process*)> program;
  /// A program was started on the host: whether it is no package's, and why.
  std::function<std::optional<derive::HostBaseline::Answer>(const model::Process&)> host_program;
  /// A drift record that was only told: whether the program is the image's after all.
  std::function<bool(const model::EventRecord&, const model::DriftRecord&, const model::Process*)> is_image_program;
  /// A connection, with both of its ends; gives whether it is known.
  std::function<std::optional<bool>(const model::Flow&)> flow;
  /// A container listens on a port.
  std::function<void(std::uint64_t cgroup, std::uint8_t protocol, std::uint16_t port)> listen;
  /// A container's names or what is known of it have changed, or it is gone.
  std::function<void(std::uint64_t cgroup)> names;
  std::function<void(std::uint64_t cgroup, const model::Container*)> container;
  /// A record that belongs into the log, as it came or as the watcher made it.
  std::function<void(base::Bytes)> keep;
  /// Somebody wants to know.
  std::function<void(const sink::Alert&)> tell;
};

/// Takes records, one after another, whoever made them: keeps processes, containers, names and flows, asks the
/// rules, and tells. What lives and what is replayed go through it alike. Needs no rights of its own.
class Watcher {
 public:
  struct Settings {
    std::shared_ptr<const policy::Engine> rules;  ///< nullptr: none are asked
    std::uint64_t boot_time = 0;                  ///< nanoseconds since 1970
    std::string hostname;
    std::shared_ptr<store::KnownImages> images;  ///< what scans left; nullptr: nothing is known
    bool keeps_lives = false;                    ///< take_lives() is asked for
    WatcherHooks hooks;
  };

  explicit Watcher(Settings settings);
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// One or more records, back to back. What cannot be read is counted, and ends what is left of these bytes.
  void take(base::Bytes records);
  /// Records that tell what was so before; no rule is asked about them, and they are not kept.
  void take_opening(base::Bytes records);

  /// What the containers did since this was last called; nothing unless the settings ask for it.
  [[nodiscard]] std::unique_ptr<derive::ContainerHistories> take_lives();

  /// Other rules from now on.
  void set_rules(std::shared_ptr<const policy::Engine> rules);

  struct Counters {
    std::uint64_t records = 0, alerts = 0, held_back = 0, drift = 0, refused_flows = 0;
    std::uint64_t lost = 0;        ///< as LOST records tell
    std::uint64_t unreadable = 0;  ///< records
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const derive::EventStream& stream() const { return stream_; }
  [[nodiscard]] derive::FlowMap& flows() { return flows_; }
  [[nodiscard]] const derive::AddressNames& names() const { return names_; }

 private:
  base::Status take_one(bool is_opening);
  void ask_rules(const model::Facts& facts, const derive::EventStream::Seen& seen);
  void take_flow(const derive::EventStream::Seen& seen);
  void tell_host_program(const derive::EventStream::Seen& seen);
  void tell_flow(const model::Flow& flow, const derive::EventStream::Seen& seen);
  void take_drift(const derive::EventStream::Seen& seen);
  void take_container();
  void forget_container();
  void tell(const model::AlertRecord& alert, const derive::EventStream::Seen& seen);
  void add_to_lives(const derive::EventStream::Seen& seen, bool ends_container);
  [[nodiscard]] std::uint64_t time_of(const derive::EventStream::Seen& seen) const;
  bool is_first_drift(const model::DriftRecord& drift);

  WatcherHooks hooks_;
  Counters counters_;
  derive::AddressNames names_;
  derive::EventStream stream_;
  derive::FlowMap flows_;
  std::optional<policy::Alerter> alerter_;
  std::unique_ptr<derive::ContainerHistories> lives_;  ///< null: nobody asks
  std::string hostname_;
  model::EventRecord record_;                                    ///< that is being looked at
  base::Bytes record_bytes_;                                     ///< the same, as it came
  std::string made_;                                             ///< records of ours
  std::unordered_map<std::uint64_t, std::uint64_t> told_drift_;  ///< hash of who and what, when it was told
};

}  // namespace doorman::app
