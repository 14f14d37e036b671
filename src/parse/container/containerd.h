// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/container.h"
#include "parse/container/bolt.h"

namespace doorman::parse::container {

/// What containerd's metadata database (meta.db) says: v1/NAMESPACE/containers/ID and v1/NAMESPACE/images/NAME.
/// Source: containerd metadata/buckets.go.
struct ContainerdContainer {
  std::string image;  ///< name of the image; may be empty
  model::Container::Labels labels;
  std::string target;  ///< digest of the image's manifest or index; empty where the image is gone
};

/// Nothing, if there is no such container.
base::Result<std::optional<ContainerdContainer>> find_containerd_container(const BoltFile& database,
                                                                           std::string_view name_space,
                                                                           std::string_view id);

/// All that the database names: v1/NAMESPACE/images and v1/NAMESPACE/containers.
struct ContainerdNames {
  static constexpr std::size_t max_each = 1U << 16U;

  struct Image {
    std::string name_space, name;
    std::string target;  ///< digest of the manifest or index
  };
  struct Container {
    std::string name_space, id;
    std::string image;  ///< name of the image; may be empty
  };
  std::vector<Image> images;
  std::vector<Container> containers;
};
base::Result<ContainerdNames> list_containerd_names(const BoltFile& database);

/// Whether somebody called an image so. CRI gives each two more names: its id, and its repository with a digest.
bool is_given_name(std::string_view name);

}  // namespace doorman::parse::container
