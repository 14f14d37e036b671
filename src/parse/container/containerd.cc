// SPDX-License-Identifier: Apache-2.0
#include "parse/container/containerd.h"

#include <algorithm>
#include <utility>

#include "parse/container/json_parts.h"

namespace doorman::parse::container {
namespace {

using base::Bytes;
using base::Result;

/// The bucket at a path of keys below the root, or nothing where one of them is not there.
Result<std::optional<BoltBucket>> bucket_at(const BoltFile& database,
                                            std::initializer_list<std::string_view> keys) {
  std::optional<BoltBucket> at = database.root();
  for (const std::string_view key : keys) {
    DOORMAN_TRY(at, at->bucket(key));
    if (!at) break;
  }
  return at;
}

Result<std::string> text_at(const BoltBucket& bucket, std::string_view key) {
  DOORMAN_TRY(const auto value, bucket.value(key));
  return std::string(value.value_or(""));
}

/// The keys of a bucket that are buckets themselves.
Result<std::vector<std::string>> buckets_in(const std::optional<BoltBucket>& bucket) {
  std::vector<std::string> keys;
  if (!bucket) return keys;
  DOORMAN_CHECK(bucket->for_each([&](Bytes key, std::optional<Bytes> value) {
    if (!value) keys.emplace_back(key);
    return keys.size() < ContainerdNames::max_each;
  }));
  return keys;
}

}  // namespace

Result<ContainerdNames> list_containerd_names(const BoltFile& database) {
  ContainerdNames names;
  DOORMAN_TRY(const auto version, bucket_at(database, {"v1"}));
  DOORMAN_TRY(const auto name_spaces, buckets_in(version));
  for (const std::string& name_space : name_spaces) {
    DOORMAN_TRY(const auto images, bucket_at(database, {"v1", name_space, "images"}));
    DOORMAN_TRY(const auto image_names, buckets_in(images));
    for (const std::string& name : image_names) {
      if (names.images.size() == ContainerdNames::max_each) break;
      DOORMAN_TRY(const auto target, bucket_at(database, {"v1", name_space, "images", name, "target"}));
      if (!target) continue;
      DOORMAN_TRY(std::string digest, text_at(*target, "digest"));
      names.images.push_back({name_space, name, std::move(digest)});
    }
    DOORMAN_TRY(const auto containers, bucket_at(database, {"v1", name_space, "containers"}));
    DOORMAN_TRY(const auto ids, buckets_in(containers));
    for (const std::string& id : ids) {
      if (names.containers.size() == ContainerdNames::max_each) break;
      DOORMAN_TRY(const auto entry, bucket_at(database, {"v1", name_space, "containers", id}));
      DOORMAN_TRY(std::string image, text_at(*entry, "image"));
      names.containers.push_back({name_space, id, std::move(image)});
    }
  }
  return names;
}

bool is_given_name(std::string_view name) { return !name.starts_with("sha256:") && name.find('@') == name.npos; }

Result<std::optional<ContainerdContainer>> find_containerd_container(const BoltFile& database,
                                                                     std::string_view name_space,
                                                                     std::string_view id) {
  DOORMAN_TRY(const auto entry, bucket_at(database, {"v1", name_space, "containers", id}));
  if (!entry) return std::optional<ContainerdContainer>();
  ContainerdContainer container;
  DOORMAN_TRY(container.image, text_at(*entry, "image"));
  DOORMAN_TRY(const auto labels, entry->bucket("labels"));
  if (labels) {
    DOORMAN_CHECK(labels->for_each([&](Bytes key, std::optional<Bytes> value) {
      if (value) container.labels.emplace_back(key, *value);
      return container.labels.size() < max_labels;
    }));
    std::ranges::sort(container.labels);
  }
  if (!container.image.empty()) {
    DOORMAN_TRY(const auto target, bucket_at(database, {"v1", name_space, "images", container.image, "target"}));
    if (target) {
      DOORMAN_TRY(container.target, text_at(*target, "digest"));
    }
  }
  return std::optional<ContainerdContainer>(std::move(container));
}

}  // namespace doorman::parse::container
