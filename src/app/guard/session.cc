// SPDX-License-Identifier: Apache-2.0
#include "app/guard/session.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <future>
#include <optional>
#include <utility>

#include "action/kill.h"
#include "app/guard/drift_keeper.h"
#include "app/guard/flow_keeper.h"
#include "app/guard/groups.h"
#include "app/guard/host_programs.h"
#include "app/guard/mapped_files.h"
#include "app/guard/rules.h"
#include "app/guard/signals.h"
#include "app/guard/watcher.h"
#include "app/watch/log_opening.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/nanoseconds.h"
#include "kern/pins.h"
#include "parse/event/guard.h"
#include "parse/event/write.h"
#include "source/host_addresses.h"
#include "source/kernel/kernel_source.h"
#include "source/kernel/merge.h"
#include "store/event_log.h"
#include "store/log_origin.h"

namespace doorman::app {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using base::warn_of;
using model::EventRecord;
using source::container::Finding;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds longest_wait{50}, short_wait{5};

kern::DriftMode kern_mode(model::DriftMode mode) { return static_cast<kern::DriftMode>(mode); }
kern::FlowMode kern_mode(model::FlowMode mode) { return static_cast<kern::FlowMode>(mode); }

/// Whether it is time again.
class Every {
 public:
  enum class First : std::uint8_t { after_a_pause, at_once };
  explicit Every(std::chrono::milliseconds pause, First first = First::after_a_pause) : pause_(pause) {
    if (first == First::after_a_pause) last_ = Clock::now();
  }
  bool is_due(Clock::time_point now) {
    if (last_ && now - *last_ < pause_) return false;
    last_ = now;
    return true;
  }

 private:
  std::chrono::milliseconds pause_;
  std::optional<Clock::time_point> last_;
};

}  // namespace

class Session::Work {
 public:
  explicit Work(GuardSettings settings) : settings_(std::move(settings)) {}

  Status start();
  Status run();

 private:
  void make_watcher(const store::LogOrigin& origin);
  Status open_log(const store::LogOrigin& origin);
  void load_flow_programs();
  Status start_kernel();
  Status start_flows(const std::string& groups);

  void found(std::uint64_t cgroup, const Finding& finding, bool own);
  void no_container(std::uint64_t cgroup);
  void program_started(const EventRecord& record, const model::Process* process);
  void tell_mapped(const Look& look, std::string_view path);
  [[nodiscard]] model::FlowMode strictest_flows() const { return strictest(settings_.flows, rules_.engine.get()); }
  void tell_container(std::uint64_t cgroup, const Finding& finding);
  void tell_scanned();
  void keep(base::Bytes record);
  void tell(const sink::Alert& alert);
  model::Action quarantine(std::uint64_t cgroup);
  model::Action act(const policy::Rule& rule, const EventRecord& record, const model::Process* process);

  Status step();
  void flush();
  void reload();
  void remember(Clock::time_point now);
  void stop();

  GuardSettings settings_;
  EventRules rules_;
  std::optional<Signals> signals_;
  std::optional<kern::Pins> pins_;
  base::Fd lock_;  ///< of the machine's one guard
  std::future<Result<kern::FlowPrograms>> flow_programs_;
  std::unique_ptr<store::EventLog> log_;
  std::optional<DriftKeeper> drift_;
  std::unique_ptr<source::kernel::KernelSource> kernel_;
  std::unique_ptr<FlowKeeper> flows_;
  std::optional<Groups> groups_;
  std::optional<HostPrograms> host_;
  std::unique_ptr<Watcher> watcher_;
  std::optional<MappedFiles> mapped_;
  std::string batch_, flow_batch_, merged_;
  bool flush_now_ = false;
  std::shared_ptr<store::KnownImages> images_;
  Every flush_{std::chrono::milliseconds(100)}, look_for_scans_{std::chrono::seconds(1)},
      remember_{std::chrono::seconds(5)}, look_at_host_{std::chrono::minutes(1)},
      tell_still_there_{std::chrono::minutes(10), Every::First::at_once};
};

Status Session::Work::start() {
  if (::geteuid() != 0) return Error(ErrorCode::denied, "the guard needs root");
  DOORMAN_TRY(rules_, open_event_rules(settings_.rules));
  DOORMAN_TRY(signals_, Signals::open());
  DOORMAN_TRY(const auto origin, store::read_log_origin());
  // The log first: nothing of another guard's is touched.
  make_watcher(origin);
  DOORMAN_CHECK(open_log(origin));
  DOORMAN_TRY(pins_, kern::Pins::open());
  DOORMAN_TRY(lock_, pins_->lock());
  DOORMAN_TRY(auto drift,
              DriftKeeper::start(*pins_, settings_.drift, rules_.engine));  // forks: no thread before it
  drift_.emplace(std::move(drift));
  load_flow_programs();
  DOORMAN_CHECK(start_kernel());
  DOORMAN_TRY(auto folders, source::container::EngineFolders::of_this_host());
  DOORMAN_CHECK(start_flows(folders.groups));
  groups_.emplace(
      source::container::ContainerFinder(std::move(folders)),
      Groups::Hooks{.found = [this](auto cgroup, const auto& finding, bool own) { found(cgroup, finding, own); },
                    .none = [this](auto cgroup) { no_container(cgroup); },
                    .problem = [](const auto& text) { base::log(base::LogLevel::warning, text); }});
  std::string seed;
  DOORMAN_CHECK(kernel_->read_seed(seed));
  watcher_->take_opening(seed);
  watcher_->flows().set_host_addresses(source::host_addresses());
  DOORMAN_CHECK(groups_->find_running());
  if (flows_) DOORMAN_CHECK(flows_->forget_earlier());
  host_.emplace();
  mapped_.emplace(watcher_->stream().processes(),
                  [this](const Look& look, std::string_view path) { tell_mapped(look, path); });
  return log_->rotate();  // a segment that begins with all of this
}

void Session::Work::make_watcher(const store::LogOrigin& origin) {
  Watcher::Settings settings;
  settings.rules = rules_.engine;
  settings.boot_time = origin.boot_time;
  settings.hostname = origin.hostname;
  settings.keeps_lives = static_cast<bool>(settings_.remember);
  images_ = settings.images = std::make_shared<store::KnownImages>(settings_.state_folder);
  settings.hooks.group = [this](const EventRecord& record, const model::CgroupRecord& group) {
    if (groups_) groups_->take(record, group);
  };
  settings.hooks.program = [this](const EventRecord& record, const model::Process* process) {
    program_started(record, process);
  };
  if (settings_.drift != model::DriftMode::off) {
    settings.hooks.host_program = [this](const model::Process& process) {
      return host_ ? host_->judge(process) : std::nullopt;
    };
  }
  settings.hooks.is_image_program = [this](const EventRecord& record, const model::DriftRecord& drift,
                                           const model::Process* process) {
    return drift_->is_image_program(record, drift, process);
  };
  settings.hooks.flow = [this](const model::Flow& flow) { return flows_ ? flows_->note(flow) : std::nullopt; };
  settings.hooks.listen = [this](std::uint64_t cgroup, std::uint8_t protocol, std::uint16_t port) {
    if (flows_) flows_->note_listen(cgroup, protocol, port);
  };
  settings.hooks.names = [this](std::uint64_t cgroup) {
    if (flows_) flows_->names_changed(cgroup);
  };
  settings.hooks.container = [this](std::uint64_t cgroup, const model::Container* container) {
    if (!flows_) return;
    if (container == nullptr) flows_->remove_container(cgroup);
    else warn_of(flows_->set_container(cgroup, *container));
  };
  settings.hooks.act = [this](const policy::Rule& rule, const EventRecord& record, const model::Process* process) {
    return act(rule, record, process);
  };
  settings.hooks.keep = [this](base::Bytes record) { keep(record); };
  settings.hooks.tell = [this](const sink::Alert& alert) { tell(alert); };
  watcher_ = std::make_unique<Watcher>(std::move(settings));
}

Status Session::Work::open_log(const store::LogOrigin& origin) {
  store::EventLog::Settings settings;
  settings.origin = origin;
  settings.opening = [this](std::string& records) { append_opening(records, watcher_->stream()); };
  DOORMAN_TRY(log_, store::EventLog::open(settings_.state_folder, std::move(settings)));
  for (const std::string& note : log_->take_notes()) base::log(base::LogLevel::warning, note);
  return {};
}

Status Session::Work::start_kernel() {
  source::kernel::KernelOptions options;
  options.settings.drift = kern_mode(settings_.drift);
  options.settings.flows = kern_mode(settings_.flows);
  options.pinned = drift_->enforces() || strictest_flows() == model::FlowMode::protect;
  DOORMAN_TRY(kernel_, source::kernel::KernelSource::start(*pins_, options));
  return kernel_->want(rules_.needs);
}

/// Beside the rest of the kernel's side: the verifier takes as long for them as for all others together.
void Session::Work::load_flow_programs() {
  if (strictest_flows() == model::FlowMode::off) return;
  flow_programs_ = std::async(std::launch::async, [this] { return kern::FlowPrograms::load(*pins_); });
}

Status Session::Work::start_flows(const std::string& groups) {
  if (!flow_programs_.valid()) return {};
  DOORMAN_TRY(auto programs, flow_programs_.get());
  DOORMAN_TRY(flows_, FlowKeeper::start(*pins_, std::move(programs),
                                        {.mode = settings_.flows,
                                         .pinned = strictest_flows() == model::FlowMode::protect,
                                         .groups = groups,
                                         .state_folder = settings_.state_folder}));
  flows_->set_sources(watcher_->flows(), watcher_->names());
  flows_->set_rules(rules_.engine);
  return {};
}

void Session::Work::found(std::uint64_t cgroup, const Finding& finding, bool own) {
  const bool is_new = watcher_->stream().processes().container(cgroup) == nullptr;
  auto known = kernel_->maps().find(cgroup);
  kern::WatchedGroup group;
  if (known.ok() && known->has_value()) {
    group = **known;
  } else {
    group.root = cgroup;
    group.made = base::read_clock(CLOCK_BOOTTIME);
    group.drift = kern_mode(settings_.drift);
    group.flows = kern_mode(settings_.flows);
  }
  if (finding.state == Finding::State::container) group.drift = kern_mode(drift_->mode_of(finding.container));
  group.confirmed = finding.state == Finding::State::container;
  warn_of(kernel_->maps().put(cgroup, group));
  if (!own) return;
  if (is_new) drift_->add_container(cgroup);
  tell_container(cgroup, finding);
}

void Session::Work::program_started(const EventRecord& record, const model::Process* process) {
  drift_->program_started(record.cgroup, record.pid);
  if (process != nullptr) drift_->look_at_script(*process);
  if (mapped_) mapped_->started({record.cgroup, {.start = record.start, .pid = record.pid}});
}

void Session::Work::tell_mapped(const Look& look, std::string_view path) {
  EventRecord mapped;
  mapped.cgroup = look.cgroup;
  mapped.pid = mapped.tid = look.process.pid;
  mapped.start = look.process.start;
  mapped.time = base::read_clock(CLOCK_BOOTTIME);
  std::string record;
  parse::event::append_mapped(record, mapped, path);
  watcher_->take(record);
}

void Session::Work::tell_container(std::uint64_t cgroup, const Finding& finding) {
  model::Container container = finding.container;
  if (container.ip.empty() && !finding.addresses.empty()) container.ip = base::to_text(finding.addresses.front());
  std::string record;
  parse::event::append_container(record, cgroup, container, base::read_clock(CLOCK_BOOTTIME));
  watcher_->take(record);
}

/// A scan has come meanwhile: who told again of a container looks for what is known of its image.
void Session::Work::tell_scanned() {
  std::string records;
  const std::uint64_t now = base::read_clock(CLOCK_BOOTTIME);
  watcher_->stream().each_container([&](std::uint64_t cgroup, std::uint64_t, const model::Container& container) {
    if (!container.image_id.empty()) parse::event::append_container(records, cgroup, container, now);
  });
  watcher_->take(records);
}

void Session::Work::no_container(std::uint64_t cgroup) {
  // By its name alone the kernel side may have taken it for one.
  (void)kernel_->maps().remove(cgroup);
}

void Session::Work::keep(base::Bytes record) { log_->append(record); }

void Session::Work::tell(const sink::Alert& alert) {
  const std::string line =
      settings_.format == cli::AlertFormat::json ? sink::alert_json(alert) : sink::alert_text(alert);
  (void)std::fwrite(line.data(), 1, line.size(), stdout);
  flush_now_ = true;
}

model::Action Session::Work::act(const policy::Rule& rule, const EventRecord& record,
                                 const model::Process* process) {
  switch (rule.action) {
    case model::Action::alert:
    case model::Action::deny:  // what is told has happened already
      return model::Action::alert;
    case model::Action::quarantine:
      return quarantine(record.cgroup);
    case model::Action::kill:
      if (process == nullptr || !action::kill_process(record.pid, record.start).ok()) return model::Action::alert;
      return model::Action::kill;
  }
  return model::Action::alert;
}

/// Of a container; the host goes on.
model::Action Session::Work::quarantine(std::uint64_t cgroup) {
  if (!flows_ || watcher_->stream().processes().container(cgroup) == nullptr) return model::Action::alert;
  if (const Status cut = flows_->cut_off(cgroup); !cut.ok()) {
    warn_of(cut);
    return model::Action::alert;
  }
  return model::Action::quarantine;
}

Status Session::Work::step() {
  const auto timeout = groups_->is_waiting() ? short_wait : longest_wait;
  DOORMAN_CHECK(kernel_->wait(timeout));
  batch_.clear();
  flow_batch_.clear();
  merged_.clear();
  DOORMAN_CHECK(kernel_->read(batch_));
  if (flows_) flows_->read(flow_batch_);
  const std::array<base::Bytes, 2> batches{batch_, flow_batch_};
  DOORMAN_CHECK(source::kernel::merge(batches, merged_));
  watcher_->take(merged_);
  groups_->tick();
  if (host_->is_reading()) host_->tick();
  if (flows_) flows_->tick();
  mapped_->tick();
  const auto now = Clock::now();
  if (flush_.is_due(now) || flush_now_) flush();
  if (look_for_scans_.is_due(now) && images_->look_again()) tell_scanned();
  if (settings_.remember && remember_.is_due(now)) remember(now);
  if (look_at_host_.is_due(now)) {
    drift_->tick();
    watcher_->flows().set_host_addresses(source::host_addresses());
    host_->tick();
  }
  return {};
}

void Session::Work::flush() {
  if (const Status flushed = log_->flush(); !flushed.ok())
    base::log(base::LogLevel::error, flushed.error().message());
  (void)std::fflush(stdout);
  flush_now_ = false;
}

/// A container that does nothing is told as there once in a while.
void Session::Work::remember(Clock::time_point now) {
  auto lives = watcher_->take_lives();
  if (tell_still_there_.is_due(now)) {
    const derive::EventStream& stream = watcher_->stream();
    const std::uint64_t time = stream.context().boot_time + base::read_clock(CLOCK_BOOTTIME);
    stream.each_container([&](std::uint64_t, std::uint64_t, const model::Container& container) {
      lives->add_known({nullptr, &container, &stream.context()}, time);
    });
  }
  settings_.remember(std::move(lives));
}

void Session::Work::reload() {
  auto rules = open_event_rules(settings_.rules);
  if (!rules.ok()) {
    base::log(base::LogLevel::error, rules.error().message() + "; the rules stay as they were");
    return;
  }
  rules_ = *std::move(rules);
  watcher_->set_rules(rules_.engine);
  warn_of(drift_->set_rules(rules_.engine, watcher_->stream()));
  if (flows_) flows_->set_rules(rules_.engine);
  if (const Status wanted = kernel_->want(rules_.needs); !wanted.ok())
    base::log(base::LogLevel::error, wanted.error().message());
}

Status Session::Work::run() {
  if (!settings_.quiet) base::log(base::LogLevel::info, "guarding");
  while (true) {
    const int signal = signals_->next();
    if (signal == SIGINT || signal == SIGTERM) break;
    if (signal == SIGHUP) reload();
    DOORMAN_CHECK(step());
  }
  stop();
  if (settings_.remember) remember(Clock::now());
  return log_->flush();
}

void Session::Work::stop() {
  warn_of(drift_->stop());
  if (flows_) {
    batch_.clear();
    flows_->read(batch_, true);
    watcher_->take(batch_);
    warn_of(flows_->stop());
  }
  flows_.reset();
  kernel_.reset();
  warn_of(pins_->remove());
}

Session::Session(std::unique_ptr<Work> work) : work_(std::move(work)) {}
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::start(const GuardSettings& settings) {
  auto work = std::make_unique<Work>(settings);
  DOORMAN_CHECK(work->start());
  return std::unique_ptr<Session>(new Session(std::move(work)));
}

Status Session::run() { return work_->run(); }

}  // namespace doorman::app
