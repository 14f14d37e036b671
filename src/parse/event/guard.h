// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "model/event_record.h"
#include "model/guard_record.h"

namespace doorman::parse::event {

/// What records of the guard's own kinds say; each may be asked of a record of its kind. A number that stands for a
/// word and is none of them is an error, as is a struct that is too short. Format: bpf/event.h.
base::Result<model::CgroupRecord> decode_cgroup(const model::EventRecord& record);
base::Result<model::FlowRecord> decode_flow(const model::EventRecord& record);
base::Result<model::DriftRecord> decode_drift(const model::EventRecord& record);
base::Result<model::LostRecord> decode_lost(const model::EventRecord& record);
base::Result<model::AlertRecord> decode_alert(const model::EventRecord& record);
/// The UDP payload of a DNS answer.
std::string_view dns_answer(const model::EventRecord& record);

/// The same, written. Of `record` kind and slots are set here; the rest stays as it is.
void append_cgroup(std::string& out, model::EventRecord record, const model::CgroupRecord& cgroup);
void append_flow(std::string& out, model::EventRecord record, const model::FlowRecord& flow);
void append_drift(std::string& out, model::EventRecord record, const model::DriftRecord& drift);
void append_lost(std::string& out, model::EventRecord record, const model::LostRecord& lost);
void append_alert(std::string& out, model::EventRecord record, const model::AlertRecord& alert);
void append_dns(std::string& out, model::EventRecord record, std::string_view answer);
/// EventRecord::path() of what is written is `path`.
void append_mapped(std::string& out, model::EventRecord record, std::string_view path);

}  // namespace doorman::parse::event
