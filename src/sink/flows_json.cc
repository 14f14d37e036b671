// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"
#include "sink/alert.h"
#include "sink/flow_text.h"
#include "sink/flows.h"

namespace doorman::sink {
namespace {

using base::JsonWriter;

void put(JsonWriter& json, const model::FlowIdentity& identity) {
  json.begin_object();
  json.member("kind", to_text(identity.kind));
  json.member("title", safe_text(name_of(identity)));
  switch (identity.kind) {
    case model::FlowIdentity::Kind::container:
      json.member_if("digest", identity.digest);
      json.member_if("repository", identity.repository);
      json.member_if("namespace", identity.name_space);
      json.member_if("workload", identity.workload);
      json.begin_object("labels");
      for (const auto& [key, value] : identity.labels) json.member(key, value);
      json.end_object();
      break;
    case model::FlowIdentity::Kind::host:
      break;
    case model::FlowIdentity::Kind::world:
      if (identity.name.empty()) json.member("network", to_text(identity.network));
      else json.member("name", identity.name);
      break;
  }
  json.end_object();
}

void put(JsonWriter& json, const model::FlowEdge& edge) {
  json.begin_object();
  json.member("source", edge.source);
  json.member("destination", edge.destination);
  const std::string_view protocol = model::protocol_name(edge.protocol);
  if (protocol.empty()) json.member("protocol", std::to_string(edge.protocol));
  else json.member("protocol", protocol);
  json.member("port", edge.port);
  json.member("direction", to_text(edge.direction));
  json.member("exposure", to_text(edge.exposure));
  json.member("first", nanosecond_time(edge.first));
  json.member("last", nanosecond_time(edge.last));
  json.member("attempts", edge.attempts);
  json.member("connections", edge.connections);
  json.member("refused", edge.refused);
  json.member("unknown", edge.unknown);
  json.member("bytes_sent", edge.sent);
  json.member("bytes_received", edge.received);
  json.begin_array("addresses");
  for (const base::IpAddress& address : edge.addresses) json.value(to_text(address));
  json.end_array();
  json.end_object();
}

}  // namespace

std::string flows_json(const model::FlowGraph& graph) {
  JsonWriter json;
  json.begin_object();
  json.member("version", 1);
  json.begin_array("identities");
  for (const model::FlowIdentity& identity : graph.identities) put(json, identity);
  json.end_array();
  json.begin_array("edges");
  for (const model::FlowEdge& edge : graph.edges) put(json, edge);
  json.end_array();
  json.begin_array("listeners");
  for (const model::FlowListener& each : graph.listeners) {
    json.begin_object();
    json.member("identity", each.identity);
    json.member("protocol", service_of(each.protocol, 0));
    json.member("port", each.port);
    json.member("refused", each.refused);
    json.end_object();
  }
  json.end_array();
  json.member("not_kept", graph.not_kept);
  json.end_object();
  return json.take();
}

}  // namespace doorman::sink
