// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "app/up/background_scans.h"
#include "source/local_images.h"

namespace doorman::app {

/// The images of this host that an engine can hand out and no container runs. They wait for a scan anew when the
/// state folder gets another advisory database. What cannot be read is `ls`'s to tell.
OtherImages other_images(const std::string& state_folder);
/// The part that is pure: each digest once.
std::vector<base::Digest> idle_images(const source::LocalImages& local);

}  // namespace doorman::app
