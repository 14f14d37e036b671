// SPDX-License-Identifier: Apache-2.0
// The first byte chooses the scheme, line feeds part three versions: any three must be in one order.
#include "derive/version/version.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

namespace {

std::string_view take_line(base::Bytes& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

}  // namespace

void version(base::Bytes input) {
  using namespace derive::version;
  if (input.empty()) return;
  const auto scheme = static_cast<VersionScheme>(static_cast<unsigned char>(input.front()) % version_scheme_count);
  input.remove_prefix(1);
  const std::array<std::string_view, 3> texts = {take_line(input), take_line(input), take_line(input)};
  const auto compare = [&](std::size_t a, std::size_t b) {
    return compare_versions(scheme, texts.at(a), texts.at(b));
  };
  for (std::size_t a = 0; a < 3; ++a) {
    (void)is_valid_version(scheme, texts.at(a));
    for (std::size_t b = 0; b < 3; ++b) {
      if (compare(a, b) != (0 <=> compare(b, a))) std::abort();
      const std::size_t c = 3 - a - b;
      if (a == b || c > 2 || c == a || c == b) continue;
      if (compare(a, b) <= 0 && compare(b, c) <= 0 && compare(a, c) > 0) std::abort();
      if (compare(a, b) == 0 && compare(b, c) == 0 && compare(a, c) != 0) std::abort();
    }
  }
}

}  // namespace doorman::fuzz
