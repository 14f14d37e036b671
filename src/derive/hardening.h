// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/hardening.h"

namespace doorman::derive {

struct HardenedBundle {
  std::string config;                        ///< config.json, of which every byte that need not change is as it was
  std::vector<model::BundleChange> changes;  ///< empty: nothing had to change
};

/// Takes away from the container of a config.json what a hardening says, and never gives it anything:
/// - capabilities are only removed, from all five sets;
/// - another user takes the place of root alone. He has no capabilities but the bounding set, and no other groups;
/// - a seccomp profile is set where there is none;
/// - paths are only added to those that are masked or read-only.
///
/// `config` is one that parse_bundle took, so no member is there twice. `seccomp` is the profile as runtimes take
/// it (see seccomp_profile.h), for a hardening that names one. A part that no runtime could read is an error.
base::Result<HardenedBundle> harden(std::string config, std::string_view name, const model::Hardening& hardening,
                                    std::string_view seccomp);

/// The bounding set that would be left, with CAP_: what a seccomp profile is made for.
base::Result<std::vector<std::string>> hardened_capabilities(std::string_view config,
                                                             const model::Hardening& hardening);

}  // namespace doorman::derive
