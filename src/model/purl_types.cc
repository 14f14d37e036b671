// SPDX-License-Identifier: Apache-2.0
#include "model/purl_types.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"

namespace doorman::model {

namespace {

enum class Namespace : std::uint8_t { optional, required, prohibited };

/// Which parts are folded to lower case.
enum Fold : unsigned { keep = 0, fold_namespace = 1, fold_name = 2, fold_version = 4, fold_path = 3, fold_all = 7 };

struct TypeRule {
  std::string_view type;
  Namespace name_space;
  unsigned fold;
};

constexpr TypeRule rules[] = {
    {"alpm", Namespace::required, fold_path},
    {"apk", Namespace::optional, fold_path},
    {"bazel", Namespace::prohibited, keep},
    {"bitbucket", Namespace::required, fold_path},
    {"bitnami", Namespace::prohibited, fold_name},
    {"brew", Namespace::optional, fold_path},
    {"cargo", Namespace::prohibited, keep},
    {"chrome-extension", Namespace::prohibited, fold_name},
    {"cocoapods", Namespace::prohibited, keep},
    {"composer", Namespace::required, fold_path},
    {"conda", Namespace::prohibited, keep},
    {"cran", Namespace::prohibited, keep},
    {"deb", Namespace::optional, fold_path},
    {"gem", Namespace::prohibited, keep},
    {"git", Namespace::required, keep},
    {"github", Namespace::required, fold_path},
    {"hackage", Namespace::prohibited, keep},
    {"hex", Namespace::optional, fold_path},
    {"huggingface", Namespace::required, fold_version},
    {"julia", Namespace::prohibited, keep},
    {"luarocks", Namespace::optional, fold_path},
    {"mlflow", Namespace::prohibited, keep},
    {"nuget", Namespace::prohibited, keep},
    {"oci", Namespace::prohibited, fold_name | fold_version},
    {"opam", Namespace::prohibited, keep},
    {"otp", Namespace::prohibited, fold_name},
    {"pub", Namespace::prohibited, fold_name},
    {"pypi", Namespace::prohibited, fold_name | fold_version},
    {"qpkg", Namespace::required, fold_namespace},
    {"rpm", Namespace::optional, fold_namespace},
    {"swift", Namespace::required, keep},
    {"vcpkg", Namespace::prohibited, keep},
    {"vscode-extension", Namespace::required, fold_all},
    {"yocto", Namespace::optional, fold_namespace},
};

base::Error refused(const PackageUrl& purl, std::string_view why) {
  return {base::ErrorCode::invalid, "purl: " + purl.type + ": " + std::string(why)};
}

const std::string* qualifier(const PackageUrl& purl, std::string_view key) {
  for (const auto& [name, value] : purl.qualifiers) {
    if (name == key) return &value;
  }
  return nullptr;
}

base::Status apply(const TypeRule& rule, PackageUrl& purl) {
  if (rule.name_space == Namespace::required && purl.name_space.empty()) return refused(purl, "no namespace");
  if (rule.name_space == Namespace::prohibited && !purl.name_space.empty()) {
    return refused(purl, "has no namespaces");
  }
  if ((rule.fold & fold_namespace) != 0) purl.name_space = base::to_lower(purl.name_space);
  if ((rule.fold & fold_name) != 0) purl.name = base::to_lower(purl.name);
  if ((rule.fold & fold_version) != 0) purl.version = base::to_lower(purl.version);
  return {};
}

/// The definition's pattern `^\d+(\.\d+){0,3}$`.
bool is_chrome_version(std::string_view version) {
  const std::vector<std::string_view> numbers = base::split(version, '.');
  return numbers.size() <= 4 && std::ranges::all_of(numbers, [](std::string_view number) {
           return !number.empty() && std::ranges::all_of(number, base::is_digit);
         });
}

base::Status apply_own_rules(PackageUrl& purl) {
  if (purl.type == "pypi") {
    std::ranges::replace(purl.name, '_', '-');
  } else if (purl.type == "pub") {
    std::ranges::replace_if(purl.name, [](char c) { return !base::is_alpha(c) && !base::is_digit(c); }, '_');
  } else if (purl.type == "git" && (purl.name_space == "github" || purl.name_space == "github.com")) {
    purl.name = base::to_lower(purl.name);
  } else if (purl.type == "mlflow") {
    // Only Databricks' registry takes names without case.
    const std::string* repository = qualifier(purl, "repository_url");
    if (repository != nullptr && repository->find("databricks") != std::string::npos) {
      purl.name = base::to_lower(purl.name);
    }
  } else if (purl.type == "cpan") {
    if (purl.name.find("::") != std::string::npos) return refused(purl, "the name is a module's");
  } else if (purl.type == "julia") {
    if (qualifier(purl, "uuid") == nullptr) return refused(purl, "no uuid");
  } else if (purl.type == "swid") {
    if (qualifier(purl, "tag_id") == nullptr) return refused(purl, "no tag_id");
  } else if (purl.type == "chrome-extension") {
    const bool good =
        purl.name.size() == 32 && std::ranges::all_of(purl.name, [](char c) { return c >= 'a' && c <= 'p'; });
    if (!good) return refused(purl, "the name is not 32 letters from a to p");
    if (!purl.version.empty() && !is_chrome_version(purl.version)) return refused(purl, "bad version");
  }
  return {};
}

}  // namespace

base::Status apply_type_rules(PackageUrl& purl) {
  const auto* rule = std::ranges::find(rules, purl.type, &TypeRule::type);
  if (rule != std::end(rules)) DOORMAN_CHECK(apply(*rule, purl));
  return apply_own_rules(purl);
}

}  // namespace doorman::model
