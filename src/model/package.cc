// SPDX-License-Identifier: Apache-2.0
#include "model/package.h"

namespace doorman::model {

std::string_view to_text(PackageType type) {
  switch (type) {
    case PackageType::deb:
      return "deb";
    case PackageType::apk:
      return "apk";
    case PackageType::rpm:
      return "rpm";
    case PackageType::npm:
      return "npm";
    case PackageType::pypi:
      return "pypi";
    case PackageType::golang:
      return "golang";
    case PackageType::maven:
      return "maven";
    case PackageType::gem:
      return "gem";
    case PackageType::composer:
      return "composer";
    case PackageType::cargo:
      return "cargo";
    case PackageType::nuget:
      return "nuget";
    case PackageType::generic:
      return "generic";
  }
  return "generic";
}

std::string_view to_text(Evidence evidence) {
  switch (evidence) {
    case Evidence::installed:
      return "installed";
    case Evidence::embedded:
      return "embedded";
    case Evidence::declared:
      return "declared";
  }
  return "declared";
}

}  // namespace doorman::model
