// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace doorman::net {

/// An absolute http or https URL (RFC 3986), normalised: scheme and host in lower case, no fragment.
struct Url {
  std::string scheme;
  std::string host;  ///< an IPv6 address keeps its brackets
  std::uint16_t port = 0;
  std::string text;

  /// For messages: queries hold tokens and signatures.
  [[nodiscard]] std::string_view without_query() const { return std::string_view(text).substr(0, text.find('?')); }
  [[nodiscard]] bool is_https() const { return scheme == "https"; }
  /// What decides whether credentials may be sent along.
  [[nodiscard]] bool same_origin(const Url& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }
};

/// Refused: other schemes, a user or password in the URL, control characters, more than 8 KiB.
base::Result<Url> parse_url(std::string_view text);
/// `reference`, absolute or relative, as seen from `from`.
base::Result<Url> resolve_url(const Url& from, std::string_view reference);

/// True for `localhost`, 127.0.0.0/8 and ::1, with or without brackets: what cannot leave this machine.
bool is_loopback(std::string_view host);

/// `a=1&b=x%20y`: names and values with all but unreserved characters escaped (RFC 3986, section 2.3).
std::string encode_query(const std::vector<std::pair<std::string_view, std::string_view>>& fields);
std::string percent_encode(std::string_view text);

}  // namespace doorman::net
