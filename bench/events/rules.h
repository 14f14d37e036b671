// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "policy/engine/engine.h"

namespace doorman::bench {

/// One rule of the usual kind: a sensitive file is opened by a program that has no business with it.
policy::SourceText one_rule();

/// At least `count` rules: those of `stable`, and variations of them that share its macros and differ in constants
/// of their own, as the rules of many teams do.
base::Result<policy::SourceText> variations(const policy::SourceText& stable, std::size_t count);

/// Loads and compiles, or says what is wrong.
base::Result<std::shared_ptr<const policy::Engine>> compile(std::vector<policy::SourceText> texts);

}  // namespace doorman::bench
