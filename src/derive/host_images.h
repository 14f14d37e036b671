// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "model/image_overview.h"
#include "model/inventory.h"
#include "model/local_image.h"
#include "model/vulnerability.h"

namespace doorman::derive {

/// What a scan knows of an image, with the findings of the database at hand. Borrowed.
struct ScannedImage {
  const model::Inventory* inventory = nullptr;
  std::span<const model::Finding> findings;
};

/// What a host has and runs.
struct HostFacts {
  std::span<const model::LocalImage> images;
  std::span<const model::LocalContainer> containers;
  bool knows_running = false;
  std::map<base::Digest, ScannedImage> scanned;
};

/// Joins what engines have with what runs and what scans know. One entry an image, whichever engines have it, and
/// for each image that runs though no engine has it any more.
///
/// - An image's base is the image here with the longest proper part of its layers, from the bottom; without one,
/// its
///   label org.opencontainers.image.base.name, and the date of its lowest layer.
/// - A name leads to the image that has it now. A container is stale when the name that it was made from leads to
///   another image than its own; an image is superseded when all names that it had lead elsewhere.
/// - A flaw that an update repairs is cleared by a rebuild of the lowest image here that has the layer of the
/// package;
///   those that are built on it must follow. Of a stale image only what its successor does not have any more
///   counts, and making the containers anew is enough. Steps are disjoint, so that their order by what they clear
///   (exploited, then critical, and so on) is the one that clears most first.
///
/// Dates before 2000 are those of reproducible builds, and say nothing. Pure; equal input gives equal output.
model::HostImages host_images(const HostFacts& facts);

/// A date on which somebody can have built something; nothing for one before 2000.
std::optional<base::Time> meant_date(std::optional<base::Time> date);

/// How many different flaws there are: of packages that were built from one source, each counts once.
model::FlawCounts count_flaws(const model::Inventory& inventory, std::span<const model::Finding> findings,
                              bool only_fixable);

}  // namespace doorman::derive
