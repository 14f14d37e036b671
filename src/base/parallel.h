// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace doorman::base {

/// Calls `work(i)` for every i below `count`, in rising order of begin, on up to `jobs` threads of which the
/// caller's is one. Returns when all are done.
inline void for_each_in_parallel(std::size_t count, std::size_t jobs,
                                 const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> helpers;
  for (std::size_t i = 1; i < std::min(jobs, count); ++i) helpers.emplace_back(run);
  run();
}

}  // namespace doorman::base
