// SPDX-License-Identifier: Apache-2.0
#include "parse/event/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "parse/event/record.h"
#include "parse/event/write.h"

namespace doorman::parse::event {
namespace {

using model::EventRecord;
using testing::HasSubstr;

/// Keeps the bytes that the record's texts point into.
struct Decoded {
  explicit Decoded(std::string written) : bytes(std::move(written)) { EXPECT_TRUE(decode(bytes, record).ok()); }
  std::string bytes;
  EventRecord record;
};

TEST(GuardRecord, FlowThereAndBack) {
  EventRecord head;
  head.cgroup = 7;
  head.has_object = true;
  head.object.remote_port = 443;
  std::string bytes;
  append_flow(bytes, head, {model::FlowRecord::Kind::closed, model::FlowRecord::Verdict::refused, 3, 10, 20});
  const Decoded back(bytes);
  EXPECT_EQ(back.record.kind, EventRecord::Kind::flow);
  EXPECT_EQ(back.record.cgroup, 7U);
  EXPECT_EQ(back.record.object.remote_port, 443);
  const auto flow = decode_flow(back.record).value();
  EXPECT_EQ(flow.kind, model::FlowRecord::Kind::closed);
  EXPECT_EQ(flow.verdict, model::FlowRecord::Verdict::refused);
  EXPECT_EQ(flow.repeats, 3U);
  EXPECT_EQ(flow.sent, 10U);
  EXPECT_EQ(flow.received, 20U);
}

TEST(GuardRecord, DriftThereAndBack) {
  std::string bytes;
  append_drift(bytes, {},
               {"/tmp/x", "./x", model::DriftRecord::Reason::script, model::DriftRecord::Done::killed,
                model::DriftMode::deny});
  const Decoded back(bytes);
  const auto drift = decode_drift(back.record).value();
  EXPECT_EQ(drift.path, "/tmp/x");
  EXPECT_EQ(drift.filename, "./x");
  EXPECT_EQ(drift.reason, model::DriftRecord::Reason::script);
  EXPECT_EQ(drift.done, model::DriftRecord::Done::killed);
  EXPECT_EQ(drift.mode, model::DriftMode::deny);
}

TEST(GuardRecord, AlertThereAndBack) {
  using namespace std::string_view_literals;
  std::string bytes;
  model::AlertRecord alert;
  alert.rule = "Shell in a container";
  alert.output = "sh was started";
  alert.source = "syscall";
  alert.tags = "container\0shell\0"sv;
  alert.fields = "proc.name\0sh\0"sv;
  alert.priority = model::Priority::critical;
  alert.action = model::Action::kill;
  alert.done = model::Action::alert;
  append_alert(bytes, {}, alert);
  const Decoded back(bytes);
  const auto read = decode_alert(back.record).value();
  EXPECT_EQ(read.rule, alert.rule);
  EXPECT_EQ(read.output, alert.output);
  EXPECT_EQ(read.source, alert.source);
  EXPECT_EQ(read.tags, alert.tags);
  EXPECT_EQ(read.fields, alert.fields);
  EXPECT_EQ(read.priority, alert.priority);
  EXPECT_EQ(read.action, alert.action);
  EXPECT_EQ(read.done, alert.done);
}

TEST(GuardRecord, CgroupLostDnsAndMappedThereAndBack) {
  std::string bytes;
  append_cgroup(bytes, {}, {"/machine.slice/a.scope", 12, "runc"});
  const Decoded group(bytes);
  EXPECT_EQ(decode_cgroup(group.record).value().path, "/machine.slice/a.scope");
  EXPECT_EQ(decode_cgroup(group.record).value().parent, 12U);
  EXPECT_EQ(decode_cgroup(group.record).value().comm, "runc");
  bytes.clear();
  append_lost(bytes, {}, {model::LostRecord::Cause::over_share, 5});
  const Decoded lost(bytes);
  EXPECT_EQ(decode_lost(lost.record).value().cause, model::LostRecord::Cause::over_share);
  EXPECT_EQ(decode_lost(lost.record).value().count, 5U);
  bytes.clear();
  append_dns(bytes, {}, "answer");
  EXPECT_EQ(dns_answer(Decoded(bytes).record), "answer");
  bytes.clear();
  append_mapped(bytes, {}, "/usr/lib/libssl.so.3");
  const Decoded mapped(bytes);
  EXPECT_EQ(mapped.record.kind, EventRecord::Kind::mapped);
  EXPECT_EQ(mapped.record.path(), "/usr/lib/libssl.so.3");
}

TEST(GuardRecord, WhatIsTooShortOrUnknown) {
  EventRecord record;
  record.kind = EventRecord::Kind::flow;
  record.slots = 1;
  record.slot[0] = "123";
  EXPECT_THAT(decode_flow(record).error().message(), HasSubstr("slot 0 has 3 bytes"));
  record.slot[0] = {"\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24};
  EXPECT_THAT(decode_flow(record).error().message(), HasSubstr("unknown kind of flow 9"));
  EXPECT_FALSE(decode_drift(record).ok());
  EXPECT_FALSE(decode_lost(EventRecord()).ok());
  EXPECT_FALSE(decode_alert(EventRecord()).ok());
  EXPECT_FALSE(decode_cgroup(EventRecord()).ok());
  EXPECT_EQ(dns_answer(EventRecord()), "");
}

}  // namespace
}  // namespace doorman::parse::event
