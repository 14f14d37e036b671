// SPDX-License-Identifier: Apache-2.0
#include "app/watch/flow_reading.h"

#include "parse/event/guard.h"
#include "parse/event/record.h"
#include "parse/wire/dns.h"

namespace doorman::app {

using model::EventRecord;

base::Status FlowReading::take_container(const EventRecord& record) {
  if (record.cgroup == 0) return {};  // the host itself
  if (record.gone) {
    map_.remove_container(record.cgroup);
    return {};
  }
  DOORMAN_TRY(const model::Container container, decoders_.container(record));
  map_.set_container(record.cgroup, container);
  return {};
}

base::Status FlowReading::take(base::Bytes record, std::uint64_t boot_time) {
  DOORMAN_CHECK(parse::event::decode(record, record_));
  record_.time += boot_time;
  switch (record_.kind) {
    case EventRecord::Kind::container:
      return take_container(record_);
    case EventRecord::Kind::cgroup:
      if (record_.gone) {
        map_.remove_container(record_.cgroup);
        names_.forget(record_.cgroup);
      }
      return {};
    case EventRecord::Kind::flow: {
      DOORMAN_TRY(const model::FlowRecord flow, parse::event::decode_flow(record_));
      (void)map_.apply(record_, flow, {});
      return {};
    }
    case EventRecord::Kind::dns: {
      const auto answer = parse::wire::parse_dns_answer(parse::event::dns_answer(record_));
      if (answer.ok())
        names_.learn(record_.cgroup, *answer, record_.time);  // whatever comes from port 53 may be none
      return {};
    }
    case EventRecord::Kind::call:
    case EventRecord::Kind::exec:
    case EventRecord::Kind::fork:
    case EventRecord::Kind::exit:
    case EventRecord::Kind::change:
    case EventRecord::Kind::drift:
    case EventRecord::Kind::lost:
    case EventRecord::Kind::alert:
    case EventRecord::Kind::mapped:
      return {};
  }
  return {};
}

void FlowReading::begin_boot() {
  map_.remove_all_containers();
  names_.forget_all();
}

}  // namespace doorman::app
