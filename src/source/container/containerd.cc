// SPDX-License-Identifier: Apache-2.0
#include "source/container/containerd.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/digest.h"
#include "base/fd.h"
#include "parse/container/containerd.h"
#include "parse/image/manifest.h"
#include "source/container/bolt_look.h"
#include "source/container/describe.h"

namespace doorman::source::container {
namespace {

using base::Digest;
using base::Error;
using base::ErrorCode;
using base::Result;
using parse::container::BoltFile;
using parse::container::ContainerdContainer;

constexpr std::size_t max_image_ids = 4096;
/// containerd 1.x and 2.x, runc and others by shim; the older one is of containerd before 1.4.
constexpr std::array<std::string_view, 2> task_folders = {"io.containerd.runtime.v2.task",
                                                          "io.containerd.runtime.v1.linux"};

/// A name that becomes one component of a path. Source: containerd identifiers/validate.go, which allows less.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 256 && text != "." && text != ".." && text.find('/') == text.npos &&
         text.find('\0') == text.npos;
}

bool is_folder(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

Result<std::string> read_blob(const std::string& root, const Digest& digest) {
  const std::string algorithm = digest.text().substr(0, digest.text().find(':'));
  const std::string path = root + "/io.containerd.content.v1.content/blobs/" + algorithm + "/" + digest.hex();
  return base::read_file(path, parse::image::max_document_bytes);
}

Result<std::string> read_checked_blob(const std::string& root, const Digest& digest) {
  DOORMAN_TRY(std::string bytes, read_blob(root, digest));
  if (base::digest_of(bytes, digest.algorithm()) == digest) return bytes;
  return Error(ErrorCode::mismatch, digest.text() + ": has another digest");
}

/// The digest of the configuration that a manifest, or an index's entry for this machine, leads to.
Result<std::string> config_digest(const std::string& root, const std::string& target) {
  DOORMAN_TRY(const Digest digest, Digest::parse(target));
  DOORMAN_TRY(std::string document, read_blob(root, digest));
  if (parse::image::document_kind(document) == parse::image::DocumentKind::index) {
    DOORMAN_TRY(const auto index, parse::image::parse_index(document));
    DOORMAN_TRY(const auto chosen, parse::image::select_platform(index, parse::image::host_platform()));
    DOORMAN_TRY(document, read_blob(root, chosen.digest));
  }
  DOORMAN_TRY(const auto manifest, parse::image::parse_manifest(document));
  return manifest.config.digest.text();
}

}  // namespace

ContainerdFolder::ContainerdFolder(EngineFolders::Containerd folders) : folders_(std::move(folders)) {}

std::string ContainerdFolder::database() const { return folders_.root + "/io.containerd.metadata.v1.bolt/meta.db"; }

std::optional<std::string> ContainerdFolder::bundle(std::string_view name_space, std::string_view id) const {
  if (!is_name(name_space) || !is_name(id)) return std::nullopt;
  for (const std::string_view tasks : task_folders) {
    std::string folder =
        folders_.state + "/" + std::string(tasks) + "/" + std::string(name_space) + "/" + std::string(id);
    if (is_folder(folder)) return folder;
  }
  return std::nullopt;
}

std::optional<std::string> ContainerdFolder::name_space_of(std::string_view id) const {
  for (const char* usual : {"k8s.io", "moby", "default"}) {
    if (bundle(usual, id)) return usual;
  }
  for (const std::string_view tasks : task_folders) {
    std::error_code ignored;
    const std::string folder = folders_.state + "/" + std::string(tasks);
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      std::string name = entry.path().filename().string();
      if (bundle(name, id)) return name;
    }
  }
  return std::nullopt;
}

Result<bool> ContainerdFolder::describe(std::string_view name_space, std::string_view id, Finding& finding) {
  const auto folder = bundle(name_space, id);
  if (folder) finding.bundle = *folder;
  auto looked = look_into_bolt<std::optional<ContainerdContainer>>(database(), [&](const BoltFile& file) {
    return parse::container::find_containerd_container(file, name_space, id);
  });
  if (!looked.ok()) {
    if (looked.error().code() == ErrorCode::not_found) return folder.has_value();
    return looked.error();
  }
  if (!*looked) return folder.has_value();
  ContainerdContainer& known = **looked;
  model::Container& container = finding.container;
  if (container.engine.empty()) container.engine = "containerd";
  container.labels = std::move(known.labels);
  container.image = std::move(known.image);
  add_image_name(container.image, container);
  if (!known.target.empty()) {
    container.digest = known.target;
    container.image_id = image_id_of(known.target);
  }
  add_pod(container.labels, container);
  return true;
}

Result<parse::container::ContainerdNames> ContainerdFolder::names() const {
  return look_into_bolt<parse::container::ContainerdNames>(
      database(), [](const BoltFile& file) { return parse::container::list_containerd_names(file); });
}

Result<ContainerdFolder::Image> ContainerdFolder::image(const std::string& target) const {
  DOORMAN_TRY(Digest digest, Digest::parse(target));
  std::vector<Digest> aliases = {digest};
  DOORMAN_TRY(std::string document, read_checked_blob(folders_.root, digest));
  if (parse::image::document_kind(document) == parse::image::DocumentKind::index) {
    DOORMAN_TRY(const auto index, parse::image::parse_index(document));
    DOORMAN_TRY(const auto chosen, parse::image::select_platform(index, parse::image::host_platform()));
    aliases.insert(aliases.begin(), chosen.digest);
    DOORMAN_TRY(document, read_checked_blob(folders_.root, chosen.digest));
  }
  DOORMAN_TRY(const auto manifest, parse::image::parse_manifest(document));
  DOORMAN_TRY(const std::string config, read_checked_blob(folders_.root, manifest.config.digest));
  DOORMAN_TRY(auto settings, parse::image::parse_config(config));
  return Image{manifest.config.digest, std::move(aliases), std::move(settings)};
}

std::string ContainerdFolder::image_id_of(const std::string& target) {
  if (const auto known = image_ids_.find(target); known != image_ids_.end()) return known->second;
  auto found = config_digest(folders_.root, target);
  if (!found.ok()) return {};  // the content was removed; the digest of the manifest is what is known
  if (image_ids_.size() >= max_image_ids) image_ids_.clear();
  return image_ids_.emplace(target, std::move(found).value()).first->second;
}

void ContainerdFolder::add_pod_labels(std::string_view name_space, model::Container& container) {
  if (container.pod_sandbox.empty() || !container.pod_labels.empty()) return;
  auto looked = look_into_bolt<std::optional<ContainerdContainer>>(database(), [&](const BoltFile& file) {
    return parse::container::find_containerd_container(file, name_space, container.pod_sandbox);
  });
  if (!looked.ok() || !*looked) return;
  std::erase_if((*looked)->labels, [](const auto& label) { return label.first == "io.cri-containerd.kind"; });
  container.pod_labels = std::move((*looked)->labels);
}

}  // namespace doorman::source::container
