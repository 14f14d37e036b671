// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/result.h"
#include "base/stream.h"
#include "net/http.h"
#include "net/retry.h"

namespace doorman::source {

class RegistryClient;

/// A blob as it streams from a registry. When the connection breaks it asks for the rest by a range, and skips
/// what it already has if the server sends everything again. Longer or shorter than `size` is a `mismatch` error.
class RegistryBlob final : public base::ByteStream {
 public:
  /// The client is borrowed.
  RegistryBlob(RegistryClient& client, const base::Digest& digest, std::uint64_t size);

  /// Sends the request, so that what is missing or refused is an error at once.
  base::Status open();
  base::Result<std::size_t> read(std::span<char> into) override;

 private:
  base::Status skip_what_we_have();
  base::Result<std::size_t> read_some(std::span<char> into);
  [[nodiscard]] base::Error wrong_length(std::string_view how) const;
  bool try_again(const base::Error& error);

  RegistryClient& client_;
  std::string path_;
  std::uint64_t size_;
  std::uint64_t offset_ = 0;
  std::optional<net::HttpResponse> response_;
  net::Backoff backoff_;
  std::uint64_t broke_at_ = 0;
};

}  // namespace doorman::source
