// SPDX-License-Identifier: Apache-2.0
#include "app/watch/log_opening.h"

#include <utility>

#include "parse/event/guard.h"
#include "parse/event/record.h"
#include "parse/event/write.h"

namespace doorman::app {
namespace {

using model::EventRecord;

std::string_view told(std::string_view text, bool is_known) { return is_known ? text : std::string_view(); }

void append_process(std::string& records, const model::Process& process) {
  EventRecord record;
  record.kind = EventRecord::Kind::change;
  record.cgroup = process.cgroup;
  record.start = process.state.key.start;
  record.pid = record.tid = process.state.key.pid;
  record.vtid = process.state.vpid;
  record.uid = process.state.uid;
  record.gid = process.state.gid;
  const model::Program& program = *process.program;
  model::ProcessChange change;
  change.state = process.state;
  change.exe_path = told(program.exe_path, !program.exe_path.empty());
  change.script_path = told(program.script_path, !program.script_path.empty());
  change.filename = told(program.filename, !program.filename.empty());
  change.comm = told(program.comm, !program.comm.empty());
  change.arguments = told(program.arguments, program.knows_arguments);
  change.environment = told(program.environment, program.knows_environment);
  change.cwd = told(process.cwd, !process.cwd.empty());
  parse::event::append_process(records, record, change);
  if (!process.exited) return;
  record.kind = EventRecord::Kind::exit;
  parse::event::append_record(records, record);
}

}  // namespace

derive::RecordDecoders record_decoders(std::shared_ptr<store::KnownImages> images) {
  const auto container = [images = std::move(images)](const EventRecord& record) -> base::Result<model::Container> {
    DOORMAN_TRY(model::Container decoded, parse::event::decode_container(record));
    if (images != nullptr) decoded.image_facts = images->find(decoded.image_id);
    return decoded;
  };
  return {parse::event::decode_process, container, parse::event::decode_cgroup};
}

void append_opening(std::string& records, const derive::EventStream& stream) {
  if (stream.processes().host() != model::Container()) {
    parse::event::append_container(records, 0, stream.processes().host());
  }
  stream.each_container([&](std::uint64_t cgroup, std::uint64_t since, const model::Container& container) {
    parse::event::append_container(records, cgroup, container, since);
  });
  stream.each_group([&](std::uint64_t cgroup, std::uint64_t parent) {
    EventRecord record;
    record.cgroup = cgroup;
    parse::event::append_cgroup(records, record, {.path = "", .parent = parent, .comm = ""});
  });
  stream.processes().each([&](const model::Process& process) { append_process(records, process); });
}

}  // namespace doorman::app
