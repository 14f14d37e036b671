// SPDX-License-Identifier: Apache-2.0
#include "sink/host_images.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "golden.h"
#include "sink/age.h"
#include "sink/terminal.h"

namespace doorman::sink {
namespace {

using base::digest_of;
using model::HostImages;
using model::ImageOverview;
using model::ImageState;
using model::RebuildStep;

HostImages sample() {
  HostImages host;
  host.knows_running = true;
  ImageOverview shop(digest_of("shop"));
  shop.names = {"registry.example/a/very/long/name/of/a/team/that/never/ends/shop:1.2.3", "localhost/shop:1"};
  shop.engines = {"podman"};
  shop.stored = shop.scanned = true;
  shop.state = ImageState::running;
  shop.running = {"shop", "shop-\x1b[2Jtwo"};
  shop.containers = 2;
  shop.created = base::parse_time("2024-05-01");
  shop.base = model::ImageBase{"localhost/base:1", digest_of("base"), base::parse_time("2023-12-01"), true};
  shop.flaws = {1, 1, 3, 12, 0, 0};
  shop.fixable = {0, 0, 2, 0, 0, 0};
  ImageOverview old(digest_of("old"));
  old.state = ImageState::superseded;
  old.replaced_by = digest_of("shop");
  old.stored = true;
  ImageOverview base_image(digest_of("base"));
  base_image.names = {"localhost/\x1b]0;base\x07:1"};
  base_image.engines = {"docker", "podman"};
  base_image.stored = base_image.scanned = true;
  base_image.children = 2;
  base_image.created = base::parse_time("2023-12-01");
  host.images = {shop, base_image, old};
  RebuildStep rebuild(digest_of("base"));
  rebuild.name = "localhost/\x1b]0;base\x07:1";
  rebuild.clears = {0, 0, 2, 0, 0, 0};
  rebuild.images = {digest_of("shop")};
  rebuild.containers = {"shop", "shop-\x1b[2Jtwo"};
  rebuild.then = {"localhost/shop:1"};
  RebuildStep recreate(digest_of("old"));
  recreate.action = RebuildStep::Action::recreate;
  recreate.compared = false;
  recreate.containers = {"older"};
  host.steps = {rebuild, recreate};
  return host;
}

HostNotes notes() {
  return {*base::parse_time("2024-05-03T12:00:00Z"),
          base::parse_time("2024-04-30"),
          {"What is in 1 image: never scanned."}};
}

TEST(HostImages, AsATableAndAsJson) {
  const auto folder = tests::data_dir("host_images");
  for (const bool wide : {false, true}) {
    Options options;
    options.width = 80;
    options.wide = wide;
    const std::string table = host_images_table(sample(), notes(), options);
    tests::expect_golden(folder / (wide ? "want.wide.txt" : "want.txt"), table);
    EXPECT_EQ(table.find_first_of("\x1b\x07"), std::string::npos);
    for (std::string_view rest = table; !wide && !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      EXPECT_LE(display_width(line), 80U) << line;
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
  }
  const std::string json = host_images_json(sample(), notes());
  tests::expect_golden(folder / "want.json", json);
  EXPECT_TRUE(base::JsonDocument::parse(json).ok());
}

TEST(HostImages, OfAHostThatHasNone) {
  Options options;
  EXPECT_EQ(host_images_table({}, {}, options), "No engine of this host has an image.\n");
}

TEST(Age, IsShort) {
  const base::Time now = *base::parse_time("2024-05-03T12:00:00Z");
  const auto age = [&](const char* since) { return age_text(base::parse_time(since), now); };
  EXPECT_EQ(age("2024-05-03T11:15:00Z"), "45m");
  EXPECT_EQ(age("2024-05-02T12:00:00Z"), "24h");
  EXPECT_EQ(age("2024-04-30T12:00:00Z"), "3d");
  EXPECT_EQ(age("2022-05-04T12:00:00Z"), "2y");
  EXPECT_EQ(age("2030-01-01"), "0m");
  EXPECT_EQ(age_text(std::nullopt, now), "-");
}

}  // namespace
}  // namespace doorman::sink
