// SPDX-License-Identifier: Apache-2.0
#include "sink/all.h"

#include <gtest/gtest.h>

namespace doorman::sink {
namespace {

TEST(Formats, AreFoundByName) {
  for (const Format& format : all_formats()) EXPECT_EQ(find_format(format.name), &format);
  EXPECT_EQ(find_format("xml"), nullptr);
  EXPECT_EQ(find_format(""), nullptr);
}

TEST(Formats, AreFoundByTheEndOfAFileName) {
  const auto name_of = [](std::string_view file) {
    const Format* format = format_of_file(file);
    return format == nullptr ? std::string_view() : format->name;
  };
  EXPECT_EQ(name_of("report.txt"), "table");
  EXPECT_EQ(name_of("out/app.json"), "json");
  EXPECT_EQ(name_of("app.cdx.json"), "cyclonedx");
  EXPECT_EQ(name_of("app.spdx.json"), "spdx");
  EXPECT_EQ(name_of("app.sarif"), "sarif");
  EXPECT_EQ(name_of("app.xml"), "");
}

TEST(Formats, NoReportsAreAListOfNone) {
  EXPECT_EQ(*render(*find_format("json"), {}, {}), "{\n  \"schema_version\": 1,\n  \"reports\": []\n}\n");
  EXPECT_EQ(*render(*find_format("table"), {}, {}), "");
  EXPECT_FALSE(render(*find_format("spdx"), {}, {}).ok());
}

}  // namespace
}  // namespace doorman::sink
