// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <openssl/evp.h>

#include <cassert>

namespace doorman::base {
namespace {

constexpr std::size_t raw_size(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::sha256:
      return 32;
    case DigestAlgorithm::sha512:
      return 64;
  }
  return 0;
}

constexpr std::string_view name_of(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::sha256:
      return "sha256";
    case DigestAlgorithm::sha512:
      return "sha512";
  }
  return {};
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Fetched once: looking an algorithm up costs more than hashing a small file.
const EVP_MD* method_of(DigestAlgorithm algorithm) {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  switch (algorithm) {
    case DigestAlgorithm::sha256:
      return sha256;
    case DigestAlgorithm::sha512:
      return sha512;
  }
  return nullptr;
}

}  // namespace

Result<Digest> Digest::parse(std::string_view text) {
  const auto wrong = [&] { return Error(ErrorCode::invalid, "not a digest: " + std::string(text.substr(0, 160))); };
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return wrong();
  for (const DigestAlgorithm algorithm : {DigestAlgorithm::sha256, DigestAlgorithm::sha512}) {
    if (text.substr(0, colon) != name_of(algorithm)) continue;
    const std::string_view hex = text.substr(colon + 1);
    if (hex.size() != raw_size(algorithm) * 2) return wrong();
    std::string raw;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      const int high = nibble(hex[i]);
      const int low = nibble(hex[i + 1]);
      if (high < 0 || low < 0) return wrong();
      raw.push_back(static_cast<char>(high * 16 + low));
    }
    return Digest(algorithm, raw);
  }
  return wrong();
}

Digest::Digest(DigestAlgorithm algorithm, Bytes raw) : algorithm_(algorithm) {
  assert(raw.size() == raw_size(algorithm));
  std::memcpy(raw_.data(), raw.data(), std::min(raw.size(), raw_.size()));
}

Bytes Digest::raw() const { return {reinterpret_cast<const char*>(raw_.data()), raw_size(algorithm_)}; }
std::string Digest::hex() const { return to_hex(raw()); }
std::string Digest::text() const { return std::string(name_of(algorithm_)) + ":" + hex(); }
std::string Digest::brief() const { return hex().substr(0, 12); }

struct Hasher::Context {
  EVP_MD_CTX* evp = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }
};

Hasher::Hasher(DigestAlgorithm algorithm) : context_(std::make_unique<Context>()), algorithm_(algorithm) {
  reset();
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(Bytes bytes) { EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()); }

Digest Hasher::finish() {
  std::array<unsigned char, 64> raw{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context_->evp, raw.data(), &size);
  return {algorithm_, Bytes(reinterpret_cast<const char*>(raw.data()), size)};
}

void Hasher::reset() { EVP_DigestInit_ex(context_->evp, method_of(algorithm_), nullptr); }

Digest digest_of(Bytes bytes, DigestAlgorithm algorithm) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.finish();
}

std::string to_hex(Bytes raw) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(raw.size() * 2);
  for (const char c : raw) {
    const auto byte = static_cast<std::uint8_t>(c);
    hex.push_back(digits[byte >> 4U]);
    hex.push_back(digits[byte & 15U]);
  }
  return hex;
}

}  // namespace doorman::base
