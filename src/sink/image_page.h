// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/time.h"
#include "model/image_page.h"
#include "sink/options.h"

namespace doorman::sink {

/// All that is known of one image. Form: docs/images.md. `now` is what ages count to.
std::string image_page_table(const model::ImagePage& page, base::Time now, const Options& options);
/// The same for machines.
std::string image_page_json(const model::ImagePage& page);

}  // namespace doorman::sink
