// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/scan/target.h"
#include "base/digest.h"
#include "base/result.h"
#include "source/local_images.h"

namespace doorman::app {

/// What is to be scanned.
struct ScanTarget {
  std::string text;                    ///< as reports and errors call it
  std::string target;                  ///< what find_target takes; empty: it cannot be read
  std::string name;                    ///< the image's, where `target` does not have it
  std::optional<base::Digest> digest;  ///< of the configuration, where that is known before it is read
  std::string problem;                 ///< why it cannot be read
};

/// The word that stands for all images that run here.
inline constexpr std::string_view running_word = "running";

/// The targets that operands stand for, in their order: `running` for each image that a container runs here, sorted
/// by name and digest; a digest for the image of this host that it is one of, if there is one; everything else for
/// itself. An error where it cannot be told what runs.
base::Result<std::vector<ScanTarget>> scan_targets(const std::vector<std::string>& operands);
/// The parts that are pure.
std::vector<ScanTarget> running_targets(const source::LocalImages& local);
std::optional<ScanTarget> target_of_digest(const source::LocalImages& local, const base::Digest& digest);

}  // namespace doorman::app
