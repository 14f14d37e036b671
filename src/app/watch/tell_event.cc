// SPDX-License-Identifier: Apache-2.0
#include "app/watch/tell_event.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <utility>

#include "model/container.h"
#include "parse/event/guard.h"
#include "parse/event/record.h"
#include "parse/wire/dns.h"
#include "sink/containers.h"

namespace doorman::app {
namespace {

using model::EventRecord;
using model::FieldId;
using sink::ToldEvent;
using Weight = ToldEvent::Weight;

std::string_view words_for(model::LostRecord::Cause cause) {
  switch (cause) {
    case model::LostRecord::Cause::ring_full:
      return "they were not read fast enough";
    case model::LostRecord::Cause::over_share:
      return "the container used up its share";
    case model::LostRecord::Cause::table_full:
      return "a table of the kernel side was full";
    case model::LostRecord::Cause::log:
      return "the log could not be written";
  }
  return {};
}

/// Puts words together; every kind of record has a function of its own.
class Teller {
 public:
  Teller(const ReadEvent& event, const model::SystemEvent& facts)
      : record_(event.record),
        facts_(facts),
        flow_(event.flow),
        ends_container_(event.ends_container),
        told_{facts, event.time, {}, Weight::plain, {}} {}

  ToldEvent tell() {
    if (ends_container_) {
      container();
      return std::move(told_);
    }
    switch (record_.kind) {
      case EventRecord::Kind::call:
        call();
        break;
      case EventRecord::Kind::exec:
        exec();
        break;
      case EventRecord::Kind::fork:
        fork();
        break;
      case EventRecord::Kind::exit:
        exit();
        break;
      case EventRecord::Kind::change:
        told_.what = "is known";
        told_.weight = Weight::quiet;
        break;
      case EventRecord::Kind::container:
        container();
        break;
      case EventRecord::Kind::cgroup:
        cgroup();
        break;
      case EventRecord::Kind::flow:
        flow();
        break;
      case EventRecord::Kind::dns:
        dns();
        break;
      case EventRecord::Kind::drift:
        drift();
        break;
      case EventRecord::Kind::lost:
        lost();
        break;
      case EventRecord::Kind::alert:
        alert();
        break;
      case EventRecord::Kind::mapped:
        told_.what = fmt::format("runs code of {}", record_.path());
        told_.weight = Weight::quiet;
        detail("mapped.path", record_.path());
        break;
    }
    return std::move(told_);
  }

 private:
  std::string text(FieldId id) {
    const model::Value value = facts_.read({.id = id, .key = {}}, scratch_);
    return value.kind() == model::Value::Kind::text ? std::string(value.text()) : std::string();
  }
  void detail(std::string_view name, std::string_view value) {
    if (!value.empty()) told_.details.push_back({name, std::string(value)});
  }
  template <std::unsigned_integral Number>
  void detail(std::string_view name, Number value) {
    told_.details.push_back({name, std::uint64_t{value}});
  }

  void call();
  void exec();
  void fork();
  void exit();
  void container();
  void cgroup();
  void flow();
  void dns();
  void drift();
  void lost();
  void alert();

  const EventRecord& record_;
  const model::SystemEvent& facts_;
  const model::Flow* flow_;
  bool ends_container_;
  base::Arena scratch_;
  ToldEvent told_;
};

void Teller::call() {
  const std::string type = text(FieldId::evt_type), result = text(FieldId::evt_res);
  std::string about = text(FieldId::fd_name);
  if (about.empty()) about = text(FieldId::fs_path_name);
  if (about.empty()) about = text(FieldId::evt_args);
  const std::string target = text(FieldId::fs_path_target);
  told_.what = fmt::format("{} {}", type, about);
  if (!target.empty() && target != about) told_.what += fmt::format(" -> {}", target);
  if (!result.empty() && result != "SUCCESS") told_.what += fmt::format(" = {}", result);
}

void Teller::exec() {
  const std::string path = text(FieldId::proc_exepath), arguments = text(FieldId::proc_args);
  told_.what = fmt::format("exec {}{}{}", path, arguments.empty() ? "" : " ", arguments);
}

void Teller::fork() {
  told_.weight = Weight::quiet;
  const auto change = parse::event::decode_process(record_);
  if (!change.ok() || !change->state) {
    told_.what = "fork";
    return;
  }
  told_.what = fmt::format("fork, {}", change->state->key.pid);
  detail("fork.child", std::uint64_t{change->state->key.pid});
}

void Teller::exit() {
  told_.weight = Weight::quiet;
  const auto status = static_cast<int>(record_.result);
  if (WIFSIGNALED(status)) {
    told_.what = fmt::format("exit by signal {}", WTERMSIG(status));
    detail("exit.signal", static_cast<std::uint64_t>(WTERMSIG(status)));
  } else {
    told_.what = fmt::format("exit {}", WEXITSTATUS(status));
    detail("exit.code", static_cast<std::uint64_t>(WEXITSTATUS(status)));
  }
}

void Teller::container() {
  const model::Container* const known = facts_.container();
  if (record_.gone) {
    told_.what = "container is gone";
  } else if (record_.cgroup == 0) {
    told_.what = "host is known";
    told_.weight = Weight::quiet;
  } else if (known != nullptr) {
    told_.what = fmt::format("container {} of {}", model::short_id(known->id), known->image);
  }
  detail("container.state", record_.gone ? "gone" : "known");
}

void Teller::cgroup() {
  told_.weight = Weight::quiet;
  const auto group = parse::event::decode_cgroup(record_);
  const std::string_view path = group.ok() ? group->path : std::string_view();
  told_.what = fmt::format("control group {} {}", path.empty() ? fmt::to_string(record_.cgroup) : std::string(path),
                           record_.gone ? "is gone" : "appeared");
  detail("cgroup.id", record_.cgroup);
  detail("cgroup.path", path);
  detail("cgroup.state", record_.gone ? "gone" : "made");
}

std::string end_text(const base::IpAddress& address, std::uint16_t port) {
  return address.is_v6 ? fmt::format("[{}]:{}", base::to_text(address), port)
                       : fmt::format("{}:{}", base::to_text(address), port);
}

void Teller::flow() {
  using Flow = model::FlowRecord;
  const auto told = parse::event::decode_flow(record_);
  if (!told.ok()) return;
  const model::EventObject& object = record_.object;
  const bool is_local = told->kind == Flow::Kind::bind || told->kind == Flow::Kind::listen;
  const bool from_outside = object.is(model::EventObject::server);
  told_.what = fmt::format(
      "{} {} {}{}", to_text(told->kind), model::protocol_name(object.protocol), from_outside ? "from " : "",
      is_local ? end_text(object.local, object.local_port) : end_text(object.remote, object.remote_port));
  const std::string name = text(FieldId::fd_rip_name);
  if (!is_local && !name.empty()) told_.what += fmt::format(" ({})", name);
  if (told->kind == Flow::Kind::closed) {
    told_.what +=
        fmt::format(", {} sent, {} received", sink::size_text(told->sent), sink::size_text(told->received));
    detail("flow.bytes_sent", told->sent);
    detail("flow.bytes_received", told->received);
  }
  if (told->verdict == Flow::Verdict::refused) {
    told_.what += ": refused";
    told_.weight = Weight::bad;
  } else if (told->verdict == Flow::Verdict::unknown) {
    told_.what += ": new";
    told_.weight = Weight::notable;
  }
  if (told->repeats != 0) told_.what += fmt::format(" (and {} before)", told->repeats);
  detail("flow.kind", to_text(told->kind));
  detail("flow.verdict", to_text(told->verdict));
  detail("flow.repeats", told->repeats);
  if (flow_ != nullptr) {
    detail("flow.direction", model::to_text(flow_->direction));
    detail("flow.exposure", model::to_text(flow_->exposure));
  }
}

void Teller::dns() {
  const auto answer = parse::wire::parse_dns_answer(parse::event::dns_answer(record_));
  if (!answer.ok()) {
    told_.what = fmt::format("DNS answer that cannot be read: {}", answer.error().message());
    return;
  }
  std::string addresses;
  for (const auto& each : answer->addresses) {
    if (!addresses.empty()) addresses += ", ";
    addresses += base::to_text(each.address);
  }
  told_.what = fmt::format("dns {} is {}", answer->name, addresses.empty() ? "not known" : addresses);
  detail("dns.name", answer->name);
  detail("dns.addresses", addresses);
  detail("dns.code", answer->code);
}

void Teller::drift() {
  const auto drift = parse::event::decode_drift(record_);
  if (!drift.ok()) return;
  const std::string_view path = drift->path.empty() ? drift->filename : drift->path;
  told_.what = fmt::format("drift {} {}: {}", path, sink::to_text(drift->reason), sink::to_text(drift->done));
  told_.weight = drift->done == model::DriftRecord::Done::told ? Weight::notable : Weight::bad;
  detail("drift.path", drift->path);
  detail("drift.filename", drift->filename);
  detail("drift.reason", sink::to_text(drift->reason));
  detail("drift.done", sink::to_text(drift->done));
}

void Teller::lost() {
  const auto lost = parse::event::decode_lost(record_);
  if (!lost.ok()) return;
  told_.what = fmt::format("{} records were lost: {}", lost->count, words_for(lost->cause));
  told_.weight = Weight::notable;
  detail("lost.count", lost->count);
  detail("lost.cause", to_text(lost->cause));
}

void Teller::alert() {
  const auto alert = parse::event::decode_alert(record_);
  if (!alert.ok()) return;
  const std::string_view priority = model::to_text(alert->priority);
  told_.what = fmt::format("{} {}: {}", priority, alert->rule, alert->output);
  if (alert->done != model::Action::alert) told_.what += fmt::format(" ({})", model::to_text(alert->done));
  told_.weight = alert->priority <= model::Priority::error ? Weight::bad : Weight::notable;
  detail("alert.rule", alert->rule);
  detail("alert.priority", priority);
  detail("alert.output", alert->output);
  detail("alert.source", alert->source);
  detail("alert.action", model::to_text(alert->action));
  detail("alert.done", model::to_text(alert->done));
}

}  // namespace

ToldEvent told_event(const ReadEvent& event, const model::SystemEvent& facts) {
  return Teller(event, facts).tell();
}

std::string_view to_text(model::FlowRecord::Kind kind) {
  switch (kind) {
    case model::FlowRecord::Kind::connect:
      return "connect";
    case model::FlowRecord::Kind::send:
      return "send";
    case model::FlowRecord::Kind::bind:
      return "bind";
    case model::FlowRecord::Kind::listen:
      return "listen";
    case model::FlowRecord::Kind::established:
      return "established";
    case model::FlowRecord::Kind::closed:
      return "closed";
  }
  return {};
}

std::string_view to_text(model::FlowRecord::Verdict verdict) {
  switch (verdict) {
    case model::FlowRecord::Verdict::allowed:
      return "allowed";
    case model::FlowRecord::Verdict::unknown:
      return "new";
    case model::FlowRecord::Verdict::refused:
      return "refused";
  }
  return {};
}

std::string_view to_text(model::LostRecord::Cause cause) {
  switch (cause) {
    case model::LostRecord::Cause::ring_full:
      return "ring_full";
    case model::LostRecord::Cause::over_share:
      return "over_share";
    case model::LostRecord::Cause::table_full:
      return "table_full";
    case model::LostRecord::Cause::log:
      return "log";
  }
  return {};
}

}  // namespace doorman::app
