// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/ip.h"
#include "base/result.h"
#include "base/sqlite.h"
#include "model/container.h"
#include "parse/container/bolt.h"

namespace doorman::parse::container {

/// What podman knows of a container. Source: podman libpod/container_config.go, `ContainerConfig`, and
/// libpod/container.go, `ContainerState`.
struct PodmanContainer {
  static constexpr std::size_t max_bytes = 16U << 20U;

  std::string id, name;
  std::string image;     ///< full name
  std::string image_id;  ///< 64 hex digits
  std::string pod;       ///< id
  bool privileged = false;
  model::Container::Labels labels;
  std::vector<model::PublishedPort> ports;
  std::string bundle;  ///< path of its config.json; empty before it was first started
  std::vector<base::IpAddress> addresses;
};
/// The container's settings as JSON.
base::Result<PodmanContainer> parse_podman_container(base::Bytes json);
/// What changes while it lives: adds `bundle` and `addresses`.
base::Status parse_podman_state(base::Bytes json, PodmanContainer& into);

struct PodmanPod {
  std::string id, name;
  model::Container::Labels labels;
};
base::Result<PodmanPod> parse_podman_pod(base::Bytes json);

/// The same out of libpod's database, bolt_state.db: `ctr`/ID/{config,state,pod-id} and `pod`/ID/config; nothing,
/// if there is no such container. Source: podman libpod/boltdb_state_internal.go.
base::Result<std::optional<PodmanContainer>> find_podman_container(const BoltFile& database, std::string_view id);
base::Result<std::optional<PodmanPod>> find_podman_pod(const BoltFile& database, std::string_view id);

/// The same out of the database that podman keeps since version 4.8: tables ContainerConfig, ContainerState and
/// PodConfig. Source: podman libpod/sqlite_state_internal.go.
base::Result<std::optional<PodmanContainer>> find_podman_container(base::SqliteImage& database,
                                                                   std::string_view id);
base::Result<std::optional<PodmanPod>> find_podman_pod(base::SqliteImage& database, std::string_view id);

/// An entry of DRIVER-containers/containers.json, which podman, CRI-O and buildah share. Source: containers/storage
/// containers.go, `Container`; CRI-O internal/storage/runtime.go, `RuntimeContainerMetadata`.
struct StoredContainer {
  std::string id, image_id;
  std::vector<std::string> names;
  std::string image, pod_name, pod_id;  ///< from the entry's metadata
};
base::Result<std::vector<StoredContainer>> parse_stored_containers(base::Bytes json);

/// An entry of DRIVER-images/images.json. Source: containers/storage images.go, `Image`.
struct StoredImageName {
  std::string id;
  std::string digest;  ///< of the manifest; may be empty
  std::vector<std::string> names;
};
base::Result<std::vector<StoredImageName>> parse_stored_images(base::Bytes json);

}  // namespace doorman::parse::container
