// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "derive/process_table.h"
#include "fuzz/fuzz.h"
#include "model/system_event.h"
#include "parse/event/guard.h"
#include "parse/event/record.h"
#include "parse/event/write.h"
#include "source/replay.h"

namespace doorman::fuzz {
namespace {

/// Written again and read again it must be the same; of what did not fit, the slots may be shorter.
void check_round_trip(const model::EventRecord& record) {
  std::string bytes;
  parse::event::append_record(bytes, record);
  model::EventRecord again;
  if (!parse::event::decode(bytes, again).ok()) std::abort();
  if (again.slots != record.slots || again.type != record.type || again.time != record.time) std::abort();
  for (std::size_t i = 0; i < record.slots; ++i) {
    if (again.has(i) != record.has(i) || again.at(i) != record.at(i)) std::abort();
  }
}

void apply(const model::EventRecord& record, derive::ProcessTable& table) {
  if (record.kind == model::EventRecord::Kind::container) {
    auto container = parse::event::decode_container(record);
    if (container.ok()) table.apply(record, std::move(*container));
  } else if (record.tells_process()) {
    const auto change = parse::event::decode_process(record);
    if (change.ok()) table.apply(record, *change);
  }
}

void read_notes(const model::EventRecord& record) {
  (void)parse::event::decode_cgroup(record);
  (void)parse::event::decode_flow(record);
  (void)parse::event::decode_drift(record);
  (void)parse::event::decode_lost(record);
  (void)parse::event::decode_alert(record);
  (void)parse::event::dns_answer(record);
}

/// Every field, with every kind of argument that makes a difference.
void read_all(const model::SystemEvent& event) {
  base::Arena scratch;
  for (const model::Field& field : model::fields()) {
    (void)event.read({.id = field.id, .key = {}}, scratch);
    (void)event.read({.id = field.id, .has_argument = true, .index = 1, .key = "1"}, scratch);
    (void)event.read({.id = field.id, .has_argument = true, .index = -1, .key = "flags"}, scratch);
  }
  if (event.event_type() == model::EventType::none) return;
  for (const model::EventParameter& parameter : model::info(event.event_type()).parameters) {
    const std::string name(parameter.name);
    (void)event.read({.id = model::FieldId::evt_arg, .has_argument = true, .key = name}, scratch);
    (void)event.read({.id = model::FieldId::evt_rawarg, .has_argument = true, .key = name}, scratch);
  }
}

}  // namespace

/// A recording, or records alone: everything that stands between bytes from outside and the rules.
void event_record(base::Bytes input) {
  const auto replay = source::Replay::of(input);
  base::Bytes rest = replay.ok() ? replay->records() : input;
  derive::ProcessTable table(
      {.processes = 64, .text_bytes = 10'000, .containers = 8, .recently_exited = 4, .ancestors = 4});
  model::EventContext context;
  context.host_names = &table.host().names;
  model::EventRecord record;
  for (int count = 0; count < 200 && parse::event::decode(rest, record).ok(); ++count) {
    rest.remove_prefix(record.size);
    check_round_trip(record);
    read_notes(record);
    apply(record, table);
    const model::Process* process = table.find(record);
    const model::Container* container = process != nullptr ? process->container : table.container(record.cgroup);
    read_all(model::SystemEvent(record, process, container, context));
  }
}

}  // namespace doorman::fuzz
