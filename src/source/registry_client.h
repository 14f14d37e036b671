// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "base/stream.h"
#include "net/http.h"
#include "net/url.h"
#include "parse/image/manifest.h"
#include "parse/image/reference.h"
#include "source/registry.h"
#include "source/registry_auth.h"

namespace doorman::source {

/// Reads one repository of one registry. Several threads may call it at a time; streams must not outlive it.
class RegistryClient {
 public:
  /// Settles on https or http; where http is out of the question nothing is sent yet.
  static base::Result<std::unique_ptr<RegistryClient>> connect(const parse::image::Reference& reference,
                                                               const RegistryOptions& options);

  struct Document {
    std::string bytes;
    base::Digest digest;  ///< computed
  };
  /// A manifest or index by tag; its bytes are checked against the digest that the registry's header names.
  base::Result<Document> manifest(const std::string& tag);
  /// By digest, against which its bytes are checked.
  base::Result<Document> manifest(const base::Digest& digest);
  /// A whole small blob, checked against its descriptor.
  base::Result<std::string> small_blob(const parse::image::Descriptor& descriptor, std::size_t max_bytes);
  /// A blob's bytes as they come; its length is checked, its digest is not.
  base::Result<std::unique_ptr<base::ByteStream>> open_blob(const base::Digest& digest, std::uint64_t size);

  /// GET of a path below `/v2/REPOSITORY/`, with whatever authentication it takes. Only 200 and 206 get through.
  base::Result<net::HttpResponse> get(std::string_view path, std::string_view accept, std::uint64_t range_from = 0);
  [[nodiscard]] const net::RetryPolicy& retry() const { return retry_; }

 private:
  RegistryClient(net::HttpClient http, net::Url origin, const parse::image::Reference& reference,
                 const RegistryOptions& options);
  base::Result<Document> fetch_manifest(const std::string& name, const std::optional<base::Digest>& wanted);
  base::Error refusal(net::HttpResponse& response);

  net::HttpClient http_;
  net::RetryPolicy retry_;
  net::Url origin_;
  std::string repository_;
  RegistryAuth auth_;
};

}  // namespace doorman::source
