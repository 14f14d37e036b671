// SPDX-License-Identifier: Apache-2.0
#include "source/container/docker.h"

#include <algorithm>
#include <filesystem>

#include "base/fd.h"
#include "source/container/describe.h"

namespace doorman::source::container {
namespace {

using base::ErrorCode;
using base::Result;
using parse::container::DockerContainer;
using parse::container::DockerHostConfig;
using parse::container::DockerImageName;

constexpr std::uint64_t max_repositories_bytes = 64U << 20U;

}  // namespace

DockerRoot::DockerRoot(std::string root) : root_(std::move(root)) {
  std::error_code ignored;
  std::vector<std::string> paths;
  for (const auto& driver : std::filesystem::directory_iterator(root_ + "/image", ignored)) {
    paths.push_back(driver.path().string() + "/repositories.json");
  }
  std::ranges::sort(paths);
  for (std::string& path : paths) repositories_.emplace_back(std::move(path));
}

Result<bool> DockerRoot::describe(std::string_view id, Finding& finding) {
  const std::string folder = root_ + "/containers/" + std::string(id);
  const auto text = base::read_file(folder + "/config.v2.json", DockerContainer::max_bytes);
  if (!text.ok()) {
    if (text.error().code() == ErrorCode::not_found) return false;
    return text.error();
  }
  DOORMAN_TRY(DockerContainer known,
              parse::container::parse_docker_container(*text).in(folder + "/config.v2.json"));
  model::Container& container = finding.container;
  container.engine = "docker";
  container.name = std::move(known.name);
  container.image = std::move(known.image);
  container.image_id = as_digest(known.image_id);
  container.hostname = std::move(known.hostname);
  container.labels = std::move(known.labels);
  finding.addresses = std::move(known.addresses);
  finding.ports = std::move(known.ports);
  if (const auto host = base::read_file(folder + "/hostconfig.json", DockerContainer::max_bytes); host.ok()) {
    DOORMAN_TRY(DockerHostConfig settings,
                parse::container::parse_docker_host_config(*host).in(folder + "/hostconfig.json"));
    container.privileged = settings.privileged;
    if (finding.ports.empty()) finding.ports = std::move(settings.ports);
  }
  add_image(container);
  return true;
}

void DockerRoot::add_image(model::Container& container) {
  const std::string& asked = container.image;
  const bool by_id =
      asked.empty() || container.image_id.starts_with(asked) || container.image_id.starts_with("sha256:" + asked);
  if (!by_id) add_image_name(asked, container);
  for (auto& file : repositories_) {
    const auto names = file.get(max_repositories_bytes, parse::container::parse_docker_repositories);
    if (!names.ok()) continue;  // aliases; without them the container is still known
    for (const DockerImageName& known : **names) {
      if (known.image_id != container.image_id) continue;
      const std::size_t at = known.name.find('@');
      if (at == known.name.npos && by_id) add_image_name(known.name, container);
      if (at != known.name.npos && (by_id || known.name.starts_with(container.repository + "@"))) {
        add_image_name(known.name, container);
      }
    }
  }
  if (!by_id && container.tag.empty() && asked.find('@') == asked.npos) container.tag = "latest";
}

}  // namespace doorman::source::container
