// SPDX-License-Identifier: Apache-2.0
// The functions of single algorithms, which OpenSSL 3 calls deprecated: behind EVP stand providers and their
// configuration files, which doorman-runtime, linked statically, would carry and start. It is the same code that
// hashes.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <variant>

#include "base/digest.h"

namespace doorman::base {

struct Hasher::Context {
  std::variant<SHA256_CTX, SHA512_CTX> state;
};

Hasher::Hasher(DigestAlgorithm algorithm) : context_(std::make_unique<Context>()), algorithm_(algorithm) {
  reset();
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(Bytes bytes) {
  if (auto* const state = std::get_if<SHA256_CTX>(&context_->state))
    SHA256_Update(state, bytes.data(), bytes.size());
  else SHA512_Update(std::get_if<SHA512_CTX>(&context_->state), bytes.data(), bytes.size());
}

Digest Hasher::finish() {
  std::array<unsigned char, SHA512_DIGEST_LENGTH> raw{};
  auto* const state = std::get_if<SHA256_CTX>(&context_->state);
  if (state != nullptr) SHA256_Final(raw.data(), state);
  else SHA512_Final(raw.data(), std::get_if<SHA512_CTX>(&context_->state));
  const std::size_t size = state != nullptr ? SHA256_DIGEST_LENGTH : SHA512_DIGEST_LENGTH;
  return {algorithm_, Bytes(reinterpret_cast<const char*>(raw.data()), size)};
}

void Hasher::reset() {
  switch (algorithm_) {
    case DigestAlgorithm::sha256:
      SHA256_Init(&context_->state.emplace<SHA256_CTX>());
      return;
    case DigestAlgorithm::sha512:
      SHA512_Init(&context_->state.emplace<SHA512_CTX>());
      return;
  }
}

Digest digest_of(Bytes bytes, DigestAlgorithm algorithm) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.finish();
}

}  // namespace doorman::base
