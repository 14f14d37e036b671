// SPDX-License-Identifier: Apache-2.0
#include "sink/packages.h"

#include <algorithm>

#include "base/text.h"
#include "sink/links.h"

namespace doorman::sink {
namespace {

/// `registry.example/shop/web:1.4@sha256:…` without tag and digest.
std::string_view repository_of(std::string_view reference) {
  reference = reference.substr(0, reference.find('@'));
  const std::size_t colon = reference.rfind(':');
  const std::size_t slash = reference.rfind('/');
  const bool is_tag = colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  return is_tag ? reference.substr(0, colon) : reference;
}

}  // namespace

bool is_owned(const model::Inventory& inventory, std::uint32_t package) {
  const std::uint32_t owner = inventory.packages[package].owner;
  return owner < inventory.packages.size() && owner != package;
}

std::vector<std::uint32_t> told_packages(const model::Inventory& inventory, bool all) {
  std::vector<std::uint32_t> told;
  for (std::uint32_t i = 0; i < inventory.packages.size(); ++i) {
    if (all || !is_owned(inventory, i)) told.push_back(i);
  }
  return told;
}

std::uint32_t told_as(const model::Inventory& inventory, std::uint32_t package, bool all) {
  return !all && is_owned(inventory, package) ? inventory.packages[package].owner : package;
}

SplitName split_name(const model::Package& package) {
  const std::string_view name = package.name;
  std::size_t at = std::string_view::npos;
  switch (package.type) {
    case model::PackageType::npm:
      at = name.starts_with('@') ? name.find('/') : at;
      break;
    case model::PackageType::composer:
      at = name.find('/');
      break;
    case model::PackageType::maven:
      at = name.find(':');
      break;
    case model::PackageType::deb:
    case model::PackageType::apk:
    case model::PackageType::rpm:
    case model::PackageType::pypi:
    case model::PackageType::golang:
    case model::PackageType::gem:
    case model::PackageType::cargo:
    case model::PackageType::nuget:
    case model::PackageType::generic:
      break;
  }
  if (at == std::string_view::npos || at == 0 || at + 1 == name.size()) return {{}, name};
  return {name.substr(0, at), name.substr(at + 1)};
}

std::optional<base::Digest> hash_of(const model::Inventory& inventory, const model::FoundPackage& found) {
  if (found.package.type != model::PackageType::generic || !found.package.inner_path.empty()) return std::nullopt;
  if (found.paths.size() != 1) return std::nullopt;
  const auto path_of = [](const model::FoundProgram& program) -> const std::string& { return program.file.path; };
  const auto at = std::ranges::lower_bound(inventory.programs, found.paths.front(), {}, path_of);
  if (at == inventory.programs.end() || at->file.path != found.paths.front()) return std::nullopt;
  return at->file.sha256;
}

std::string oci_purl(const model::Inventory& inventory) {
  if (!inventory.identity || !inventory.identity->manifest || inventory.identity->names.empty()) return "";
  const std::string_view repository = repository_of(inventory.identity->names.front());
  const std::string name = base::to_lower(repository.substr(repository.rfind('/') + 1));
  if (name.empty()) return "";
  std::string purl = "pkg:oci/" + path_to_uri(name) + "@sha256%3A" + inventory.identity->manifest->hex();
  if (repository.find('/') != std::string_view::npos) purl += "?repository_url=" + path_to_uri(repository);
  return purl;
}

}  // namespace doorman::sink
