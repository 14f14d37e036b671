// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace doorman::parse::secret {

/// What can be said of a secret's form beyond its expression. The text is the name in a rule.
enum class Check : std::uint8_t {
  none,
  crc32,       ///< GitHub's and npm's: the last six characters are the CRC-32 of the rest after the prefix, base 62
  jwt,         ///< RFC 7519: a header that is a JSON object with `alg`, and a payload that is an object
  pem_key,     ///< RFC 7468: a private key whose text is base64, of DER or of what OpenSSH writes
  basic_auth,  ///< RFC 7617: base64 of `user:password`
  base64_pem,  ///< base64 of a PEM private key, as in a kubeconfig
  base64_json,  ///< base64 of a JSON object after the last `_` or `-` before it
  base64,       ///< base64 of whole bytes
};
std::optional<Check> parse_check(std::string_view name);

enum class Outcome : std::uint8_t {
  unknown,  ///< not the form that was known when this was written: keep it, but say that it was not checked
  holds,
  refuted,  ///< no such secret
};
Outcome run_check(Check check, std::string_view secret);

/// Bits in a character, by how often each one occurs in the text (Shannon).
double entropy_of(std::string_view text);

/// At most the first four characters, fewer of a short text, and the length: `AKIA… (20 characters)`.
std::string mask(std::string_view secret);

/// What follows `_`/`-` written base64 (url-safe or not, padded or not), or nothing.
std::optional<std::string> decode_any_base64(std::string_view text);

}  // namespace doorman::parse::secret
