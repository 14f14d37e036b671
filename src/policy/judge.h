// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/image_record.h"
#include "model/report.h"
#include "model/verdict.h"
#include "policy/engine/engine.h"
#include "policy/exception.h"

namespace doorman::policy {

struct JudgeOptions {
  base::Time now;                  ///< what expires and what is old depends on it
  std::vector<std::string> packs;  ///< what to call the rules in the verdict
  /// Of one rule, as many matches are told that count, and as many that are excepted; more are counted.
  std::size_t told = 100;
};

/// Asks the rules once for the image and once for each of its packages, findings, files and secrets. The exceptions
/// must have been loaded for the engine's rules. Equal input gives an equal verdict; the cost is linear in the
/// report.
model::Verdict judge(const std::shared_ptr<const Engine>& engine, const model::Report& report,
                     const model::ImageName& name, std::span<const Exception> exceptions,
                     const JudgeOptions& options);

}  // namespace doorman::policy
