// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/mman.h>

#include "derive/compose.h"
#include "fuzz/fuzz.h"
#include "source/layer_reader.h"

namespace doorman::fuzz {

/// A whole layer, compressed or not, laid over itself.
void layer(base::Bytes input) {
  source::LayerOptions options;
  options.scratch = [] { return base::Result<base::Fd>(base::Fd(::memfd_create("scratch", MFD_CLOEXEC))); };
  options.inflate.max_bytes = 4U << 20U;
  source::LayerReader reader(options);
  if (!reader.feed(input).ok()) return;
  const auto facts = reader.finish();
  if (facts.ok()) (void)derive::compose({}, {*facts, *facts});
}

}  // namespace doorman::fuzz
