// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "source/advisory_folder.h"

namespace doorman::app {

struct CompiledAdvisories {
  std::string file;  ///< the database's bytes
  source::FolderSummary summary;
};

/// The folder's advisories as a database. Without summaries it holds facts only.
base::Result<CompiledAdvisories> compile_advisories(const std::string& folder, bool summaries);

}  // namespace doorman::app
