// SPDX-License-Identifier: Apache-2.0
#include "derive/named_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace doorman::derive {
namespace {

using base::Digest;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t least_digits = 3;
constexpr std::string_view sha256 = "sha256:";

bool begins_digest(const Digest& digest, std::string_view named) {
  if (named.starts_with(sha256)) named.remove_prefix(sha256.size());
  return named.size() >= least_digits && digest.hex().starts_with(named);
}

/// `registry.example/team/shop:1` ends in `shop:1`, `team/shop` and `shop`.
bool ends_name(std::string_view name, std::string_view named) {
  const std::size_t colon = name.rfind(':');
  const bool has_tag = colon != name.npos && name.find('/', colon) == name.npos;
  for (const std::string_view whole : {name, has_tag ? name.substr(0, colon) : name}) {
    if (whole == named) return true;
    if (whole.ends_with(named) && whole[whole.size() - named.size() - 1] == '/') return true;
  }
  return false;
}

}  // namespace

Result<Digest> find_named_image(std::span<const NamedImage> images, std::span<const NamedContainer> containers,
                                std::string_view named) {
  std::set<Digest> found;
  bool without_image = false;
  const auto add_images = [&](const auto& fits) {
    for (const NamedImage& image : images) {
      if (fits(image)) found.insert(image.digest);
    }
  };
  const auto add_containers = [&](const auto& fits) {
    for (const NamedContainer& container : containers) {
      if (!fits(container)) continue;
      if (container.image) found.insert(*container.image);
      else without_image = true;
    }
  };
  const auto any_digest = [&](const NamedImage& image, const auto& fits) {
    return fits(image.digest) || std::ranges::any_of(image.aliases, fits);
  };
  for (int way = 0; way < 5 && found.empty() && !without_image; ++way) {
    switch (way) {
      case 0:
        add_images([&](const NamedImage& image) {
          return any_digest(image, [&](const Digest& each) { return each.text() == named || each.hex() == named; });
        });
        break;
      case 1:
        add_images(
            [&](const NamedImage& image) { return std::ranges::find(image.names, named) != image.names.end(); });
        break;
      case 2:
        add_containers([&](const NamedContainer& container) { return container.name == named; });
        break;
      case 3:
        add_images([&](const NamedImage& image) {
          return any_digest(image, [&](const Digest& each) { return begins_digest(each, named); });
        });
        add_containers([&](const NamedContainer& container) {
          return named.size() >= least_digits && container.id.starts_with(named);
        });
        break;
      default:
        add_images([&](const NamedImage& image) {
          return !named.empty() &&
                 std::ranges::any_of(image.names, [&](const std::string& name) { return ends_name(name, named); });
        });
        break;
    }
  }
  if (found.size() == 1) return *found.begin();
  const std::string text = base::printable(named);
  if (found.empty() && without_image) {
    return Error(ErrorCode::not_found,
                 fmt::format("of the container `{}` it is not known which image it runs", text));
  }
  if (found.empty()) {
    return Error(ErrorCode::not_found, fmt::format("`{}` is no image and no container that is known here", text));
  }
  std::vector<std::string> digests;
  digests.reserve(found.size());
  for (const Digest& each : found) digests.push_back(each.brief());
  return Error(ErrorCode::usage,
               fmt::format("`{}` stands for several images: {}", text, base::join(digests, ", ")));
}

}  // namespace doorman::derive
