// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/image.h"
#include "net/retry.h"
#include "parse/image/reference.h"
#include "source/image_source.h"

namespace doorman::source {

struct RegistryOptions {
  /// Which image of an index; this machine's where nothing is said. An image that is not for the platform named
  /// here is an error; one without an index is taken as it is when nothing was named.
  std::optional<model::Platform> platform;
  bool allow_http = false;  ///< plain http where the registry does not speak TLS; this machine itself always may
  bool insecure = false;    ///< accept any certificate
  std::string ca_path;      ///< trusted besides the system's; else a folder of certs.d named after the registry
  std::vector<std::string> login_files;  ///< as login_files() lists them where empty
  net::RetryPolicy retry;
};

/// The bytes of a registry's documents that are read at most; layers are limited by who reads them.
inline constexpr std::size_t max_registry_manifest_bytes = 4U << 20U;
inline constexpr std::size_t max_registry_config_bytes = 8U << 20U;

/// An image in a registry: OCI distribution-spec v1.1, Docker's registry API v2, token authentication after
/// Docker's "Token Authentication Specification". Manifest, index and configuration are checked against their
/// digests here (a `mismatch` error names the one that lies); each layer's length is held to the manifest's, its
/// digest is left to the reader. A layer that breaks off is asked for again from where it stopped.
///
/// Nobody is asked for credentials before the registry demands them.
base::Result<std::unique_ptr<ImageSource>> open_registry(const parse::image::Reference& reference,
                                                         const RegistryOptions& options = {});

}  // namespace doorman::source
