// SPDX-License-Identifier: Apache-2.0
#include "policy/check/services.h"

#include <array>

namespace doorman::policy {
namespace {

struct Service {
  std::string_view name;
  std::uint16_t port;
};

constexpr auto services = std::to_array<Service>({
    {"echo", 7},
    {"discard", 9},
    {"daytime", 13},
    {"ftp-data", 20},
    {"ftp", 21},
    {"ssh", 22},
    {"telnet", 23},
    {"smtp", 25},
    {"time", 37},
    {"whois", 43},
    {"tacacs", 49},
    {"domain", 53},
    {"bootps", 67},
    {"bootpc", 68},
    {"tftp", 69},
    {"gopher", 70},
    {"finger", 79},
    {"http", 80},
    {"kerberos", 88},
    {"pop3", 110},
    {"sunrpc", 111},
    {"auth", 113},
    {"nntp", 119},
    {"ntp", 123},
    {"epmap", 135},
    {"netbios-ns", 137},
    {"netbios-dgm", 138},
    {"netbios-ssn", 139},
    {"imap2", 143},
    {"snmp", 161},
    {"snmp-trap", 162},
    {"snmptrap", 162},
    {"bgp", 179},
    {"irc", 194},
    {"ldap", 389},
    {"https", 443},
    {"microsoft-ds", 445},
    {"isakmp", 500},
    {"exec", 512},
    {"login", 513},
    {"shell", 514},
    {"syslog", 514},
    {"printer", 515},
    {"nntps", 563},
    {"submission", 587},
    {"ipp", 631},
    {"ldaps", 636},
    {"domain-s", 853},
    {"rsync", 873},
    {"ftps", 990},
    {"telnets", 992},
    {"imaps", 993},
    {"pop3s", 995},
    {"socks", 1080},
    {"openvpn", 1194},
    {"ms-sql-s", 1433},
    {"l2tp", 1701},
    {"pptp", 1723},
    {"radius", 1812},
    {"mqtt", 1883},
    {"nfs", 2049},
    {"docker", 2375},
    {"docker-s", 2376},
    {"etcd-client", 2379},
    {"etcd-server", 2380},
    {"mysql", 3306},
    {"ms-wbt-server", 3389},
    {"svn", 3690},
    {"epmd", 4369},
    {"sip", 5060},
    {"xmpp-client", 5222},
    {"postgresql", 5432},
    {"amqps", 5671},
    {"amqp", 5672},
    {"x11", 6000},
    {"redis", 6379},
    {"http-alt", 8080},
    {"memcached", 11211},
    {"git", 9418},
    {"mongodb", 27017},
});

}  // namespace

std::optional<std::uint16_t> port_of_service(std::string_view name) {
  for (const Service& service : services) {
    if (service.name == name) return service.port;
  }
  return std::nullopt;
}

}  // namespace doorman::policy
