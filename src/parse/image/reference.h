// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"

namespace doorman::parse::image {

/// The name of an image in a registry, complete: what the user left out is filled in as docker does.
struct Reference {
  std::string registry;    ///< host with its port, if it has one: `docker.io`, `localhost:5000`, `[::1]:5000`
  std::string repository;  ///< `library/alpine`
  std::string tag;         ///< `latest` where neither a tag nor a digest was given; may be empty beside a digest
  std::optional<base::Digest> digest;  ///< decides, where both are given

  [[nodiscard]] std::string name() const { return registry + "/" + repository; }
  [[nodiscard]] std::string text() const;

  bool operator==(const Reference&) const = default;
};

/// Longest `registry/repository`.
inline constexpr std::size_t max_reference_name_bytes = 255;

/// `alpine` → docker.io/library/alpine:latest; `host.example/app@sha256:…`; `localhost/app:1`.
/// The first component is a registry when it has a dot, a colon or an upper-case letter, or is `localhost`.
/// Source: the distribution project's reference grammar (github.com/distribution/reference), and OCI
/// distribution-spec v1.1, section Pulling manifests. 64 hex digits alone are no name (they would be an id).
base::Result<Reference> parse_reference(std::string_view text);

/// `[a-z0-9]+`, separated by `.`, `_`, `__` or any number of `-`, in components parted by `/`.
bool is_repository(std::string_view text);
/// A letter, digit or underscore, then up to 127 of those, `.` and `-`.
bool is_tag(std::string_view text);
/// Host name, IPv4 or IPv6 address in brackets, with an optional port.
bool is_registry(std::string_view text);

}  // namespace doorman::parse::image
