// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "app/cli/setting.h"
#include "base/result.h"

namespace doorman::app::cli {

/// What a configuration file sets for a verb. The file is a YAML mapping. A key is the name of an option, which
/// then holds for every verb that has it; or the word of a verb with a mapping of its own, which comes first for
/// that verb:
///
///     state-dir: /srv/doorman
///     scan:
///       fail-on: high
///       output: [json=report.json, table=-]
///     db:
///       build:
///         quiet: true
///
/// A key that is both, like db, is the section when it holds a mapping.
/// The whole file is checked, whatever the verb. An unknown key, a key that is given twice, and a value that its
/// option cannot take are usage errors that begin with `line N:`.
base::Result<std::vector<Setting>> parse_config(std::string_view yaml, const Verb& verb);

}  // namespace doorman::app::cli
