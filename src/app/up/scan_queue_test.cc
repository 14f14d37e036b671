// SPDX-License-Identifier: Apache-2.0
#include "app/up/scan_queue.h"

#include <gtest/gtest.h>

namespace doorman::app {
namespace {

using base::Digest;
using base::digest_of;
using namespace std::chrono_literals;

const Digest a = digest_of("a"), b = digest_of("b"), c = digest_of("c");
const ScanQueue::Clock::time_point start{1000h};

TEST(ScanQueue, EachImageOnceInItsOrder) {
  ScanQueue queue;
  EXPECT_FALSE(queue.next(start));
  queue.set_images({b, a, b}, "monday");
  EXPECT_EQ(queue.next(start), b);
  queue.scanned(b);
  EXPECT_EQ(queue.next(start), a);
  queue.scanned(a);
  EXPECT_FALSE(queue.next(start + 10000h));
}

TEST(ScanQueue, WhatIsNewIsSeenAndWhatIsGoneForgotten) {
  ScanQueue queue;
  queue.set_images({a, b}, "monday");
  queue.scanned(a);
  queue.set_images({a, c}, "monday");
  EXPECT_EQ(queue.next(start), c);
  queue.scanned(b);  // gone meanwhile
  EXPECT_FALSE(queue.failed(b, start));
  queue.set_images({c}, "monday");
  queue.set_images({a, c}, "monday");
  EXPECT_EQ(queue.next(start), a);
}

TEST(ScanQueue, AnotherDatabaseAsksForAllOfThem) {
  ScanQueue queue;
  queue.set_images({a, b}, "monday");
  queue.scanned(a);
  EXPECT_TRUE(queue.failed(b, start));
  queue.set_images({a, b}, "tuesday");
  EXPECT_EQ(queue.next(start), a);
  queue.scanned(a);
  EXPECT_EQ(queue.next(start), b);
}

TEST(ScanQueue, AFailureWaitsTwiceAsLongEachTimeAndHoldsUpNoOther) {
  ScanQueue queue;
  queue.set_images({a, b}, "monday");
  EXPECT_TRUE(queue.failed(a, start));
  EXPECT_EQ(queue.next(start), b);
  queue.scanned(b);
  auto now = start;
  for (const auto pause : {5min, 10min, 20min, 40min, 80min, 160min, 320min, 640min, 1280min, 1440min, 1440min}) {
    EXPECT_FALSE(queue.next(now + pause - 1s)) << pause.count();
    now += pause;
    EXPECT_EQ(queue.next(now), a) << pause.count();
    queue.set_images({a, b}, "monday");  // looked at again: the pause stays
    EXPECT_FALSE(queue.failed(a, now));
  }
  now += 1440min;
  queue.scanned(a);
  EXPECT_FALSE(queue.next(now));
}

}  // namespace
}  // namespace doorman::app
