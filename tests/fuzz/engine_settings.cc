// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/engine_settings.h"

#include <cstdlib>
#include <string>

#include "fuzz/fuzz.h"

namespace doorman::fuzz {

/// The first byte chooses. What `install` takes, `remove` takes back to the byte.
void engine_settings(base::Bytes input) {
  if (input.empty()) return;
  const auto how = static_cast<unsigned char>(input.front());
  const std::string text(input.substr(1));
  const app::RuntimeSettings settings{.program = "/usr/bin/doorman-runtime", .is_default = (how & 1U) != 0};
  const bool is_docker = (how & 2U) != 0;
  const auto plain = is_docker ? app::docker_without(text) : app::containerd_without(text);
  if (!plain.ok()) return;
  const auto with = is_docker ? app::docker_with(*plain, settings) : app::containerd_with(*plain, settings);
  if (!with.ok()) return;
  const auto back = is_docker ? app::docker_without(*with) : app::containerd_without(*with);
  if (!back.ok() || *back != *plain) std::abort();
}

}  // namespace doorman::fuzz
