// SPDX-License-Identifier: Apache-2.0
#include "app/watch/history_reading.h"

#include "parse/event/guard.h"

namespace doorman::app {

using model::EventRecord;

void add_to_histories(derive::ContainerHistories& histories, const ReadEvent& event) {
  const EventRecord& record = event.record;
  const auto& seen = event.seen;
  switch (record.kind) {
    case EventRecord::Kind::exec:
      return histories.add_execution(seen, event.time);
    case EventRecord::Kind::exit:
      return histories.add_exit(seen, static_cast<int>(record.result), event.time);
    case EventRecord::Kind::container:
      if (record.gone) return histories.add_gone(seen, event.time);
      return histories.add_known(seen, event.time);
    case EventRecord::Kind::cgroup:
      if (event.ends_container) histories.add_gone(seen, event.time);
      return;
    case EventRecord::Kind::flow:
      if (const auto flow = parse::event::decode_flow(record); flow.ok()) {
        const auto* const names = seen.context->address_names;
        histories.add_flow(seen, record.object, *flow, names->name_of(record.object.remote, record.cgroup),
                           event.time);
      }
      return;
    case EventRecord::Kind::drift:
      if (const auto drift = parse::event::decode_drift(record); drift.ok()) {
        histories.add_drift(seen, *drift, event.time);
      }
      return;
    case EventRecord::Kind::alert:
      if (const auto alert = parse::event::decode_alert(record); alert.ok()) {
        histories.add_alert(seen, *alert, event.time);
      }
      return;
    case EventRecord::Kind::lost:
      if (const auto lost = parse::event::decode_lost(record); lost.ok()) {
        histories.add_lost(seen, lost->count, event.time);
      }
      return;
    case EventRecord::Kind::call:
    case EventRecord::Kind::fork:
    case EventRecord::Kind::change:
    case EventRecord::Kind::dns:
    case EventRecord::Kind::mapped:
      return;
  }
}

}  // namespace doorman::app
