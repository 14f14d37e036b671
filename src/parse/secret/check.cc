// SPDX-License-Identifier: Apache-2.0
#include "parse/secret/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"

namespace doorman::parse::secret {
namespace {

constexpr std::size_t max_decoded_text = 64U << 10U;

constexpr std::array<std::pair<std::string_view, Check>, 8> names = {{
    {"none", Check::none},
    {"crc32", Check::crc32},
    {"jwt", Check::jwt},
    {"pem_key", Check::pem_key},
    {"basic_auth", Check::basic_auth},
    {"base64_pem", Check::base64_pem},
    {"base64_json", Check::base64_json},
    {"base64", Check::base64},
}};

/// ITU-T V.42, reflected, as gzip's.
std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = ~0U;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

std::string base62(std::uint32_t number, std::size_t width) {
  constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string text(width, '0');
  for (std::size_t i = width; i-- > 0; number /= 62U) text[i] = digits[number % 62U];
  return text;
}

Outcome check_crc32(std::string_view secret) {
  constexpr std::size_t sum_length = 6;
  const std::size_t prefix = secret.rfind('_');
  const std::string_view body = prefix == std::string_view::npos ? secret : secret.substr(prefix + 1);
  if (body.size() <= sum_length) return Outcome::unknown;
  const std::string_view random = body.substr(0, body.size() - sum_length);
  return body.substr(random.size()) == base62(crc32(random), sum_length) ? Outcome::holds : Outcome::unknown;
}

bool is_json_object(std::string_view text, std::string_view member) {
  const auto document = base::JsonDocument::parse(text);
  if (!document.ok() || !document->root().is_object()) return false;
  return member.empty() || document->root()[member].is_string();
}

Outcome check_jwt(std::string_view secret) {
  const auto parts = base::split(secret, '.');
  if (parts.size() != 3) return Outcome::refuted;
  const auto header = decode_any_base64(parts[0]);
  const auto payload = decode_any_base64(parts[1]);
  if (!header || !payload || !is_json_object(*header, "alg") || !is_json_object(*payload, ""))
    return Outcome::refuted;
  return Outcome::holds;
}

/// The characters of base64 between the lines of dashes; line ends may be written as `\n` in JSON or YAML, and
/// headers of the old form (`Proc-Type: …`) are passed over.
std::optional<std::string> pem_body(std::string_view text) {
  const std::size_t begin = text.find("KEY-----");
  const std::size_t end = text.find("-----END", begin == std::string_view::npos ? 0 : begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  text = text.substr(begin + 8, end - begin - 8);
  std::string body;
  while (!text.empty()) {
    const std::size_t escape = text.find("\\n");
    const std::size_t newline = text.find('\n');
    const std::size_t at = std::min({escape, newline, text.size()});
    const std::string_view line = text.substr(0, at);
    text.remove_prefix(std::min(text.size(), at + (at == escape ? 2 : 1)));
    if (line.find(':') != std::string_view::npos) continue;
    for (const char c : line) {
      if (base::is_alpha(c) || base::is_digit(c) || c == '+' || c == '/' || c == '=') body += c;
    }
  }
  return body;
}

Outcome check_pem_key(std::string_view secret) {
  constexpr std::size_t smallest_key = 32;  // a seed of Ed25519
  if (secret.size() > max_decoded_text) return Outcome::unknown;
  const auto body = pem_body(secret);
  // The end may lie outside of what was searched; an example has dots or nothing where the key would be.
  if (!body) return Outcome::unknown;
  const auto bytes = base::base64_decode(*body);
  if (!bytes || bytes->size() < smallest_key) return Outcome::refuted;
  constexpr char der_sequence = 0x30;
  const bool known = bytes->front() == der_sequence || bytes->starts_with("openssh-key-v1");
  if (known) return Outcome::holds;
  return secret.find("ENCRYPTED") != std::string_view::npos ? Outcome::unknown : Outcome::refuted;
}

Outcome check_basic_auth(std::string_view secret) {
  const auto text = decode_any_base64(secret);
  if (!text) return Outcome::refuted;
  const std::size_t colon = text->find(':');
  const bool printable = std::ranges::none_of(*text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return printable && colon != std::string::npos && colon + 1 < text->size() ? Outcome::holds : Outcome::refuted;
}

Outcome check_base64_pem(std::string_view secret) {
  const auto text = decode_any_base64(secret);
  if (!text || text->find("PRIVATE KEY-----") == std::string::npos) return Outcome::refuted;
  return check_pem_key(*text) == Outcome::refuted ? Outcome::refuted : Outcome::holds;
}

Outcome check_base64_json(std::string_view secret) {
  const std::size_t at = secret.find("eyJ");
  if (at == std::string_view::npos) return Outcome::refuted;
  const std::string_view encoded = secret.substr(at);
  const auto text = decode_any_base64(encoded.substr(0, encoded.find_last_not_of("=_") + 1));
  return text && is_json_object(*text, "") ? Outcome::holds : Outcome::unknown;
}

}  // namespace

std::optional<Check> parse_check(std::string_view name) {
  for (const auto& [text, check] : names) {
    if (text == name) return check;
  }
  return std::nullopt;
}

std::optional<std::string> decode_any_base64(std::string_view text) {
  if (text.size() > max_decoded_text) return std::nullopt;
  std::string standard(text.substr(0, text.find_last_not_of('=') + 1));
  for (char& c : standard) {
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  return base::base64_decode(standard);
}

Outcome run_check(Check check, std::string_view secret) {
  switch (check) {
    case Check::none:
      return Outcome::unknown;
    case Check::crc32:
      return check_crc32(secret);
    case Check::jwt:
      return check_jwt(secret);
    case Check::pem_key:
      return check_pem_key(secret);
    case Check::basic_auth:
      return check_basic_auth(secret);
    case Check::base64_pem:
      return check_base64_pem(secret);
    case Check::base64_json:
      return check_base64_json(secret);
    case Check::base64:
      return decode_any_base64(secret) ? Outcome::holds : Outcome::refuted;
  }
  return Outcome::unknown;
}

double entropy_of(std::string_view text) {
  std::array<std::uint32_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  const auto length = static_cast<double>(text.size());
  for (const std::uint32_t count : counts) {
    if (count == 0) continue;
    const double share = count / length;
    bits -= share * std::log2(share);
  }
  return bits;
}

std::string mask(std::string_view secret) {
  constexpr std::size_t most_shown = 4;
  const std::size_t shown = std::min(most_shown, secret.size() / 5);
  std::string text;
  for (const char c : secret.substr(0, shown)) {
    const bool plain = c > 0x20 && c < 0x7f;
    if (!plain) break;
    text += c;
  }
  return fmt::format("{}… ({} characters)", text, secret.size());
}

}  // namespace doorman::parse::secret
