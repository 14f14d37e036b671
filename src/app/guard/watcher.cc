// SPDX-License-Identifier: Apache-2.0
#include "app/guard/watcher.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "app/watch/log_opening.h"
#include "base/hash.h"
#include "base/text.h"
#include "model/flow_record.h"
#include "parse/event/guard.h"
#include "parse/event/record.h"
#include "parse/wire/dns.h"

namespace doorman::app {
namespace {

using derive::EventStream;
using model::AlertRecord;
using model::DriftRecord;
using model::EventRecord;

constexpr std::size_t max_told_drift = 1U << 14U;
constexpr std::chrono::nanoseconds drift_silence = std::chrono::minutes(10);
/// Of the few seconds between two calls of take_lives().
constexpr derive::HistoryLimits lives_limits{
    .containers = 1U << 14U, .programs = 1024, .peers = 1024, .drifted = 256, .alerted = 256};
constexpr std::string_view flow_rule = "Connection that is new to the image";
constexpr std::string_view host_rule = "Program of the host that is no package's";
constexpr std::string_view drift_rule = "Program that is not the image's";

EventStream::Settings stream_settings(const Watcher::Settings& settings, const model::AddressNames& names) {
  EventStream::Settings made;
  made.decoders = record_decoders(settings.images);
  made.boot_time = settings.boot_time;
  made.hostname = settings.hostname;
  made.address_names = &names;
  return made;
}

std::string_view reason_text(DriftRecord::Reason reason) {
  switch (reason) {
    case DriftRecord::Reason::written:
      return "was written after the container was made";
    case DriftRecord::Reason::memory:
      return "is only in memory";
    case DriftRecord::Reason::unlinked:
      return "has no name any more";
    case DriftRecord::Reason::foreign:
      return "is on another file system";
    case DriftRecord::Reason::loader:
      return "was named to the dynamic loader";
    case DriftRecord::Reason::script:
      return "is a script that is not the image's";
    case DriftRecord::Reason::data:
      return "is not the image's, and was given to an interpreter to run";
  }
  return {};
}

std::string_view done_text(DriftRecord::Done done) {
  switch (done) {
    case DriftRecord::Done::told:
      return "it runs";
    case DriftRecord::Done::refused:
      return "refused";
    case DriftRecord::Done::killed:
      return "killed before its first instruction";
  }
  return {};
}

model::Action action_of(DriftRecord::Done done) {
  switch (done) {
    case DriftRecord::Done::told:
      return model::Action::alert;
    case DriftRecord::Done::refused:
      return model::Action::deny;
    case DriftRecord::Done::killed:
      return model::Action::kill;
  }
  return model::Action::alert;
}

model::Action action_of(model::DriftMode mode) {
  switch (mode) {
    case model::DriftMode::off:
    case model::DriftMode::alert:
      return model::Action::alert;
    case model::DriftMode::deny:
      return model::Action::deny;
    case model::DriftMode::kill:
      return model::Action::kill;
  }
  return model::Action::alert;
}

model::Priority priority_of(const DriftRecord& drift, bool in_container) {
  if (!in_container) return model::Priority::notice;
  // As often somebody's mounted script as a stranger's.
  return drift.reason == DriftRecord::Reason::data ? model::Priority::warning : model::Priority::critical;
}

/// `web (10.88.0.5)`, `db.example (192.0.2.7)`, `192.0.2.7`
std::string shown(const model::FlowEnd& end) {
  std::string address = base::to_text(end.address);
  std::string name;
  if (end.identity->kind == model::FlowIdentity::Kind::container) name = base::printable(end.identity->workload);
  else if (end.identity->kind == model::FlowIdentity::Kind::host) name = "host";
  else if (!end.name.empty()) name = base::printable(end.name);
  if (name.empty()) return address;
  return end.address == base::IpAddress() ? name : fmt::format("{} ({})", name, address);
}

void append_text(std::string& list, std::string_view text) { list.append(text).append(1, '\0'); }

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) append_text(list, text);
  return list;
}

std::string list_of(const std::vector<policy::OutputFormat::Named>& fields) {
  std::string list;
  for (const auto& field : fields) {
    append_text(list, field.name);
    append_text(list, field.value);
  }
  return list;
}

}  // namespace

Watcher::Watcher(Settings settings)
    : hooks_(std::move(settings.hooks)),
      stream_(stream_settings(settings, names_)),
      flows_(names_),
      lives_(settings.keeps_lives ? std::make_unique<derive::ContainerHistories>(lives_limits) : nullptr),
      hostname_(std::move(settings.hostname)) {
  set_rules(std::move(settings.rules));
}

void Watcher::set_rules(std::shared_ptr<const policy::Engine> rules) {
  alerter_.reset();
  flows_.set_image_words(rules == nullptr ? std::vector<model::ImageWord>() : rules->rules().images);
  if (rules != nullptr) alerter_.emplace(std::move(rules));
}

void Watcher::take(base::Bytes records) {
  while (!records.empty()) {
    if (!parse::event::decode(records, record_).ok()) {
      ++counters_.unreadable;  // where the next one begins is not known
      return;
    }
    record_bytes_ = records.substr(0, record_.size);
    records.remove_prefix(record_.size);
    ++counters_.records;
    if (!take_one(false).ok()) ++counters_.unreadable;
  }
}

void Watcher::take_opening(base::Bytes records) {
  while (!records.empty() && parse::event::decode(records, record_).ok()) {
    record_bytes_ = records.substr(0, record_.size);
    records.remove_prefix(record_.size);
    if (!take_one(true).ok()) ++counters_.unreadable;
  }
}

base::Status Watcher::take_one(bool is_opening) {
  if (record_.kind == EventRecord::Kind::cgroup && hooks_.group && !is_opening) {
    DOORMAN_TRY(const auto group, parse::event::decode_cgroup(record_));
    // Who answers may give us records to take, and comes back to this one.
    const EventRecord kept = record_;
    const base::Bytes bytes = record_bytes_;
    hooks_.group(kept, group);
    record_ = kept;
    record_bytes_ = bytes;
  }
  if (hooks_.keep && !is_opening) hooks_.keep(record_bytes_);
  const bool ends_container = lives_ && record_.gone && stream_.is_container(record_.cgroup);
  DOORMAN_TRY(const EventStream::Seen seen, stream_.take(record_, is_opening));
  if (lives_ && !is_opening) add_to_lives(seen, ends_container);
  if (record_.kind == EventRecord::Kind::exec && !is_opening) {
    if (seen.container == nullptr) tell_host_program(seen);
    else if (hooks_.program) hooks_.program(record_, seen.process);
  }
  switch (record_.kind) {
    case EventRecord::Kind::call:
    case EventRecord::Kind::exec:
    case EventRecord::Kind::fork:
    case EventRecord::Kind::exit:
      if (!is_opening && record_.type != model::EventType::none) ask_rules(EventStream::event(record_, seen), seen);
      return {};
    case EventRecord::Kind::container:
      take_container();
      return {};
    case EventRecord::Kind::flow:
      take_flow(seen);
      return {};
    case EventRecord::Kind::dns: {
      DOORMAN_TRY(const auto answer, parse::wire::parse_dns_answer(parse::event::dns_answer(record_)));
      names_.learn(record_.cgroup, answer, record_.time);
      if (hooks_.names) hooks_.names(record_.cgroup);
      return {};
    }
    case EventRecord::Kind::drift:
      take_drift(seen);
      return {};
    case EventRecord::Kind::lost: {
      DOORMAN_TRY(const auto lost, parse::event::decode_lost(record_));
      counters_.lost += lost.count;
      return {};
    }
    case EventRecord::Kind::cgroup:
      if (record_.gone) forget_container();
      return {};
    case EventRecord::Kind::change:
    case EventRecord::Kind::alert:
    case EventRecord::Kind::mapped:
      return {};
  }
  return {};
}

std::uint64_t Watcher::time_of(const EventStream::Seen& seen) const {
  return seen.context->boot_time + record_.time;
}

/// What needs no more than the record; flows, drift and alerts are added where they are taken apart.
void Watcher::add_to_lives(const EventStream::Seen& seen, bool ends_container) {
  const std::uint64_t time = time_of(seen);
  if (ends_container) lives_->add_gone(seen, time);
  else if (record_.kind == EventRecord::Kind::container && !record_.gone) lives_->add_known(seen, time);
  else if (record_.kind == EventRecord::Kind::exec) lives_->add_execution(seen, time);
  else if (record_.kind == EventRecord::Kind::exit) lives_->add_exit(seen, static_cast<int>(record_.result), time);
}

std::unique_ptr<derive::ContainerHistories> Watcher::take_lives() {
  if (!lives_) return nullptr;
  return std::exchange(lives_, std::make_unique<derive::ContainerHistories>(lives_limits));
}

void Watcher::forget_container() {
  flows_.remove_container(record_.cgroup);
  names_.forget(record_.cgroup);
  if (hooks_.container) hooks_.container(record_.cgroup, nullptr);
}

void Watcher::take_container() {
  if (record_.gone) {
    forget_container();
    return;
  }
  const model::Container* const container = stream_.processes().container(record_.cgroup);
  if (container == nullptr) return;
  flows_.set_container(record_.cgroup, *container);
  if (hooks_.container) hooks_.container(record_.cgroup, container);
}

void Watcher::take_flow(const EventStream::Seen& seen) {
  const auto told = parse::event::decode_flow(record_);
  if (!told.ok()) return;
  if (told->verdict == model::FlowRecord::Verdict::refused) ++counters_.refused_flows;
  const std::string_view process = seen.process == nullptr ? std::string_view() : seen.process->program->comm;
  if (told->kind == model::FlowRecord::Kind::listen && hooks_.listen)
    hooks_.listen(record_.cgroup, record_.object.protocol, record_.object.local_port);
  if (lives_) {
    const auto* const names = seen.context->address_names;
    lives_->add_flow(seen, record_.object, *told, names->name_of(record_.object.remote, record_.cgroup),
                     time_of(seen));
  }
  auto flow = flows_.apply(record_, *told, process);
  if (!flow) return;
  if (hooks_.flow) flow->known = hooks_.flow(*flow);
  tell_flow(*flow, seen);
  ask_rules(model::FlowFacts(*flow, record_, *seen.context), seen);
}

/// What the kernel let through though it was new, or refused. It tells no more than so many a second.
void Watcher::tell_flow(const model::Flow& flow, const EventStream::Seen& seen) {
  using Verdict = model::FlowRecord::Verdict;
  if (flow.verdict == Verdict::allowed) return;
  const bool refused = flow.verdict == Verdict::refused;
  const std::string output =
      fmt::format("{} {} {} port {} ({}): new to its image, {}{}", shown(flow.source),
                  refused ? "may not speak to" : "spoke to", shown(flow.destination), flow.destination.port,
                  model::protocol_name(flow.protocol), refused ? "refused" : "let through",
                  flow.repeats == 0 ? "" : fmt::format("; {} times before", flow.repeats));
  AlertRecord alert;
  alert.rule = flow_rule;
  alert.output = output;
  alert.source = model::to_text(model::EventSource::flow);
  std::string tags;
  append_text(tags, "flow");
  alert.tags = tags;
  alert.priority = refused ? model::Priority::warning : model::Priority::notice;
  alert.action = refused ? model::Action::deny : model::Action::alert;
  alert.done = alert.action;
  tell(alert, seen);
}

void Watcher::ask_rules(const model::Facts& facts, const EventStream::Seen& seen) {
  if (!alerter_) return;
  for (const auto& match : alerter_->ask(facts, record_.cgroup, std::chrono::nanoseconds(record_.time))) {
    counters_.held_back += match.held_back;
    const std::string tags = list_of(match.rule->tags), fields = list_of(match.fields);
    AlertRecord alert;
    alert.rule = match.rule->name;
    alert.output = match.output;
    alert.source = model::to_text(match.rule->source);
    alert.tags = tags;
    alert.fields = fields;
    alert.priority = match.rule->priority;
    alert.action = match.rule->action;
    if (alert.action != model::Action::alert && hooks_.act)
      alert.done = hooks_.act(*match.rule, record_, seen.process);
    tell(alert, seen);
  }
}

/// The same file again and again is told once in a while; the log has them all.
bool Watcher::is_first_drift(const DriftRecord& drift) {
  const std::string who = fmt::format("{}\n{}\n{}\n{}\n{}", record_.cgroup, record_.object.device,
                                      record_.object.inode, static_cast<int>(drift.done), drift.path);
  if (told_drift_.size() >= max_told_drift) told_drift_.clear();
  const auto [place, is_new] = told_drift_.try_emplace(base::hash64(who), record_.time);
  if (is_new) return true;
  if (record_.time - place->second < static_cast<std::uint64_t>(drift_silence.count())) return false;
  place->second = record_.time;
  return true;
}

void Watcher::take_drift(const EventStream::Seen& seen) {
  const auto drift = parse::event::decode_drift(record_);
  if (!drift.ok()) return;
  if (drift->done == DriftRecord::Done::told && hooks_.is_image_program &&
      hooks_.is_image_program(record_, *drift, seen.process)) {
    return;
  }
  ++counters_.drift;
  if (lives_) lives_->add_drift(seen, *drift, time_of(seen));
  if (!is_first_drift(*drift)) {
    ++counters_.held_back;
    return;
  }
  const bool in_container = seen.container != nullptr && !seen.container->id.empty();
  const std::string output =
      fmt::format("{} {} in {}: {} (command={} image={})",
                  base::printable(drift->path.empty() ? drift->filename : drift->path), reason_text(drift->reason),
                  in_container ? base::printable(seen.container->name) : "host", done_text(drift->done),
                  seen.process == nullptr ? "<NA>" : base::printable(seen.process->program->command_line),
                  in_container ? base::printable(seen.container->image) : "<NA>");
  AlertRecord alert;
  alert.rule = drift_rule;
  alert.output = output;
  alert.source = "drift";
  std::string tags;
  append_text(tags, "drift");
  alert.tags = tags;
  alert.priority = priority_of(*drift, in_container);
  alert.action = action_of(drift->mode);
  alert.done = action_of(drift->done);
  tell(alert, seen);
}

void Watcher::tell_host_program(const EventStream::Seen& seen) {
  if (!hooks_.host_program || seen.process == nullptr) return;
  const auto answer = hooks_.host_program(*seen.process);
  if (!answer) return;
  const std::string output =
      fmt::format("{} of the host {} (command={} user={})", base::printable(seen.process->program->exe_path),
                  *answer == derive::HostBaseline::Answer::changed ? "is not as its package brought it"
                                                                   : "belongs to no package",
                  base::printable(seen.process->program->command_line), record_.uid);
  AlertRecord alert;
  alert.rule = host_rule;
  alert.output = output;
  alert.source = "drift";
  std::string tags;
  append_text(tags, "drift");
  append_text(tags, "host");
  alert.tags = tags;
  alert.priority =
      *answer == derive::HostBaseline::Answer::changed ? model::Priority::warning : model::Priority::notice;
  tell(alert, seen);
}

void Watcher::tell(const AlertRecord& alert, const EventStream::Seen& seen) {
  ++counters_.alerts;
  if (lives_) lives_->add_alert(seen, alert, time_of(seen));
  if (hooks_.keep) {
    made_.clear();
    parse::event::append_alert(made_, record_, alert);
    hooks_.keep(made_);
  }
  if (!hooks_.tell) return;
  const bool in_container = seen.container != nullptr && !seen.container->id.empty();
  hooks_.tell({.alert = alert,
               .time = seen.context->boot_time + record_.time,
               .container = in_container ? seen.container : nullptr,
               .hostname = hostname_});
}

}  // namespace doorman::app
