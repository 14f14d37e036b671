// SPDX-License-Identifier: Apache-2.0
#include "sink/containers.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "model/flow.h"
#include "sink/alert.h"
#include "sink/container_parts.h"

namespace doorman::sink {
namespace {

using model::ContainerHistory;
using model::SeenTimes;

void write_times(base::JsonWriter& json, const SeenTimes& times) {
  json.member("count", times.count);
  if (times.count == 0) return;
  json.member("first", nanosecond_time(times.first));
  json.member("last", nanosecond_time(times.last));
}

void write_programs(base::JsonWriter& json, const model::ProgramNode& node) {
  json.begin_array("programs");
  for (const auto& [path, each] : node.started) {
    json.begin_object();
    json.member("path", base::printable(path));
    json.member_if("command_line", base::printable(each.command_line));
    write_times(json, each.runs);
    if (!each.started.empty()) write_programs(json, each);
    json.end_object();
  }
  json.end_array();
}

void write_peers(base::JsonWriter& json, const ContainerHistory& history) {
  json.begin_array("peers");
  for (const model::PeerSeen& peer : history.peers) {
    json.begin_object();
    json.member("direction", peer.inbound ? "inbound" : "outbound");
    json.member("address", base::to_text(peer.address));
    json.member_if("name", base::printable(peer.name));
    json.member("port", peer.port);
    json.member_if("protocol", model::protocol_name(peer.protocol));
    write_times(json, peer.times);
    json.member("refused", peer.refused);
    json.member("new", peer.unknown);
    json.member("sent", peer.sent);
    json.member("received", peer.received);
    json.end_object();
  }
  json.end_array();
}

void write_findings(base::JsonWriter& json, const ContainerHistory& history) {
  json.begin_array("drift");
  for (const model::DriftSeen& drift : history.drifted) {
    json.begin_object();
    json.member("path", base::printable(drift.path));
    json.member("reason", to_text(drift.reason));
    json.member("done", to_text(drift.done));
    write_times(json, drift.times);
    json.end_object();
  }
  json.end_array();
  json.begin_array("alerts");
  for (const model::AlertSeen& alert : history.alerted) {
    json.begin_object();
    json.member("rule", base::printable(alert.rule));
    json.member("priority", model::to_text(alert.priority));
    json.member("output", base::printable(alert.output));
    write_times(json, alert.times);
    json.end_object();
  }
  json.end_array();
  json.member("not_kept", history.not_kept);
}

}  // namespace

void write_container(base::JsonWriter& json, const ContainerHistory& history, bool lists) {
  const model::Container& container = history.container;
  json.begin_object();
  json.member("id", base::printable(container.id));
  json.member_if("name", base::printable(container.name));
  json.member_if("engine", base::printable(container.engine));
  json.member_if("image", base::printable(container.image));
  json.member_if("image_id", base::printable(container.image_id));
  json.member_if("image_digest", base::printable(container.digest));
  json.member_if("pod", base::printable(container.pod_name));
  json.member_if("namespace", base::printable(container.pod_namespace));
  json.member("is_there", history.is_there);
  if (history.records.count != 0) {
    json.member("first", nanosecond_time(history.records.first));
    json.member("last", nanosecond_time(history.records.last));
  }
  if (history.ended != 0) json.member("ended", nanosecond_time(history.ended));
  if (history.exit && WIFSIGNALED(*history.exit)) json.member("exit_signal", WTERMSIG(*history.exit));
  else if (history.exit) json.member("exit_code", WEXITSTATUS(*history.exit));
  json.begin_object("counts");
  json.member("executions", history.executions);
  json.member("alerts", history.alerts);
  json.member("drift", history.drift);
  json.member("refused", history.refused);
  json.member("lost", history.lost);
  json.end_object();
  if (lists) {
    write_programs(json, history.programs);
    write_peers(json, history);
    write_findings(json, history);
  }
  json.end_object();
}

std::string containers_json(std::span<const ContainerHistory* const> histories, std::uint64_t as_of, bool lists) {
  base::JsonWriter json;
  json.begin_object();
  if (as_of != 0) json.member("as_of", nanosecond_time(as_of));
  json.begin_array("containers");
  for (const ContainerHistory* history : histories) write_container(json, *history, lists);
  json.end_array();
  json.end_object();
  return json.take();
}

std::string_view to_text(model::DriftRecord::Reason reason) {
  switch (reason) {
    case model::DriftRecord::Reason::written:
      return "written";
    case model::DriftRecord::Reason::memory:
      return "memory";
    case model::DriftRecord::Reason::unlinked:
      return "unlinked";
    case model::DriftRecord::Reason::foreign:
      return "foreign";
    case model::DriftRecord::Reason::loader:
      return "loader";
    case model::DriftRecord::Reason::script:
      return "script";
    case model::DriftRecord::Reason::data:
      return "data";
  }
  return {};
}

std::string_view to_text(model::DriftRecord::Done done) {
  switch (done) {
    case model::DriftRecord::Done::told:
      return "told";
    case model::DriftRecord::Done::refused:
      return "refused";
    case model::DriftRecord::Done::killed:
      return "killed";
  }
  return {};
}

}  // namespace doorman::sink
