// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "model/image.h"
#include "parse/container/containerd.h"
#include "source/container/finder.h"
#include "source/container/folders.h"

namespace doorman::source::container {

/// What a containerd knows: the bundle of each task in its state folder, its metadata database, and the manifests
/// in its content store, which lead from the digest of an image's manifest or index to that of its configuration.
class ContainerdFolder {
 public:
  explicit ContainerdFolder(EngineFolders::Containerd folders);

  [[nodiscard]] const EngineFolders::Containerd& folders() const { return folders_; }

  /// The folder of a bundle, if there is one: STATE/io.containerd.runtime.v2.task/NAMESPACE/ID.
  [[nodiscard]] std::optional<std::string> bundle(std::string_view name_space, std::string_view id) const;
  /// The namespace that has a bundle of that id; k8s.io and moby are asked first.
  [[nodiscard]] std::optional<std::string> name_space_of(std::string_view id) const;

  /// Adds what the database says, and `bundle`; false: there is neither an entry nor a bundle. Of docker's
  /// containers (namespace moby) it knows the bundle alone.
  base::Result<bool> describe(std::string_view name_space, std::string_view id, Finding& finding);
  /// All images and containers that the database names; `not_found` where there is no database.
  [[nodiscard]] base::Result<parse::container::ContainerdNames> names() const;
  struct Image {
    base::Digest config;
    std::vector<base::Digest> aliases;  ///< manifest, and the index that led to it
    model::ImageConfig settings;
  };
  /// The image behind the digest of a manifest, or of an index that has one for this machine. What is read has the
  /// digest by which it was asked for.
  [[nodiscard]] base::Result<Image> image(const std::string& target) const;

  /// Pod labels are those of the sandbox, which is a container too.
  void add_pod_labels(std::string_view name_space, model::Container& container);

 private:
  [[nodiscard]] std::string database() const;
  std::string image_id_of(const std::string& target);

  EngineFolders::Containerd folders_;
  std::unordered_map<std::string, std::string>
      image_ids_;  ///< by the digest that is their target; content never changes
};

}  // namespace doorman::source::container
