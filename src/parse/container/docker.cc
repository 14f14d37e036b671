// SPDX-License-Identifier: Apache-2.0
#include "parse/container/docker.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "parse/container/json_parts.h"

namespace doorman::parse::container {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonValue;
using base::Result;

constexpr std::size_t max_networks = 256, max_ports = 4096, max_image_names = 1U << 16U;

std::uint16_t port_of(std::string_view text) {
  const auto number = base::to_number(text);
  return number && *number <= 0xffff ? static_cast<std::uint16_t>(*number) : std::uint16_t{0};
}

/// `{"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}`
std::vector<model::PublishedPort> read_ports(JsonValue ports) {
  std::vector<model::PublishedPort> read;
  for (const auto& [key, bindings] : ports.members()) {
    const auto parts = base::split(key, '/');
    for (const JsonValue binding : bindings.items()) {
      if (read.size() == max_ports) return read;
      model::PublishedPort port;
      port.protocol = parts.size() > 1 ? std::string(parts[1]) : "tcp";
      port.container_port = port_of(parts[0]);
      port.host_ip = text_of(binding["HostIp"]);
      port.host_port = port_of(binding["HostPort"].string_or(""));
      if (port.container_port != 0) read.push_back(std::move(port));
    }
  }
  return read;
}

std::vector<base::IpAddress> read_addresses(JsonValue networks) {
  std::vector<base::IpAddress> read;
  std::size_t left = max_networks;
  for (const auto& [name, network] : networks.members()) {
    if (left-- == 0) break;
    for (const char* member : {"IPAddress", "GlobalIPv6Address"}) {
      if (const auto address = base::IpAddress::parse(network[member].string_or(""))) read.push_back(*address);
    }
  }
  return read;
}

Result<base::JsonDocument> parse_json(base::Bytes json) {
  if (json.size() > DockerContainer::max_bytes) {
    return Error(ErrorCode::limit, fmt::format("more than {} bytes", DockerContainer::max_bytes));
  }
  return base::JsonDocument::parse(json);
}

}  // namespace

Result<DockerContainer> parse_docker_container(base::Bytes json) {
  DOORMAN_TRY(const auto document, parse_json(json));
  const JsonValue root = document.root();
  DockerContainer container;
  container.id = text_of(root["ID"]);
  if (container.id.empty()) return Error(ErrorCode::invalid, "a container without an ID");
  container.name = text_of(root["Name"]);
  if (container.name.starts_with('/')) container.name.erase(0, 1);
  container.image = text_of(root["Config"]["Image"]);
  container.image_id = text_of(root["Image"]);
  container.hostname = text_of(root["Config"]["Hostname"]);
  container.labels = labels_of(root["Config"]["Labels"]);
  container.addresses = read_addresses(root["NetworkSettings"]["Networks"]);
  container.ports = read_ports(root["NetworkSettings"]["Ports"]);
  return container;
}

Result<DockerHostConfig> parse_docker_host_config(base::Bytes json) {
  DOORMAN_TRY(const auto document, parse_json(json));
  const JsonValue root = document.root();
  if (!root.is_object()) return Error(ErrorCode::invalid, "not an object");
  return DockerHostConfig{root["Privileged"].boolean().value_or(false), text_of(root["NetworkMode"]),
                          text_of(root["PidMode"]), text_of(root["IpcMode"]), read_ports(root["PortBindings"])};
}

Result<std::vector<DockerImageName>> parse_docker_repositories(base::Bytes json) {
  DOORMAN_TRY(const auto document, parse_json(json));
  std::vector<DockerImageName> names;
  for (const auto& [repository, references] : document.root()["Repositories"].members()) {
    for (const auto& [name, id] : references.members()) {
      if (names.size() == max_image_names) {
        return Error(ErrorCode::limit, fmt::format("more than {} names of images", max_image_names));
      }
      names.push_back({std::string(name), text_of(id)});
    }
  }
  return names;
}

}  // namespace doorman::parse::container
