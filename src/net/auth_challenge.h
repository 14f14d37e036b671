// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace doorman::net {

/// One challenge of a WWW-Authenticate header.
struct AuthChallenge {
  std::string scheme;                                           ///< in lower case: `bearer`, `basic`
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names in lower case

  /// The value of the first parameter of that name, or empty.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;
};

/// At most this many challenges, and parameters of each, are read; the rest is dropped.
inline constexpr std::size_t max_challenges = 16;
inline constexpr std::size_t max_challenge_parameters = 32;

/// The challenges of one header's value, in order. Source: RFC 9110, sections 11.2 to 11.6.1; like browsers and
/// the docker client it also takes spaces around `=`. What follows a syntax error is dropped.
std::vector<AuthChallenge> parse_challenges(std::string_view header);

}  // namespace doorman::net
