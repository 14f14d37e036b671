// SPDX-License-Identifier: Apache-2.0
#include "source/kernel/flow_counts.h"

#include <gtest/gtest.h>

#include <vector>

#include "parse/event/guard.h"
#include "parse/event/record.h"

namespace doorman::source::kernel {
namespace {

using model::EventRecord;
using model::FlowRecord;

TEST(FlowCounts, AreTheRecordsThatTheKernelWouldHaveMade) {
  kern::FlowCount server;
  server.cgroup = 7;
  server.kind = 6;
  server.protocol = 6;
  server.server = true;
  server.port = 80;
  server.address = base::IpAddress::parse("2001:db8::1").value();
  server.times = 5;
  server.sent = 10;
  server.received = 20;
  kern::FlowCount bind;
  bind.kind = 3;
  bind.verdict = 2;
  bind.port = 53;
  bind.address = base::IpAddress::parse("127.0.0.1").value();
  bind.times = 1;
  std::string records;
  append_flow_counts(records, std::vector{server, kern::FlowCount(), bind}, 99);

  EventRecord record;
  ASSERT_TRUE(parse::event::decode(records, record).ok());
  auto flow = parse::event::decode_flow(record).value();
  EXPECT_EQ(record.cgroup, 7U);
  EXPECT_EQ(record.time, 99U);
  EXPECT_EQ(record.object.type, model::EventObject::Type::ipv6);
  EXPECT_EQ(to_text(record.object.remote), "2001:db8::1");
  EXPECT_EQ(record.object.local_port, 80);
  EXPECT_TRUE(record.object.is(model::EventObject::server));
  EXPECT_EQ(flow.kind, FlowRecord::Kind::closed);
  EXPECT_EQ(flow.repeats, 4U);
  EXPECT_EQ(flow.sent, 10U);
  EXPECT_EQ(flow.received, 20U);

  const base::Bytes rest = base::Bytes(records).substr(record.size);
  ASSERT_TRUE(parse::event::decode(rest, record).ok());
  flow = parse::event::decode_flow(record).value();
  EXPECT_EQ(flow.kind, FlowRecord::Kind::bind);
  EXPECT_EQ(flow.verdict, FlowRecord::Verdict::refused);
  EXPECT_EQ(to_text(record.object.local), "127.0.0.1");
  EXPECT_EQ(record.object.local_port, 53);
  EXPECT_EQ(rest.size(), record.size) << "what was counted zero times is none";
}

}  // namespace
}  // namespace doorman::source::kernel
