// SPDX-License-Identifier: Apache-2.0
#include "model/flow_record.h"

#include <algorithm>

#include "model/image_record_table.h"

namespace doorman::model {
namespace {

using F = const Flow&;
using U = const FieldUse&;
using A = base::Arena&;
using record::text_if;
using End = FlowEnd Flow::*;

Value number_if(const std::optional<std::uint32_t>& number) {
  return number ? Value::of_natural(*number) : Value();
}

template <End end>
Value address(F flow, U, A) {
  return Value::of((flow.*end).address);
}
template <End end>
Value port(F flow, U, A) {
  return (flow.*end).port == 0 ? Value() : Value::of_natural((flow.*end).port);
}
template <End end>
Value name(F flow, U, A) {
  return text_if((flow.*end).name);
}
template <End end>
Value kind(F flow, U, A) {
  return Value::of(to_text((flow.*end).identity->kind));
}
template <End end, std::string FlowIdentity::* text>
Value of_identity(F flow, U, A) {
  return text_if((flow.*end).identity->*text);
}
template <End end, std::string Container::* text>
Value of_container(F flow, U, A) {
  const Container* container = (flow.*end).container;
  return container == nullptr ? Value() : text_if(container->*text);
}
template <End end>
Value container_id(F flow, U, A) {
  const Container* container = (flow.*end).container;
  return container == nullptr ? Value() : text_if(short_id(container->id));
}

/// The pod's say first: it is who deploys that writes them.
template <End end>
Value label(F flow, U use, A) {
  const FlowEnd& side = flow.*end;
  if (side.container == nullptr) {
    const std::string* common = side.identity->label(use.key);
    return common == nullptr ? Value() : Value::of(*common);
  }
  const std::string* found = find_label(side.container->pod_labels, use.key);
  if (found == nullptr) found = find_label(side.container->labels, use.key);
  return found == nullptr ? Value() : Value::of(*found);
}
template <End end>
Value process(F flow, U, A) {
  return text_if((flow.*end).process);
}
template <End end>
Value trust(F flow, U, A) {
  return number_if((flow.*end).trust);
}
template <End end>
Value risk(F flow, U, A) {
  return number_if((flow.*end).risk);
}

const record::FieldTable<Flow>& table() {
  static const record::FieldTable<Flow> rows = {
      {FieldId::flow_direction, [](F f, U, A) { return Value::of(to_text(f.direction)); }},
      {FieldId::flow_protocol, [](F f, U, A) { return text_if(protocol_name(f.protocol)); }},
      {FieldId::flow_exposure, [](F f, U, A) { return Value::of(to_text(f.exposure)); }},
      {FieldId::flow_known, [](F f, U, A) { return f.known ? Value::of(*f.known) : Value(); }},
      {FieldId::flow_refused, [](F f, U, A) { return Value::of(f.verdict == FlowRecord::Verdict::refused); }},
      {FieldId::flow_bytes_sent, [](F f, U, A) { return Value::of_natural(f.sent); }},
      {FieldId::flow_bytes_received, [](F f, U, A) { return Value::of_natural(f.received); }},
      {FieldId::flow_src_address, address<&Flow::source>},
      {FieldId::flow_src_network, address<&Flow::source>},
      {FieldId::flow_src_port, port<&Flow::source>},
      {FieldId::flow_src_name, name<&Flow::source>},
      {FieldId::flow_src_identity, kind<&Flow::source>},
      {FieldId::flow_src_image_digest, of_identity<&Flow::source, &FlowIdentity::digest>},
      {FieldId::flow_src_image_repository, of_identity<&Flow::source, &FlowIdentity::repository>},
      {FieldId::flow_src_container_id, container_id<&Flow::source>},
      {FieldId::flow_src_container_name, of_container<&Flow::source, &Container::name>},
      {FieldId::flow_src_label, label<&Flow::source>},
      {FieldId::flow_src_workload, of_identity<&Flow::source, &FlowIdentity::workload>},
      {FieldId::flow_src_namespace, of_identity<&Flow::source, &FlowIdentity::name_space>},
      {FieldId::flow_src_pod, of_container<&Flow::source, &Container::pod_name>},
      {FieldId::flow_src_process, process<&Flow::source>},
      {FieldId::flow_src_trust, trust<&Flow::source>},
      {FieldId::flow_src_risk, risk<&Flow::source>},
      {FieldId::flow_dst_address, address<&Flow::destination>},
      {FieldId::flow_dst_network, address<&Flow::destination>},
      {FieldId::flow_dst_port, port<&Flow::destination>},
      {FieldId::flow_dst_name, name<&Flow::destination>},
      {FieldId::flow_dst_identity, kind<&Flow::destination>},
      {FieldId::flow_dst_image_digest, of_identity<&Flow::destination, &FlowIdentity::digest>},
      {FieldId::flow_dst_image_repository, of_identity<&Flow::destination, &FlowIdentity::repository>},
      {FieldId::flow_dst_container_id, container_id<&Flow::destination>},
      {FieldId::flow_dst_container_name, of_container<&Flow::destination, &Container::name>},
      {FieldId::flow_dst_label, label<&Flow::destination>},
      {FieldId::flow_dst_workload, of_identity<&Flow::destination, &FlowIdentity::workload>},
      {FieldId::flow_dst_namespace, of_identity<&Flow::destination, &FlowIdentity::name_space>},
      {FieldId::flow_dst_pod, of_container<&Flow::destination, &Container::pod_name>},
      {FieldId::flow_dst_process, process<&Flow::destination>},
      {FieldId::flow_dst_trust, trust<&Flow::destination>},
      {FieldId::flow_dst_risk, risk<&Flow::destination>},
  };
  return rows;
}

}  // namespace

Value FlowFacts::read(const FieldUse& use, base::Arena& scratch) const {
  const Value own = table().read(flow_, use, scratch);
  if (own.exists() || (field(use.id).sources & set_of(EventSource::flow)) == 0) return own;
  if (use.id == FieldId::evt_source) return Value::of(to_text(EventSource::flow));
  return SystemEvent(record_, nullptr, flow_.source.container, context_).read(use, scratch);
}

}  // namespace doorman::model
