// SPDX-License-Identifier: Apache-2.0
#include "kern/ring.h"

#include <bpf/bpf.h>
#include <gtest/gtest.h>

#include <cstring>

#include "bpf/event.h"
#include "bpf/maps.h"
#include "kern/drift_programs.h"
#include "kernel_test.h"

namespace doorman::kern {
namespace {

using RingTest = tests::KernelTest;

TEST_F(RingTest, RecordsAreWholeWhereTheRingBeginsAnew) {
  const auto programs = DriftPrograms::load(pins());
  ASSERT_TRUE(programs.ok()) << programs.error().message();
  const base::Fd map(bpf_obj_get((pins().folder() + "/critical").c_str()));
  auto ring = Ring::open(map.get());
  ASSERT_TRUE(ring.ok()) << ring.error().message();
  constexpr std::size_t path_at = sizeof(doorman_event_header) + sizeof(doorman_event_object) + 3 * sizeof(__u16);
  std::uint64_t written = 0;
  std::string bytes;
  for (std::size_t i = 0; written < 2 * ring->capacity(); ++i) {
    const std::string path(1 + i * 37 % DOORMAN_DRIFT_PATH_MAX, static_cast<char>('a' + i % 26));
    ASSERT_TRUE(
        programs->tell(DriftPrograms::guard_writer, {}, DOORMAN_DRIFT_WRITTEN, DOORMAN_DRIFT_TOLD, path).ok());
    bytes.clear();
    ASSERT_EQ(ring->read(bytes, ring->capacity()), 1U);
    ASSERT_GE(bytes.size(), path_at + path.size());
    ASSERT_EQ(bytes.substr(path_at, path.size()), path) << "behind " << written << " bytes";
    written += bytes.size();
  }
  EXPECT_EQ(ring->pending(), 0U);
}

}  // namespace
}  // namespace doorman::kern
