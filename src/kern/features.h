// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kern/pins.h"

namespace doorman::kern {

inline constexpr std::string_view lsm_feature = "BPF-LSM", fanotify_feature = "fanotify";

/// A mechanism of the kernel, tried for a moment.
struct Feature {
  std::string_view name;   ///< `process events`, …
  std::string_view gives;  ///< what the guard does with it
  bool is_needed = false;  ///< there is no guard without it
  bool works = false;
  std::string why_not;  ///< empty when it works
};

/// Each mechanism that the guard can use, in a fixed order. Nothing stays behind but the folder of
/// `pins`.
std::vector<Feature> probe_features(const Pins& pins);

/// Whether BPF programs of LSM hooks load and are really called.
base::Status try_lsm(const Pins& pins);

}  // namespace doorman::kern
