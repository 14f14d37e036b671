// SPDX-License-Identifier: Apache-2.0
#include "parse/container/podman.h"

#include <fmt/format.h>

#include <utility>

#include "base/json.h"
#include "parse/container/control_group.h"
#include "parse/container/json_parts.h"

namespace doorman::parse::container {
namespace {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::JsonValue;
using base::Result;

constexpr std::size_t max_networks = 256, max_ports = 4096, max_stored = 1U << 16U;
constexpr std::size_t max_images_bytes = 256U << 20U;

Result<base::JsonDocument> parse_json(Bytes json) {
  if (json.size() > PodmanContainer::max_bytes) {
    return Error(ErrorCode::limit, fmt::format("more than {} bytes", PodmanContainer::max_bytes));
  }
  return base::JsonDocument::parse(json);
}

/// `range` ports from the first on: podman 4 keeps a range as one entry.
void read_port(JsonValue mapping, std::vector<model::PublishedPort>& into) {
  const auto first_host = number_of<std::uint16_t>(mapping["host_port"], 0);
  const auto first = number_of<std::uint16_t>(mapping["container_port"], 0);
  const auto range = number_of<std::uint16_t>(mapping["range"], 1);
  for (unsigned i = 0; i < std::max<unsigned>(range, 1) && into.size() < max_ports; ++i) {
    if (first == 0 || first + i > 0xffff || first_host + i > 0xffff) break;
    into.push_back({std::string(mapping["protocol"].string_or("tcp")), text_of(mapping["host_ip"]),
                    static_cast<std::uint16_t>(first_host + i), static_cast<std::uint16_t>(first + i)});
  }
}

/// `10.88.0.2/16`
void read_address(std::string_view text, std::vector<base::IpAddress>& into) {
  if (const auto address = base::IpAddress::parse(text.substr(0, text.find('/')))) into.push_back(*address);
}

template <typename Found, typename Parse>
Result<std::optional<Found>> parse_member(const BoltBucket& bucket, std::string_view name, Parse&& parse) {
  DOORMAN_TRY(const auto json, bucket.value(name));
  if (!json) return std::optional<Found>();
  DOORMAN_TRY(Found found, parse(*json).in(name));
  return std::optional<Found>(std::move(found));
}

/// The JSON of a row; nothing, if there is none. An id goes into the query as it is, so it may be nothing but an
/// id.
Result<std::optional<std::string>> json_of(base::SqliteImage& database, std::string_view table,
                                           std::string_view id) {
  std::optional<std::string> json;
  if (!is_container_id(id)) return json;
  DOORMAN_CHECK(database.query(fmt::format("SELECT JSON FROM {} WHERE ID = '{}'", table, id),
                               [&](const base::SqliteRow& row) {
                                 json = std::string(row.bytes(0));
                                 return false;
                               }));
  return json;
}

/// BUCKET/ID
Result<std::optional<BoltBucket>> entry_of(const BoltFile& database, std::string_view bucket, std::string_view id) {
  DOORMAN_TRY(const auto all, database.root().bucket(bucket));
  if (!all) return std::optional<BoltBucket>();
  return all->bucket(id);
}

}  // namespace

Result<PodmanContainer> parse_podman_container(Bytes json) {
  DOORMAN_TRY(const auto document, parse_json(json));
  const JsonValue root = document.root();
  PodmanContainer container;
  container.id = text_of(root["id"]);
  if (container.id.empty()) return Error(ErrorCode::invalid, "a container without an id");
  container.name = text_of(root["name"]);
  container.image = text_of(root["rootfsImageName"]);
  container.image_id = text_of(root["rootfsImageID"]);
  container.pod = text_of(root["pod"]);
  container.privileged = root["privileged"].boolean().value_or(false);
  container.labels = labels_of(root["labels"]);
  for (const char* member : {"newPortMappings", "portMappings"}) {
    for (const JsonValue mapping : root[member].items()) read_port(mapping, container.ports);
    if (!container.ports.empty()) break;
  }
  return container;
}

base::Status parse_podman_state(Bytes json, PodmanContainer& into) {
  DOORMAN_TRY(const auto document, parse_json(json));
  const JsonValue root = document.root();
  into.bundle = text_of(root["configPath"]);
  for (const auto& [network, status] : root["networkStatus"].members()) {
    for (const auto& [interface, settings] : status["interfaces"].members()) {
      for (const JsonValue subnet : settings["subnets"].items()) {
        if (into.addresses.size() == max_networks) return {};
        read_address(subnet["ipnet"].string_or(""), into.addresses);
      }
    }
  }
  return {};
}

Result<PodmanPod> parse_podman_pod(Bytes json) {
  DOORMAN_TRY(const auto document, parse_json(json));
  const JsonValue root = document.root();
  PodmanPod pod{text_of(root["id"]), text_of(root["name"]), labels_of(root["labels"])};
  if (pod.id.empty()) return Error(ErrorCode::invalid, "a pod without an id");
  return pod;
}

Result<std::optional<PodmanContainer>> find_podman_container(const BoltFile& database, std::string_view id) {
  DOORMAN_TRY(const auto entry, entry_of(database, "ctr", id));
  if (!entry) return std::optional<PodmanContainer>();
  DOORMAN_TRY(auto container, parse_member<PodmanContainer>(*entry, "config", parse_podman_container));
  if (!container) return std::optional<PodmanContainer>();
  DOORMAN_TRY(const auto state, entry->value("state"));
  if (state) DOORMAN_CHECK(parse_podman_state(*state, *container).in("state"));
  DOORMAN_TRY(const auto pod, entry->value("pod-id"));
  if (pod) container->pod = *pod;
  return container;
}

Result<std::optional<PodmanPod>> find_podman_pod(const BoltFile& database, std::string_view id) {
  DOORMAN_TRY(const auto entry, entry_of(database, "pod", id));
  if (!entry) return std::optional<PodmanPod>();
  return parse_member<PodmanPod>(*entry, "config", parse_podman_pod);
}

Result<std::optional<PodmanContainer>> find_podman_container(base::SqliteImage& database, std::string_view id) {
  DOORMAN_TRY(const auto config, json_of(database, "ContainerConfig", id));
  if (!config) return std::optional<PodmanContainer>();
  DOORMAN_TRY(PodmanContainer container, parse_podman_container(*config).in("ContainerConfig"));
  DOORMAN_TRY(const auto state, json_of(database, "ContainerState", id));
  if (state) DOORMAN_CHECK(parse_podman_state(*state, container).in("ContainerState"));
  return std::optional<PodmanContainer>(std::move(container));
}

Result<std::optional<PodmanPod>> find_podman_pod(base::SqliteImage& database, std::string_view id) {
  DOORMAN_TRY(const auto config, json_of(database, "PodConfig", id));
  if (!config) return std::optional<PodmanPod>();
  DOORMAN_TRY(PodmanPod pod, parse_podman_pod(*config).in("PodConfig"));
  return std::optional<PodmanPod>(std::move(pod));
}

Result<std::vector<StoredContainer>> parse_stored_containers(Bytes json) {
  DOORMAN_TRY(const auto document, parse_json(json));
  std::vector<StoredContainer> stored;
  for (const JsonValue item : document.root().items()) {
    if (stored.size() == max_stored) {
      return Error(ErrorCode::limit, fmt::format("more than {} containers", max_stored));
    }
    StoredContainer container;
    container.id = text_of(item["id"]);
    container.image_id = text_of(item["image"]);
    container.names = texts_of(item["names"], max_labels);
    // The engine's own notes are a JSON text within the JSON.
    if (const auto notes = base::JsonDocument::parse(item["metadata"].string_or("")); notes.ok()) {
      container.image = text_of(notes->root()["image-name"]);
      container.pod_name = text_of(notes->root()["pod-name"]);
      container.pod_id = text_of(notes->root()["pod-id"]);
    }
    if (!container.id.empty()) stored.push_back(std::move(container));
  }
  return stored;
}

Result<std::vector<StoredImageName>> parse_stored_images(Bytes json) {
  if (json.size() > max_images_bytes) {
    return Error(ErrorCode::limit, fmt::format("more than {} bytes", max_images_bytes));
  }
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(json));
  std::vector<StoredImageName> images;
  for (const JsonValue item : document.root().items()) {
    if (images.size() == max_stored) return Error(ErrorCode::limit, fmt::format("more than {} images", max_stored));
    images.push_back({text_of(item["id"]), text_of(item["digest"]), texts_of(item["names"], max_labels)});
  }
  return images;
}

}  // namespace doorman::parse::container
