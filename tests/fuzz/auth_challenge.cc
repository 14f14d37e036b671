// SPDX-License-Identifier: Apache-2.0
#include "net/auth_challenge.h"

#include <cstdlib>

#include "fuzz/fuzz.h"

void doorman::fuzz::auth_challenge(base::Bytes input) {
  const auto challenges = net::parse_challenges(input);
  if (challenges.size() > net::max_challenges) std::abort();
  for (const net::AuthChallenge& challenge : challenges) {
    if (challenge.scheme.empty() || challenge.parameters.size() > net::max_challenge_parameters) std::abort();
  }
}
