// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/parse.h"
#include "app/runtime/judge.h"
#include "app/state.h"
#include "base/result.h"
#include "model/hardening.h"
#include "source/container/bundle_file.h"

namespace doorman::app {

/// The settings of doorman-runtime, which are those of the verb `runtime check`: configuration files and
/// environment.
base::Result<cli::ParsedCommand> admission_settings(const cli::Environment& environment);

struct Admission {
  model::AdmissionRequest request;  ///< of the container as it would start, hardened
  AdmissionVerdict verdict;
  std::string hardened;                      ///< what config.json must become; empty: it stays as it is
  std::vector<model::BundleChange> changes;  ///< that make it so
};

/// Puts together what the bundle, the files of its engine and the state folder say, and asks the rules; what a
/// policy hardens is judged as it would then be. An image that nobody scanned is scanned where the settings say so.
/// Writes only what that scan leaves, and that the container is about to be there where rules ask of neighbours;
/// the program at `doorman` is who scans. An error is that rules or profiles cannot be read.
base::Result<Admission> judge_bundle(const cli::ParsedCommand& settings, LazyState& state,
                                     const source::container::BundleFile& file, std::string_view id,
                                     const std::string& doorman);

/// Who it is, for people: `shop (image registry.example/shop:1)`.
std::string described(const model::Container& container);

}  // namespace doorman::app
