// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "derive/used_files.h"
#include "model/file_use.h"
#include "model/image_page.h"

namespace doorman::derive {

/// Puts into the page which packages are in use, and the findings of these first; both keep their order otherwise.
/// A page without a scan stays as it is.
void join_use(model::ImagePage& page, const model::FileUses& uses);

/// All these lives as one: peers, drift and alerts that are the same are one, with the times of all. Programs stay
/// apart: programs_of. At most `most` of each list are kept, and what is not is counted.
model::ContainerHistory put_together(const std::vector<const model::ContainerHistory*>& histories,
                                     std::size_t most = 4096);

/// The programs of all these containers, each path once, sorted; without packages.
std::vector<model::ProgramSeen> programs_of(const std::vector<const model::ContainerHistory*>& histories);
/// The same of the page's, with the packages of its scan.
std::vector<model::ProgramSeen> programs_of(const model::ImagePage& page);
/// Says which package of the page's scan brought each.
void add_packages(const model::ImagePage& page, std::vector<model::ProgramSeen>& programs);

}  // namespace doorman::derive
