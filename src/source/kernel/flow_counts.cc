// SPDX-License-Identifier: Apache-2.0
#include "source/kernel/flow_counts.h"

#include "parse/event/guard.h"

namespace doorman::source::kernel {

using model::EventObject;
using model::EventRecord;
using model::FlowRecord;

void append_flow_counts(std::string& records, std::span<const kern::FlowCount> counts, std::uint64_t time) {
  for (const kern::FlowCount& count : counts) {
    if (count.times == 0) continue;
    FlowRecord flow;
    flow.kind = static_cast<FlowRecord::Kind>(count.kind);
    flow.verdict = static_cast<FlowRecord::Verdict>(count.verdict);
    flow.repeats = count.times - 1;
    flow.sent = count.sent;
    flow.received = count.received;
    const bool is_own = flow.kind == FlowRecord::Kind::bind || flow.kind == FlowRecord::Kind::listen;
    EventRecord record;
    record.cgroup = count.cgroup;
    record.time = time;
    record.has_object = true;
    EventObject& object = record.object;
    object.type = count.address.is_v6 ? EventObject::Type::ipv6 : EventObject::Type::ipv4;
    object.protocol = count.protocol;
    object.local.is_v6 = object.remote.is_v6 = count.address.is_v6;
    (is_own ? object.local : object.remote) = count.address;
    (is_own || count.server ? object.local_port : object.remote_port) = count.port;
    if (count.server) object.flags |= EventObject::server;
    if (is_own) object.flags |= EventObject::listening;
    if (flow.kind >= FlowRecord::Kind::established) object.flags |= EventObject::connected;
    if (flow.kind == FlowRecord::Kind::send) object.flags |= EventObject::named_here;
    parse::event::append_flow(records, record, flow);
  }
}

}  // namespace doorman::source::kernel
