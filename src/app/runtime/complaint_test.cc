// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/complaint.h"

#include <gtest/gtest.h>

namespace doorman::app {
namespace {

const base::Time moment = *base::parse_time("2026-11-21T10:15:30Z");

TEST(Complaint, HasTheFormOfRunc) {
  EXPECT_EQ(complaint_line("json", Level::error, "no \"x\"", moment),
            "{\"level\":\"error\",\"msg\":\"no \\\"x\\\"\",\"time\":\"2026-11-21T10:15:30Z\"}\n");
  EXPECT_EQ(complaint_line("", Level::warning, "no \"x\"", moment),
            "time=\"2026-11-21T10:15:30Z\" level=warning msg=\"no \\\"x\\\"\"\n");
}

}  // namespace
}  // namespace doorman::app
