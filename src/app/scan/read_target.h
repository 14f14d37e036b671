// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/scan/layers.h"
#include "app/scan/target.h"
#include "base/result.h"
#include "model/inventory.h"

namespace doorman::app {

/// How targets are read, for all of them.
struct ReadOptions {
  source::LayerOptions layer;
  ReadPlan plan;
  std::optional<model::Platform> platform;  ///< this machine's when none is given
  std::string ca_file;
  bool insecure_http = false;
  /// Called once the size of what there is to read is known: bytes (0 when not) and layers.
  std::function<void(std::uint64_t bytes, std::size_t layers)> begin = nullptr;
};

/// Reads a target whole and tells what it holds.
base::Result<model::Inventory> read_target(const TargetSpec& target, const ReadOptions& options);

}  // namespace doorman::app
