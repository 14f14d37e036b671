// SPDX-License-Identifier: Apache-2.0
#include "source/local_images.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/digest.h"
#include "base/fd.h"
#include "model/container.h"
#include "parse/container/docker.h"
#include "parse/container/podman.h"
#include "parse/image/manifest.h"
#include "parse/image/reference.h"
#include "source/container/containerd.h"
#include "source/container/describe.h"
#include "source/container/finder.h"
#include "source/containerd_images.h"
#include "source/containers_storage.h"
#include "source/containers_storage_conf.h"

namespace doorman::source {
namespace {

namespace fs = std::filesystem;
using base::Digest;
using base::Error;
using base::ErrorCode;
using container::EngineFolders;
using model::LocalContainer;
using model::LocalImage;

constexpr std::uint64_t max_list_bytes = 256U << 20U;
/// Of docker's own among containerd's clients: docker's files tell of these.
constexpr std::string_view docker_name_space = "moby";

/// The names in a folder, sorted; none where it is not there.
std::vector<std::string> names_in(const std::string& folder, std::size_t most) {
  std::vector<std::string> names;
  std::error_code error;
  auto it = fs::directory_iterator(folder, error);
  for (; !error && it != fs::directory_iterator() && names.size() < most; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

/// As podman and Kubernetes write it: docker leaves its own registry out.
std::string full_name(std::string_view name) {
  const auto reference = parse::image::parse_reference(name);
  return reference.ok() ? reference->text() : std::string(name);
}

class Reader {
 public:
  explicit Reader(const EngineFolders& folders) : folders_(folders) {}

  LocalImages read() {
    for (const std::string& folder : folders_.storage) add_storage(folder);
    for (const std::string& folder : folders_.docker) add_docker(folder);
    for (const EngineFolders::Containerd& folder : folders_.containerd) add_containerd(folder);
    add_running();
    std::ranges::stable_sort(found_.images, [](const LocalImage& a, const LocalImage& b) {
      return std::tie(a.digest, a.engine) < std::tie(b.digest, b.engine);
    });
    std::ranges::sort(found_.containers, [](const LocalContainer& a, const LocalContainer& b) {
      return std::tie(a.name, a.id) < std::tie(b.name, b.id);
    });
    resolve_ids();
    return std::move(found_);
  }

 private:
  /// What is not there is no problem.
  void tell(const Error& error) {
    if (error.code() != ErrorCode::not_found) found_.problems.push_back(error.message());
  }

  void add(LocalImage image) {
    if (found_.images.size() < LocalImages::max_images) found_.images.push_back(std::move(image));
  }
  void add(LocalContainer container) {
    if (container.id.empty() || found_.containers.size() >= LocalImages::max_containers) return;
    const auto [place, is_new] = places_.try_emplace(container.id, found_.containers.size());
    if (is_new) found_.containers.push_back(std::move(container));
  }

  void add_storage(const std::string& folder) {
    auto listed = list_stored_images({"", {folder}}, found_.problems);
    if (!listed.ok()) return tell(listed.error());
    for (ListedImage& image : *listed) {
      LocalImage local{image.identity.config,
                       {},
                       "podman",
                       std::move(image.identity.names),
                       std::move(image.former_names),
                       std::move(image.config),
                       "containers-storage:" + image.target};
      if (image.identity.manifest) local.aliases.push_back(*image.identity.manifest);
      add(std::move(local));
    }
    for (const char* driver : {"overlay", "vfs"}) {
      const std::string path = fmt::format("{}/{}-containers/containers.json", folder, driver);
      const auto text = base::read_file(path, max_list_bytes);
      if (!text.ok()) {
        tell(text.error());
        continue;
      }
      const auto stored = parse::container::parse_stored_containers(*text).in(path);
      if (!stored.ok()) {
        tell(stored.error());
        continue;
      }
      for (const auto& each : *stored) {
        add(LocalContainer{each.id, each.names.empty() ? std::string() : each.names.front(), "podman", each.image,
                           container::as_digest(each.image_id), false});
      }
    }
  }

  void add_docker(const std::string& root) {
    for (const std::string& driver : names_in(root + "/image", 64))
      add_docker_images(fmt::format("{}/image/{}", root, driver));
    for (const std::string& id : names_in(root + "/containers", LocalImages::max_containers)) {
      const std::string path = fmt::format("{}/containers/{}/config.v2.json", root, id);
      const auto text = base::read_file(path, parse::container::DockerContainer::max_bytes);
      const auto known = text.ok() ? parse::container::parse_docker_container(*text).in(path)
                                   : base::Result<parse::container::DockerContainer>(text.error());
      if (!known.ok()) {
        tell(known.error());
        continue;
      }
      add(LocalContainer{known->id, known->name, "docker", known->image, container::as_digest(known->image_id),
                         false});
    }
  }

  /// Source: moby image/fs.go, `imagedb/content/sha256/ID`, which is the configuration.
  void add_docker_images(const std::string& folder) {
    std::map<std::string, std::vector<std::string>, std::less<>> names;
    const std::string list = folder + "/repositories.json";
    if (const auto text = base::read_file(list, max_list_bytes); text.ok()) {
      auto known = parse::container::parse_docker_repositories(*text).in(list);
      if (!known.ok()) tell(known.error());
      else
        for (auto& each : *known) names[each.image_id].push_back(std::move(each.name));
    } else {
      tell(text.error());
    }
    const std::string content = folder + "/imagedb/content/sha256/";
    for (const std::string& hex : names_in(content, LocalImages::max_images)) {
      const auto digest = Digest::parse("sha256:" + hex);
      if (!digest.ok()) continue;
      const auto bytes = base::read_file(content + hex, parse::image::max_document_bytes);
      if (!bytes.ok()) {
        tell(bytes.error());
        continue;
      }
      if (base::digest_of(*bytes) != *digest) {
        tell(Error(ErrorCode::mismatch, content + hex + ": has another digest"));
        continue;
      }
      auto config = parse::image::parse_config(*bytes).in(content + hex);
      if (!config.ok()) {
        tell(config.error());
        continue;
      }
      LocalImage image{*digest, {}, "docker", {}, {}, std::move(config).value(), "docker:" + digest->text()};
      for (const std::string& name : names[digest->text()]) {
        if (const std::size_t at = name.find('@'); at == name.npos) image.names.push_back(full_name(name));
        else if (const auto alias = Digest::parse(name.substr(at + 1)); alias.ok()) image.aliases.push_back(*alias);
      }
      std::ranges::sort(image.names);
      add(std::move(image));
    }
  }

  /// What docker keeps in a containerd has docker's own name, and a socket that gives it.
  static LocalImage containerd_image(const parse::container::ContainerdNames::Image& named,
                                     const container::ContainerdFolder::Image& image, const std::string& root) {
    LocalImage local{image.config, image.aliases, "docker", {}, {}, image.settings, "docker:" + named.name};
    if (named.name_space == docker_name_space) return local;
    local.engine = "containerd";
    local.target = "containerd:" + ContainerdName::of_target(named.name_space, root, image.aliases.back());
    return local;
  }

  void add_containerd(const EngineFolders::Containerd& folders) {
    const container::ContainerdFolder folder(folders);
    const auto names = folder.names();
    if (!names.ok()) return tell(names.error());
    std::map<std::pair<std::string, std::string>, std::string> ids;  // by namespace and name
    std::map<Digest, LocalImage> images;
    for (const auto& each : names->images) {
      const auto image = folder.image(each.target);
      if (!image.ok()) {
        // Of a multi-platform image another platform's, or content that is gone: no container here runs it.
        found_.problems.push_back(fmt::format("containerd image {}: {}", each.name, image.error().message()));
        continue;
      }
      ids[{each.name_space, each.name}] = image->config.text();
      LocalImage& local =
          images.try_emplace(image->config, containerd_image(each, *image, folders.root)).first->second;
      if (parse::container::is_given_name(each.name) &&
          std::ranges::find(local.names, each.name) == local.names.end()) {
        local.names.push_back(each.name);
      }
    }
    for (auto& [digest, image] : images) add(std::move(image));
    for (const auto& each : names->containers) {
      if (each.name_space == docker_name_space) continue;
      const auto id = ids.find({each.name_space, each.image});
      add(LocalContainer{each.id, std::string(model::short_id(each.id)), "containerd", each.image,
                         id == ids.end() ? std::string() : id->second, false});
    }
  }

  void add_running() {
    if (folders_.groups.empty()) return;
    container::ContainerFinder finder(folders_);
    const auto running = finder.running(&found_.problems);
    if (!running.ok()) return tell(running.error());
    found_.knows_running = true;
    for (const auto& each : *running) {
      const model::Container& known = each.finding.container;
      add(LocalContainer{known.id, known.name, known.engine, known.image, known.image_id, true});
      const auto place = places_.find(known.id);
      if (place == places_.end()) continue;
      LocalContainer& container = found_.containers[place->second];
      container.running = true;
      // Its control group's engine knows more than a list: pods' names, for one.
      if (!known.name.empty()) container.name = known.name;
      if (!known.image.empty()) container.image = known.image;
      if (container.image_id.empty()) container.image_id = known.image_id;
    }
  }

  /// Docker's containerd store calls an image by the digest of its manifest or index.
  void resolve_ids() {
    std::map<std::string, std::string, std::less<>> ids;
    for (const LocalImage& image : found_.images) {
      for (const Digest& alias : image.aliases) ids.try_emplace(alias.text(), image.digest.text());
    }
    for (const LocalImage& image : found_.images) ids.erase(image.digest.text());
    for (LocalContainer& container : found_.containers) {
      if (const auto id = ids.find(container.image_id); id != ids.end()) container.image_id = id->second;
    }
  }

  const EngineFolders& folders_;
  LocalImages found_;
  std::map<std::string, std::size_t, std::less<>> places_;  // of containers, by id
};

}  // namespace

LocalImages read_local_images(const EngineFolders& folders) { return Reader(folders).read(); }

EngineFolders local_engine_folders() {
  const auto here = EngineFolders::of_this_host();
  EngineFolders folders = here.ok() ? *here : EngineFolders::configured();
  if (::geteuid() != 0) {
    const auto own = read_storage_config();
    folders.storage = own.ok() ? own->folders : std::vector<std::string>();
  }
  return folders;
}

EngineFolders engine_folders_below(const std::string& root) {
  EngineFolders folders;
  folders.storage = {root + "/var/lib/containers/storage"};
  folders.docker = {root + "/var/lib/docker"};
  folders.containerd = {{root + "/var/lib/containerd", root + "/run/containerd"},
                        {root + "/var/lib/docker/containerd/daemon", root + "/run/docker/containerd/daemon"}};
  return folders;
}

}  // namespace doorman::source
