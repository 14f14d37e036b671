// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::base {

enum class DigestAlgorithm : std::uint8_t { sha256, sha512 };

/// A content digest as OCI writes it: `sha256:` and 64 lower-case hex digits, or `sha512:` and 128.
/// Source: OCI image-spec v1.1, descriptor.md, section Digests.
class Digest {
 public:
  static Result<Digest> parse(std::string_view text);
  /// From the raw bytes of a finished hash; `raw` has 32 or 64 bytes.
  Digest(DigestAlgorithm algorithm, Bytes raw);

  [[nodiscard]] DigestAlgorithm algorithm() const { return algorithm_; }
  [[nodiscard]] Bytes raw() const;
  [[nodiscard]] std::string hex() const;
  [[nodiscard]] std::string text() const;   ///< with the algorithm: `sha256:…`
  [[nodiscard]] std::string brief() const;  ///< the first twelve hex digits, for people

  auto operator<=>(const Digest&) const = default;

 private:
  DigestAlgorithm algorithm_;
  std::array<std::uint8_t, 64> raw_{};
};

/// Hashes bytes as they stream by. Not copyable; `finish` may be called once, `reset` starts again.
class Hasher {
 public:
  explicit Hasher(DigestAlgorithm algorithm = DigestAlgorithm::sha256);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void update(Bytes bytes);
  [[nodiscard]] Digest finish();
  void reset();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  DigestAlgorithm algorithm_;
};

Digest digest_of(Bytes bytes, DigestAlgorithm algorithm = DigestAlgorithm::sha256);

/// Lower-case hex of raw bytes.
std::string to_hex(Bytes raw);

}  // namespace doorman::base

template <>
struct std::hash<doorman::base::Digest> {
  std::size_t operator()(const doorman::base::Digest& digest) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, digest.raw().data(), sizeof value);
    return value;
  }
};
