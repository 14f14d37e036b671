// SPDX-License-Identifier: Apache-2.0
#include "parse/package/host_files.h"

#include <cstdlib>

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void host_files(base::Bytes input) {
  const std::size_t half = input.find('\0');
  const base::Bytes list = input.substr(0, half);
  const base::Bytes sums = half == base::Bytes::npos ? base::Bytes() : input.substr(half + 1);
  const auto files = parse::package::parse_host_files(list, sums);
  for (std::size_t at = 1; at < files.size(); ++at) {
    if (files[at - 1].path >= files[at].path) std::abort();
  }
}

}  // namespace doorman::fuzz
