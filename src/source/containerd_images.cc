// SPDX-License-Identifier: Apache-2.0
#include "source/containerd_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/path.h"
#include "base/text.h"
#include "parse/container/containerd.h"
#include "source/container/containerd.h"
#include "source/container/folders.h"
#include "source/containers_storage_index.h"
#include "source/content_folder.h"
#include "source/image_layout.h"

namespace doorman::source {
namespace {

using base::Digest;
using base::Error;
using base::ErrorCode;
using base::Result;
using parse::container::ContainerdNames;

constexpr std::array<std::string_view, 3> usual_name_spaces = {"default", "k8s.io", "moby"};

/// The blobs of a containerd. What is not there was never fetched or is gone, which is no fault of the store.
class ContentStore final : public ContentFolder {
 public:
  explicit ContentStore(const std::string& root)
      : folder_(open_disk_folder(root + "/io.containerd.content.v1.content")) {}

  [[nodiscard]] bool has(const std::string& name) const override { return folder_->has(name); }
  [[nodiscard]] Result<std::string> read(const std::string& name, std::uint64_t max_bytes) const override {
    return explained(folder_->read(name, max_bytes), name);
  }
  [[nodiscard]] Result<std::unique_ptr<base::ByteStream>> open(const std::string& name) const override {
    return explained(folder_->open(name), name);
  }
  [[nodiscard]] Result<std::uint64_t> size(const std::string& name) const override {
    return explained(folder_->size(name), name);
  }

 private:
  template <typename T>
  static Result<T> explained(Result<T> got, const std::string& name) {
    if (got.ok() || got.error().code() != ErrorCode::not_found) return got;
    return Error(
        ErrorCode::not_found,
        fmt::format("containerd does not have the content {}: it was fetched for another platform only, or "
                    "removed once it was unpacked (discard_unpacked_layers); registry:NAME reads it there",
                    base::basename_of(name)));
  }

  std::unique_ptr<ContentFolder> folder_;
};

/// What is asked, in this order. A namespace that was named need not be there.
std::vector<std::string> name_spaces(const ContainerdNames& names, const std::string& wanted) {
  if (!wanted.empty()) return {wanted};
  std::vector<std::string> all(usual_name_spaces.begin(), usual_name_spaces.end());
  for (const ContainerdNames::Image& image : names.images) {
    if (std::ranges::find(all, image.name_space) == all.end()) all.push_back(image.name_space);
  }
  return all;
}

/// Names of a namespace that lead to the same content are one image.
std::vector<ImageRecord> images_in(const ContainerdNames& names, std::string_view name_space) {
  std::map<std::string_view, ImageRecord> by_target;
  for (const ContainerdNames::Image& image : names.images) {
    if (image.name_space != name_space) continue;
    ImageRecord& record = by_target[image.target];
    record.digest = image.target;
    record.id = base::printable(image.target.substr(image.target.find(':') + 1));
    record.names.push_back(image.name);
  }
  std::vector<ImageRecord> images;
  images.reserve(by_target.size());
  for (auto& [target, record] : by_target) images.push_back(std::move(record));
  return images;
}

/// Nothing where no namespace has such an image.
Result<std::optional<ImageRecord>> find_in(const std::string& root, const ContainerdName& wanted) {
  DOORMAN_TRY(const ContainerdNames names, container::ContainerdFolder({root, ""}).names());
  for (const std::string& name_space : name_spaces(names, wanted.name_space)) {
    const std::vector<ImageRecord> images = images_in(names, name_space);
    const auto found = find_image(images, wanted.name);
    if (found.ok()) return std::optional(**found);
    if (found.error().code() != ErrorCode::not_found) return found.error().in("namespace " + name_space);
  }
  return std::optional<ImageRecord>();
}

Error nobody_has_it(const ContainerdName& wanted, const std::vector<std::string>& roots,
                    const std::vector<std::string>& asked) {
  if (asked.empty()) {
    return {ErrorCode::not_found, "no containerd has its folder in " + base::join(roots, ", ")};
  }
  const std::string place = wanted.name_space.empty() ? "any namespace" : "the namespace " + wanted.name_space;
  return {ErrorCode::not_found, fmt::format("no such image in {} of {}", place, base::join(asked, ", "))};
}

Result<std::unique_ptr<ImageSource>> open_found(const std::string& root, const ImageRecord& found,
                                                const model::Platform& platform) {
  DOORMAN_TRY(const Digest target, Digest::parse(found.digest));
  std::vector<std::string> names;
  std::ranges::copy_if(found.names, std::back_inserter(names), parse::container::is_given_name);
  return open_named_content(std::make_unique<ContentStore>(root), target, std::move(names), platform);
}

std::vector<std::string> roots_of_this_machine() {
  auto folders = container::EngineFolders::configured();
  folders.add_running_daemons();
  std::vector<std::string> roots;
  roots.reserve(folders.containerd.size());
  for (const auto& each : folders.containerd) roots.push_back(each.root);
  return roots;
}

}  // namespace

Result<ContainerdName> ContainerdName::parse(std::string_view text) {
  if (!text.starts_with('[')) return ContainerdName{"", "", std::string(text)};
  const std::size_t end = text.find(']');
  if (end == text.npos) return Error(ErrorCode::usage, "a [ without its ]");
  const std::string_view place = text.substr(1, end - 1);
  const std::size_t slash = std::min(place.find('/'), place.size());
  std::string_view name_space = place.substr(0, slash), root = place.substr(slash);
  if (!root.empty() && name_space.ends_with('@')) name_space.remove_suffix(1);
  else if (!root.empty() && !name_space.empty()) {
    return Error(ErrorCode::usage, "between [ and ] stands neither NAMESPACE, FOLDER nor NAMESPACE@FOLDER");
  }
  return ContainerdName{std::string(name_space), std::string(root), std::string(text.substr(end + 1))};
}

std::string ContainerdName::of_target(std::string_view name_space, std::string_view root, const Digest& target) {
  return fmt::format("[{}@{}]{}", name_space, root, target.text());
}

Result<std::unique_ptr<ImageSource>> open_containerd_image(const ContainerdName& name,
                                                           const std::vector<std::string>& roots,
                                                           const model::Platform& platform) {
  const std::vector<std::string> places = name.root.empty() ? roots : std::vector{name.root};
  const std::string called = base::printable(name.name);
  std::optional<Error> failed;
  std::vector<std::string> asked;
  for (const std::string& root : places) {
    const auto found = find_in(root, name);
    if (found.ok() && *found) return open_found(root, **found, platform).in(called);
    if (found.ok()) asked.push_back(root);
    else if (!failed && found.error().code() != ErrorCode::not_found) failed = found.error();
  }
  return failed.value_or(nobody_has_it(name, places, asked)).in(called);
}

Result<std::unique_ptr<ImageSource>> open_containerd_image(std::string_view text, const model::Platform& platform) {
  DOORMAN_TRY(ContainerdName name, ContainerdName::parse(text));
  const char* const usual = std::getenv("CONTAINERD_NAMESPACE");
  if (name.name_space.empty() && usual != nullptr) name.name_space = usual;
  return open_containerd_image(name, roots_of_this_machine(), platform);
}

}  // namespace doorman::source
