// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "parse/container/podman.h"
#include "source/container/cached_file.h"
#include "source/container/finder.h"

namespace doorman::source::container {

/// What podman and CRI-O know, in the storage that they share. Read are libpod's database, libpod/bolt_state.db;
/// for what is not in there (CRI-O, and podman 5, whose database is another), DRIVER-containers/containers.json;
/// and DRIVER-images/images.json.
class ContainerStorage {
 public:
  explicit ContainerStorage(std::string root);

  [[nodiscard]] const std::string& root() const { return root_; }

  /// Adds what the storage says of a container; false: it knows no such one. `bundle` is where its bundle should
  /// be.
  base::Result<bool> describe(std::string_view id, Finding& finding);

 private:
  base::Result<bool> describe_from_libpod(std::string_view id, Finding& finding);
  base::Result<bool> describe_from_list(std::string_view id, Finding& finding);
  void add_image(model::Container& container);

  std::string root_;
  struct Driver {
    std::string name;
    CachedFile<std::vector<parse::container::StoredContainer>> containers;
    CachedFile<std::vector<parse::container::StoredImageName>> images;
  };
  std::vector<Driver> drivers_;
};

/// The storage that a bundle of podman's lies in: /ROOT of /ROOT/DRIVER-containers/ID/userdata; empty: no such
/// folder.
std::string_view storage_of_bundle(std::string_view folder);

}  // namespace doorman::source::container
