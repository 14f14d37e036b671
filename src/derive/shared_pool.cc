// SPDX-License-Identifier: Apache-2.0
#include "derive/shared_pool.h"

#include <random>

namespace doorman::derive {

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

}  // namespace doorman::derive
