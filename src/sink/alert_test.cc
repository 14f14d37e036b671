// SPDX-License-Identifier: Apache-2.0
#include "sink/alert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::sink {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t moment = 1'714'559'430'000'000'042;  // 2024-05-01T10:30:30.000000042Z

model::AlertRecord shell() {
  return {.rule = "Shell in a container",
          .output = "sh started by python3",
          .source = "syscall",
          .tags = std::string_view("shell\0T1059\0", 12),
          .fields = std::string_view("proc.name\0sh\0proc.pname\0python3\0", 32),
          .priority = model::Priority::error};
}

TEST(Alert, IsToldInFalcosLine) {
  EXPECT_EQ(alert_text({.alert = shell(), .time = moment}),
            "2024-05-01T10:30:30.000000042Z: Error sh started by python3\n");
  model::AlertRecord killed = shell();
  killed.done = model::Action::kill;
  EXPECT_EQ(alert_text({.alert = killed, .time = moment}),
            "2024-05-01T10:30:30.000000042Z: Error sh started by python3 (killed)\n");
}

TEST(Alert, IsToldInJson) {
  model::Container container;
  container.id = "0123456789abcdef";
  container.name = "shop";
  container.image = "shop:1";
  container.image_id = "sha256:ab";
  EXPECT_EQ(alert_json({.alert = shell(), .time = moment, .container = &container, .hostname = "node-1"}),
            R"({"hostname":"node-1","time":"2024-05-01T10:30:30.000000042Z","rule":"Shell in a container",)"
            R"("priority":"Error","source":"syscall","output":"sh started by python3","tags":["shell","T1059"],)"
            R"("output_fields":{"proc.name":"sh","proc.pname":"python3"},"action":"alert","done":"alert",)"
            R"("container":{"id":"0123456789abcdef","name":"shop"},"image":{"name":"shop:1","id":"sha256:ab"}})"
            "\n");
  EXPECT_THAT(alert_json({.alert = shell(), .time = moment}), Not(HasSubstr("container\":")));
}

TEST(Alert, HoldsNothingThatATerminalObeys) {
  model::AlertRecord hostile = shell();
  hostile.output = "a\x1b[2J\nb\xc2\x9b\xff";
  hostile.rule = "r\x07";
  hostile.fields = std::string_view("proc.name\0\x1b]0;x\x07\0", 18);
  hostile.tags = std::string_view("t\r\0", 3);
  model::Container container;
  container.id = "\x1bid";
  container.name = "n\x7f";
  for (const std::string& text :
       {alert_text({.alert = hostile, .time = moment}),
        alert_json({.alert = hostile, .time = moment, .container = &container, .hostname = "h\x1b"})}) {
    EXPECT_EQ(text.find_first_of(std::string_view("\x1b\x07\r\x7f\xff\0", 6)), std::string::npos) << text;
    EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos);
    EXPECT_EQ(text.find('\n'), text.size() - 1) << "one line";
  }
}

}  // namespace
}  // namespace doorman::sink
