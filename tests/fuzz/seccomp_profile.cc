// SPDX-License-Identifier: Apache-2.0
#include "derive/seccomp_profile.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "base/json.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {

void seccomp_profile(base::Bytes input) {
  const std::vector<std::string> capabilities = {"CAP_SYS_ADMIN"};
  const auto made = derive::make_seccomp(
      input, {.architecture = "amd64", .kernel_major = 6, .kernel_minor = 1, .capabilities = capabilities});
  if (!made.ok()) return;
  const auto document = base::JsonDocument::parse(*made);
  if (!document.ok() || !document->root()["defaultAction"].is_string()) std::abort();
}

}  // namespace doorman::fuzz
