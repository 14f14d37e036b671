// SPDX-License-Identifier: Apache-2.0
// A package's URL as other scanners print it, so that their users' ignore lists and VEX files match.
#include <string_view>
#include <utility>

#include "base/text.h"
#include "model/purl.h"
#include "model/purl_types.h"

namespace doorman::model {

namespace {

/// Red Hat and openSUSE are known by another name than their os-release's ID.
std::string vendor_of(const Distribution& distribution) {
  if (distribution.id == "rhel") return "redhat";
  if (distribution.id.starts_with("opensuse")) return "opensuse";
  return distribution.id;
}

void add_distribution(const Package& package, const Distribution* distribution, PackageUrl& purl) {
  if (!package.architecture.empty()) purl.qualifiers.emplace_back("arch", package.architecture);
  if (distribution == nullptr || distribution->id.empty()) return;
  purl.name_space = base::to_lower(vendor_of(*distribution));
  const std::string dash = distribution->version_id.empty() ? "" : "-";
  purl.qualifiers.emplace_back("distro", distribution->id + dash + distribution->version_id);
}

/// `1:2.3-4` → `2.3-4` and the qualifier epoch=1.
void move_epoch(PackageUrl& purl) {
  const std::size_t colon = purl.version.find(':');
  if (colon == std::string::npos) return;
  if (const auto epoch = base::to_number(std::string_view(purl.version).substr(0, colon))) {
    if (*epoch != 0) purl.qualifiers.emplace_back("epoch", std::to_string(*epoch));
    purl.version.erase(0, colon + 1);
  }
}

char separator_of(PackageType type) {
  switch (type) {
    case PackageType::maven:
      return ':';
    case PackageType::npm:
    case PackageType::golang:
    case PackageType::composer:
      return '/';
    case PackageType::deb:
    case PackageType::apk:
    case PackageType::rpm:
    case PackageType::pypi:
    case PackageType::gem:
    case PackageType::cargo:
    case PackageType::nuget:
    case PackageType::generic:
      return '\0';
  }
  return '\0';
}

PackageUrl parts_of(const Package& package, const Distribution* distribution) {
  PackageUrl purl;
  purl.type = to_text(package.type);
  purl.name = package.name;
  purl.version = package.version;
  const char separator = separator_of(package.type);
  if (const std::size_t at = separator == '\0' ? std::string::npos : purl.name.rfind(separator);
      at != std::string::npos) {
    purl.name_space = purl.name.substr(0, at);
    purl.name.erase(0, at + 1);
  }
  if (is_of_distribution(package.type)) add_distribution(package, distribution, purl);
  if (package.type == PackageType::rpm) move_epoch(purl);
  return purl;
}

}  // namespace

std::string purl_of(const Package& package, const Distribution* distribution) {
  if (const auto canonical = canonical_purl(parts_of(package, distribution))) return to_text(*canonical);
  // What an image claims to hold may break its type's rules (a composer package without vendor); it is still told.
  const PackageUrl purl = parts_of(package, distribution);
  return purl.name.empty() ? std::string() : to_text(purl);
}

}  // namespace doorman::model
