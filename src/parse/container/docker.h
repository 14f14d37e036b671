// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ip.h"
#include "base/result.h"
#include "model/container.h"

namespace doorman::parse::container {

/// /var/lib/docker/containers/ID/config.v2.json. Source: moby container/container.go, `Container` and `State`.
struct DockerContainer {
  static constexpr std::size_t max_bytes = 16U << 20U;

  std::string id, name;
  std::string image;     ///< as it was asked for
  std::string image_id;  ///< `sha256:…`
  std::string hostname;
  model::Container::Labels labels;
  std::vector<base::IpAddress> addresses;
  std::vector<model::PublishedPort> ports;
};
base::Result<DockerContainer> parse_docker_container(base::Bytes json);

/// hostconfig.json beside it. Source: moby api/types/container/host_config.go.
struct DockerHostConfig {
  bool privileged = false;
  std::string network_mode, pid_mode, ipc_mode;
  std::vector<model::PublishedPort> ports;  ///< that were asked for; a host port of 0 is not chosen yet
};
base::Result<DockerHostConfig> parse_docker_host_config(base::Bytes json);

/// image/DRIVER/repositories.json: the names of images. Source: moby reference/store.go.
struct DockerImageName {
  std::string name;      ///< `alpine:3`, `alpine@sha256:…`
  std::string image_id;  ///< `sha256:…`
};
base::Result<std::vector<DockerImageName>> parse_docker_repositories(base::Bytes json);

}  // namespace doorman::parse::container
