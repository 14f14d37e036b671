// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/scan/target.h"
#include "base/result.h"
#include "base/time.h"
#include "model/image_record.h"
#include "model/report.h"
#include "policy/engine/engine.h"
#include "policy/exceptions.h"

namespace doorman::app {

/// The rules that judge what is scanned, and the exceptions to them.
class Judging {
 public:
  /// `policies` are packs, files and folders, `none` alone for no judgement; without any it is the built-in pack
  /// `image`. What is wrong with one of these files is told on standard error, all of it, and is an error.
  static base::Result<Judging> open(const std::vector<std::string>& policies,
                                    const std::vector<std::string>& exception_files);

  /// Puts the verdict into the report. Returns whether it is deny.
  bool judge(model::Report& report, const TargetSpec& target, base::Time now) const;

 private:
  std::shared_ptr<const policy::Engine> engine_;  ///< nullptr: nothing is judged
  std::vector<std::string> packs_;
  std::vector<policy::Exception> exceptions_;
};

/// The name by which the target was asked for, where that is the name of an image.
model::ImageName image_name(const TargetSpec& target);

}  // namespace doorman::app
