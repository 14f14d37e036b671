// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "model/container_life.h"
#include "model/image_page.h"
#include "model/image_past.h"

namespace doorman::derive {

/// What these lives of containers tell of their images, one entry an image: what is to be added to what is
/// remembered of it. Containers of which no image is known are passed over.
std::vector<model::ImagePast> pasts_of(const std::vector<const model::ContainerHistory*>& histories);

/// Puts what is remembered into the page, beside what the event log still tells. Both may have counted the same:
/// of each thing the greater count holds, the earliest first time and the latest last. A container that only the
/// past knows joins the page's histories, and is kept in `lives`, which outlives the page.
void join_past(model::ImagePage& page, model::ImagePast past, std::vector<model::ContainerHistory>& lives);

}  // namespace doorman::derive
