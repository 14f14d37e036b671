// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "source/container/bundle_file.h"
#include "source/container/finder.h"

namespace doorman::source::container {

/// Who asks a runtime for a container: what the engine has in its files about it by now, found by where the bundle
/// lies, and by the annotations in it. `container` has the id always; Finding::problem tells what could not be
/// read. A bundle in no engine's folder is somebody's who speaks to the runtime himself: then the id is all there
/// is.
Finding who_asks(const BundleFile& file, std::string_view id);

}  // namespace doorman::source::container
