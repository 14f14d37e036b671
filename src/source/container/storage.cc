// SPDX-License-Identifier: Apache-2.0
#include "source/container/storage.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "source/container/bolt_look.h"
#include "source/container/describe.h"
#include "source/container/sqlite_look.h"

namespace doorman::source::container {
namespace {

using base::ErrorCode;
using base::Result;
using parse::container::BoltFile;
using parse::container::find_podman_container;
using parse::container::find_podman_pod;
using parse::container::PodmanContainer;
using parse::container::PodmanPod;
using parse::container::StoredContainer;
using parse::container::StoredImageName;

constexpr std::uint64_t max_list_bytes = 256U << 20U;

struct Known {
  std::optional<PodmanContainer> container;
  std::optional<PodmanPod> pod;
};

/// `database` is a BoltFile or a SqliteImage.
template <typename Database>
Result<Known> known_in(Database& database, std::string_view id) {
  Known known;
  DOORMAN_TRY(known.container, find_podman_container(database, id));
  if (known.container && !known.container->pod.empty()) {
    DOORMAN_TRY(known.pod, find_podman_pod(database, known.container->pod));
  }
  return known;
}

Result<Known> look_into_sqlite(const std::string& path, std::string_view id) {
  DOORMAN_TRY(const std::string bytes, read_quiet_sqlite(path));
  DOORMAN_TRY(auto database, base::SqliteImage::open(bytes).in(path));
  return known_in(database, id).in(path);
}

bool is_folder(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

ContainerStorage::ContainerStorage(std::string root) : root_(std::move(root)) {
  for (const char* name : {"overlay", "vfs"}) {
    const std::string start = root_ + "/" + name;
    drivers_.push_back({name, CachedFile<std::vector<StoredContainer>>(start + "-containers/containers.json"),
                        CachedFile<std::vector<StoredImageName>>(start + "-images/images.json")});
  }
}

Result<bool> ContainerStorage::describe(std::string_view id, Finding& finding) {
  for (const Driver& driver : drivers_) {
    const std::string folder = root_ + "/" + driver.name + "-containers/" + std::string(id) + "/userdata";
    if (is_folder(folder)) finding.bundle = folder;
  }
  const auto by_libpod = describe_from_libpod(id, finding);
  if (!by_libpod.ok() || !*by_libpod) {
    DOORMAN_TRY(const bool known, describe_from_list(id, finding));
    if (!by_libpod.ok() && !known) return by_libpod.error();
    if (!known) return false;
    // Who it is stands in the list too; labels and pod do not.
    if (!by_libpod.ok()) finding.problem = by_libpod.error().message();
  }
  add_image(finding.container);
  return true;
}

Result<bool> ContainerStorage::describe_from_libpod(std::string_view id, Finding& finding) {
  auto looked = look_into_bolt<Known>(root_ + "/libpod/bolt_state.db",
                                      [id](const BoltFile& database) { return known_in(database, id); });
  for (const char* place : {"/db.sql", "/libpod/db.sql"}) {
    const bool known = looked.ok() && looked->container;
    if (known || (!looked.ok() && looked.error().code() != ErrorCode::not_found)) break;
    auto others = look_into_sqlite(root_ + place, id);
    if (others.ok() || others.error().code() != ErrorCode::not_found) looked = std::move(others);
  }
  if (!looked.ok()) {
    if (looked.error().code() == ErrorCode::not_found) return false;
    return looked.error();
  }
  if (!looked->container) return false;
  PodmanContainer& known = *looked->container;
  model::Container& container = finding.container;
  container.engine = "podman";
  container.name = std::move(known.name);
  container.image = std::move(known.image);
  container.image_id = as_digest(known.image_id);
  container.labels = std::move(known.labels);
  container.privileged = known.privileged;
  if (looked->pod) {
    container.pod_uid = std::move(looked->pod->id);
    container.pod_name = std::move(looked->pod->name);
    container.pod_labels = std::move(looked->pod->labels);
  }
  finding.ports = std::move(known.ports);
  finding.addresses = std::move(known.addresses);
  if (known.bundle.ends_with("/config.json")) finding.bundle = known.bundle.substr(0, known.bundle.rfind('/'));
  return true;
}

Result<bool> ContainerStorage::describe_from_list(std::string_view id, Finding& finding) {
  for (Driver& driver : drivers_) {
    const auto list = driver.containers.get(max_list_bytes, parse::container::parse_stored_containers);
    if (!list.ok()) {
      if (list.error().code() == ErrorCode::not_found) continue;
      return list.error();
    }
    const auto found = std::ranges::find(**list, id, &StoredContainer::id);
    if (found == (*list)->end()) continue;
    model::Container& container = finding.container;
    if (container.engine.empty()) container.engine = "podman";
    if (!found->names.empty()) container.name = found->names.front();
    container.image = found->image;
    container.image_id = as_digest(found->image_id);
    return true;
  }
  return false;
}

void ContainerStorage::add_image(model::Container& container) {
  add_image_name(container.image, container);
  for (Driver& driver : drivers_) {
    const auto list = driver.images.get(max_list_bytes, parse::container::parse_stored_images);
    if (!list.ok()) continue;  // the digest of the manifest is an alias; without it the container is still known
    const auto found = std::ranges::find_if(
        **list, [&](const StoredImageName& image) { return as_digest(image.id) == container.image_id; });
    if (found != (*list)->end() && container.digest.empty()) container.digest = found->digest;
  }
}

std::string_view storage_of_bundle(std::string_view folder) {
  constexpr std::string_view end = "/userdata", middle = "-containers";
  if (!folder.ends_with(end)) return {};
  folder.remove_suffix(end.size());
  const auto parent = folder.substr(0, folder.rfind('/'));
  if (parent.size() == folder.size() || !parent.ends_with(middle)) return {};
  return parent.substr(0, parent.rfind('/'));
}

}  // namespace doorman::source::container
