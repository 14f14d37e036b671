// SPDX-License-Identifier: Apache-2.0
#include "derive/hardening.h"

#include <cstdlib>

#include "fuzz/fuzz.h"
#include "parse/container/bundle.h"

namespace doorman::fuzz {

/// A bundle that can be read, hardened, can be read again, is as hard as it was asked for, and needs nothing more.
void hardening(base::Bytes input) {
  using parse::container::Bundle;
  const auto before = parse::container::parse_bundle(input);
  if (!before.ok()) return;
  model::Hardening how;
  how.no_new_privileges = how.read_only_root = true;
  how.drop = {.all_but = true, .names = {"CHOWN"}};
  how.masked_paths = how.read_only_paths = {"/proc/keys"};
  how.user = model::Hardening::User{1000, 1000};
  how.seccomp = "default";
  const auto made = derive::harden(std::string(input), "H", how, R"({"defaultAction":"SCMP_ACT_ERRNO"})");
  if (!made.ok()) return;
  const auto after = parse::container::parse_bundle(made->config);
  if (!after.ok() || !after->readonly_root || !after->seccomp || after->masked_paths.empty()) std::abort();
  if (after->mounts != before->mounts || after->devices != before->devices || after->args != before->args ||
      after->namespaces != before->namespaces || after->annotations != before->annotations) {
    std::abort();
  }
  if (after->capabilities.bounding.size() > before->capabilities.bounding.size()) std::abort();
  if (before->uid != 0 && (after->uid != before->uid || after->gid != before->gid)) std::abort();
  const auto again = derive::harden(made->config, "H", how, "{}");
  if (!again.ok() || !again->changes.empty() || again->config != made->config) std::abort();
}

}  // namespace doorman::fuzz
