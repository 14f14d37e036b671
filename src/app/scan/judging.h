// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/scan/target.h"
#include "base/result.h"
#include "base/time.h"
#include "model/image_record.h"
#include "model/report.h"
#include "policy/engine/engine.h"
#include "policy/exception.h"

namespace doorman::app {

/// The rules that judge what is scanned, and the exceptions to them.
class Judging {
 public:
  /// `policies` are packs, files and folders, `none` alone for no judgement; without any, images are judged by the
  /// built-in pack `image`, hosts and root folders by `host`, as far as there are such among the targets. What is
  /// wrong with one of these files is told on standard error, all of it, and is an error.
  static base::Result<Judging> open(const std::vector<std::string>& policies,
                                    const std::vector<std::string>& exception_files,
                                    std::span<const std::string> targets);

  /// Puts the verdict into the report. Returns whether it is deny.
  bool judge(model::Report& report, const TargetSpec& target, base::Time now) const;

 private:
  struct Rules {
    std::shared_ptr<const policy::Engine> engine;  ///< nullptr: nothing is judged
    std::vector<std::string> packs;
    std::vector<policy::Exception> exceptions;
  };
  static base::Result<Rules> open_rules(const std::vector<std::string>& policies);
  base::Status read_exceptions(const std::vector<std::string>& files);

  std::optional<Rules> images_, machines_;  ///< those of machines only where they are others
};

/// The name by which the target was asked for, where that is the name of an image.
model::ImageName image_name(const TargetSpec& target);

}  // namespace doorman::app
