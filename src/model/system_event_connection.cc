// SPDX-License-Identifier: Apache-2.0
// fd.* of connections. Who came to whom says which end is the server; local is always the process's own end.
#include <algorithm>
#include <array>

#include "model/system_event_readers.h"

namespace doorman::model {
namespace {

using base::Arena;

struct End {
  const base::IpAddress* address = nullptr;
  std::uint16_t port = 0;
};

using FindEnd = End (*)(const EventObject&);

End local_end(const EventObject& object) {
  return has_other_end(object) || object.is(EventObject::listening) ? End{&object.local, object.local_port} : End{};
}
End remote_end(const EventObject& object) {
  return has_other_end(object) ? End{&object.remote, object.remote_port} : End{};
}
End client_end(const EventObject& object) {
  if (object.is(EventObject::listening)) return {};
  return object.is(EventObject::server) ? remote_end(object) : local_end(object);
}
End server_end(const EventObject& object) {
  return object.is(EventObject::server) || object.is(EventObject::listening) ? local_end(object)
                                                                             : remote_end(object);
}

End find(const SystemEvent& event, FindEnd which) {
  const EventRecord& record = event.record();
  return record.has_object && record.object.is_ip() ? which(record.object) : End{};
}

template <FindEnd which>
Value address(const SystemEvent& event, const FieldUse&, Arena&) {
  const End end = find(event, which);
  return end.address == nullptr ? Value() : Value::of(*end.address);
}
template <FindEnd which>
Value port(const SystemEvent& event, const FieldUse&, Arena&) {
  const End end = find(event, which);
  return end.address == nullptr ? Value() : Value::of_natural(end.port);
}
template <FindEnd which>
Value domain_name(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const End end = find(event, which);
  if (end.address == nullptr || event.context().address_names == nullptr) return {};
  const std::string_view name = event.context().address_names->name_of(*end.address, event.record().cgroup);
  return name.empty() ? Value() : Value::of(scratch.copy(name));
}

// The services that rules name; every other port is its number.
struct Service {
  std::uint16_t port;
  std::string_view name;
};
constexpr auto services = std::to_array<Service>({
    {20, "ftp-data"},  {21, "ftp"},          {22, "ssh"},           {23, "telnet"},     {25, "smtp"},
    {53, "domain"},    {67, "bootps"},       {68, "bootpc"},        {69, "tftp"},       {80, "http"},
    {110, "pop3"},     {111, "sunrpc"},      {123, "ntp"},          {143, "imap2"},     {161, "snmp"},
    {389, "ldap"},     {443, "https"},       {445, "microsoft-ds"}, {514, "shell"},     {636, "ldaps"},
    {853, "domain-s"}, {873, "rsync"},       {993, "imaps"},        {995, "pop3s"},     {2049, "nfs"},
    {3306, "mysql"},   {5432, "postgresql"}, {6379, "redis"},       {8080, "http-alt"},
});
Value service_name(std::uint16_t number, Arena& scratch) {
  const auto found = std::ranges::lower_bound(services, number, {}, &Service::port);
  return found != services.end() && found->port == number ? Value::of(found->name) : format(scratch, "{}", number);
}
template <FindEnd which>
Value service(const SystemEvent& event, const FieldUse&, Arena& scratch) {
  const End end = find(event, which);
  return end.address == nullptr ? Value() : service_name(end.port, scratch);
}

/// Both ends, or the one that there is.
template <FieldReader first, FieldReader second>
Value both(const SystemEvent& event, const FieldUse& use, Arena& scratch) {
  const Value a = first(event, use, scratch), b = second(event, use, scratch);
  if (!a.exists()) return b;
  if (!b.exists()) return a;
  const auto values = values_in(scratch, 2);
  values[0] = a;
  values[1] = b;
  return Value::of(std::span<const Value>(values));
}

const EventObject* socket_of(const SystemEvent& event) {
  const EventRecord& record = event.record();
  return record.has_object && record.object.is_ip() ? &record.object : nullptr;
}

Value protocol(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventObject* socket = socket_of(event);
  if (socket == nullptr) return {};
  constexpr std::uint8_t icmp = 1, tcp = 6, udp = 17, icmpv6 = 58, raw = 255;
  switch (socket->protocol) {
    case tcp:
      return Value::of(std::string_view("tcp"));
    case udp:
      return Value::of(std::string_view("udp"));
    case icmp:
    case icmpv6:
      return Value::of(std::string_view("icmp"));
    case raw:
      return Value::of(std::string_view("raw"));
    default:
      return {};
  }
}
Value family(const SystemEvent& event, const FieldUse&, Arena&) {
  if (socket_of(event) != nullptr) return Value::of(std::string_view("ip"));
  const EventRecord& record = event.record();
  const bool is_unix = record.has_object && record.object.type == EventObject::Type::unix_socket;
  return is_unix ? Value::of(std::string_view("unix")) : Value();
}
Value is_server(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventObject* socket = socket_of(event);
  return socket == nullptr ? Value()
                           : Value::of(socket->is(EventObject::server) || socket->is(EventObject::listening));
}
Value is_connected(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventRecord& record = event.record();
  return record.has_object ? Value::of(record.object.is(EventObject::connected)) : Value();
}
Value name_changed(const SystemEvent& event, const FieldUse&, Arena&) {
  const EventRecord& record = event.record();
  return record.has_object ? Value::of(record.object.is(EventObject::named_here)) : Value();
}

constexpr auto readers = std::to_array<ReaderOf>({
    {FieldId::fd_ip, both<address<client_end>, address<server_end>>},
    {FieldId::fd_cip, address<client_end>},
    {FieldId::fd_sip, address<server_end>},
    {FieldId::fd_lip, address<local_end>},
    {FieldId::fd_rip, address<remote_end>},
    {FieldId::fd_net, both<address<client_end>, address<server_end>>},
    {FieldId::fd_cnet, address<client_end>},
    {FieldId::fd_snet, address<server_end>},
    {FieldId::fd_lnet, address<local_end>},
    {FieldId::fd_rnet, address<remote_end>},
    {FieldId::fd_port, both<port<client_end>, port<server_end>>},
    {FieldId::fd_cport, port<client_end>},
    {FieldId::fd_sport, port<server_end>},
    {FieldId::fd_lport, port<local_end>},
    {FieldId::fd_rport, port<remote_end>},
    {FieldId::fd_proto, both<service<client_end>, service<server_end>>},
    {FieldId::fd_cproto, service<client_end>},
    {FieldId::fd_sproto, service<server_end>},
    {FieldId::fd_lproto, service<local_end>},
    {FieldId::fd_rproto, service<remote_end>},
    {FieldId::fd_cip_name, domain_name<client_end>},
    {FieldId::fd_sip_name, domain_name<server_end>},
    {FieldId::fd_lip_name, domain_name<local_end>},
    {FieldId::fd_rip_name, domain_name<remote_end>},
    {FieldId::fd_l4proto, protocol},
    {FieldId::fd_sockfamily, family},
    {FieldId::fd_is_server, is_server},
    {FieldId::fd_connected, is_connected},
    {FieldId::fd_name_changed, name_changed},
});

}  // namespace

std::span<const ReaderOf> connection_readers() { return readers; }

}  // namespace doorman::model
