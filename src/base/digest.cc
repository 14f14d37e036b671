// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

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
