// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "base/text.h"
#include "parse/image/reference.h"
#include "source/containers_storage_index.h"

namespace doorman::source {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using parse::image::Reference;

constexpr std::size_t min_id_digits = 3;

/// CRI has an image's id among the names that it gives in containerd.
constexpr std::string_view id_prefix = "sha256:";

/// One way in which a name can mean an image.
using Meaning = std::function<bool(const ImageRecord&)>;

Meaning named(std::string name) {
  return [name = std::move(name)](const ImageRecord& image) {
    return std::ranges::find(image.names, name) != image.names.end();
  };
}

Meaning named_with_ending(std::string ending) {
  return [ending = std::move(ending)](const ImageRecord& image) {
    return std::ranges::any_of(image.names, [&](const std::string& name) { return name.ends_with(ending); });
  };
}

Meaning of_digest(const Reference& wanted) {
  return [repository = wanted.name(), digest = wanted.digest->text()](const ImageRecord& image) {
    const auto& data = image.data_names;
    if (image.digest != digest && std::ranges::find(data, "manifest-" + digest) == data.end()) return false;
    return std::ranges::any_of(image.names, [&](const std::string& name) {
      return name.starts_with(repository + ":") || name.starts_with(repository + "@");
    });
  };
}

Meaning with_id(std::string digits) {
  return [digits = std::move(digits)](const ImageRecord& image) {
    return image.id.starts_with(digits) || std::ranges::any_of(image.names, [&](std::string_view name) {
             return name.starts_with(id_prefix) && name.substr(id_prefix.size()).starts_with(digits);
           });
  };
}

std::vector<Meaning> meanings(const std::string& name) {
  std::vector<Meaning> all = {named(name)};
  if (const auto wanted = parse::image::parse_reference(name); wanted.ok()) {
    const bool complete = wanted->digest || name.ends_with(":" + wanted->tag);
    const std::string tagged = complete ? name : name + ":" + wanted->tag;
    all.push_back(named("localhost/" + tagged));
    all.push_back(named(wanted->text()));
    if (wanted->digest) all.push_back(of_digest(*wanted));
    all.push_back(named_with_ending("/" + tagged));
  }
  const std::string digits = name.starts_with(id_prefix) ? name.substr(id_prefix.size()) : name;
  if (digits.size() >= min_id_digits) all.push_back(with_id(digits));
  return all;
}

}  // namespace

Result<const ImageRecord*> find_image(const std::vector<ImageRecord>& images, std::string_view name) {
  for (const Meaning& meant : meanings(std::string(name))) {
    std::vector<const ImageRecord*> found;
    for (const ImageRecord& image : images) {
      const auto same = [&](const ImageRecord* other) { return other->id == image.id; };
      if (meant(image) && std::ranges::none_of(found, same)) found.push_back(&image);
    }
    if (found.size() == 1) return found.front();
    if (found.empty()) continue;
    std::vector<std::string> ids;
    ids.reserve(found.size());
    for (const ImageRecord* image : found) ids.push_back(image->id.substr(0, 12));
    return Error(ErrorCode::usage, "stands for several images: " + base::join(ids, ", "));
  }
  return Error(ErrorCode::not_found, "no such image in this storage");
}

}  // namespace doorman::source
