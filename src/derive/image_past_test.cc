// SPDX-License-Identifier: Apache-2.0
#include "derive/image_past.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace doorman::derive {
namespace {

using model::ContainerHistory;
using model::ImagePage;
using model::ImagePast;
using testing::ElementsAre;
using testing::Field;
using testing::SizeIs;

const std::string shop = "sha256:" + std::string(64, 'a');

model::PeerSeen peer(std::uint16_t port, std::uint64_t count) {
  model::PeerSeen seen;
  seen.address = *base::IpAddress::parse("10.0.0.1");
  seen.port = port;
  seen.times = {count, 10 * count, 20 * count};
  return seen;
}

ContainerHistory life(const std::string& id, const std::string& image, std::uint64_t first) {
  ContainerHistory history;
  history.container.id = id;
  history.container.image_id = image;
  history.container.image = "shop:1";
  history.records = {3, first, first + 5};
  return history;
}

TEST(PastsOf, IsOneEntryAnImage) {
  ContainerHistory one = life("1", shop, 100), two = life("2", shop, 50), nameless = life("3", "", 1);
  one.programs.started["/bin/sh"].runs = {2, 100, 101};
  two.programs.started["/bin/sh"].runs = {1, 50, 50};
  one.peers = {peer(443, 1)};
  two.alerted = {{"A rule", "", model::Priority::warning, {4, 51, 54}}};
  two.ended = 55;
  two.exit = 0;
  const auto pasts = pasts_of({&one, &two, &nameless});
  ASSERT_THAT(pasts, SizeIs(1));
  const ImagePast& past = pasts.front();
  EXPECT_EQ(past.image, shop);
  EXPECT_EQ(past.first, 50U);
  EXPECT_EQ(past.last, 105U);
  EXPECT_THAT(past.names, ElementsAre("shop:1"));
  ASSERT_THAT(past.containers, SizeIs(2));
  EXPECT_EQ(past.containers[1].ended, 55U);
  EXPECT_EQ(past.containers[1].exit, 0);
  ASSERT_THAT(past.programs, SizeIs(1));
  EXPECT_EQ(past.programs[0].times.count, 3U);
  EXPECT_EQ(past.programs[0].times.first, 50U);
  EXPECT_THAT(past.peers, SizeIs(1));
  ASSERT_THAT(past.verdicts, SizeIs(1));
  EXPECT_EQ(past.verdicts[0].rule, "A rule");
  EXPECT_EQ(past.verdicts[0].times.count, 4U);
}

class JoinPastTest : public testing::Test {
 protected:
  JoinPastTest() {
    past_.image = shop;
    page_.histories = {&kept_};
    page_.together.peers = {peer(443, 2)};
    page_.programs = {{"/bin/sh", 5, 100, 200, {}}};
  }

  ContainerHistory kept_ = life("kept", shop, 100);
  ImagePage page_{model::ImageOverview(*base::Digest::parse(shop))};
  ImagePast past_;
  std::vector<ContainerHistory> lives_;
};

TEST_F(JoinPastTest, WhatTheLogTellsTooCountsOnce) {
  past_.containers = {{"kept", "web", "podman", "shop:1", 90, 0, std::nullopt}};
  past_.peers = {peer(443, 7)};
  past_.programs = {{"/bin/sh", "", {3, 10, 150}}};
  join_past(page_, past_, lives_);
  EXPECT_THAT(page_.histories, ElementsAre(&kept_));
  ASSERT_THAT(page_.together.peers, SizeIs(1));
  EXPECT_EQ(page_.together.peers[0].times.count, 7U);
  EXPECT_EQ(page_.together.peers[0].times.first, 20U);
  EXPECT_EQ(page_.together.peers[0].times.last, 140U);
  ASSERT_THAT(page_.programs, SizeIs(1));
  EXPECT_EQ(page_.programs[0].count, 5U);
  EXPECT_EQ(page_.programs[0].first, 10U);
  EXPECT_EQ(page_.programs[0].last, 200U);
}

TEST_F(JoinPastTest, WhatOnlyThePastKnowsIsAdded) {
  past_.containers = {{"gone", "old", "podman", "shop:0", 10, 20, 256}};
  past_.peers = {peer(80, 1)};
  past_.drifted = {{"/tmp/x", model::DriftRecord::Reason::written, model::DriftRecord::Done::killed, {1, 5, 5}}};
  past_.programs = {{"/bin/ls", "", {1, 10, 10}}};
  join_past(page_, past_, lives_);
  ASSERT_THAT(page_.histories, SizeIs(2));
  EXPECT_EQ(page_.histories[0]->container.name, "old");
  EXPECT_EQ(page_.histories[0]->ended, 20U);
  EXPECT_EQ(page_.histories[0]->exit, 256);
  EXPECT_FALSE(page_.histories[0]->is_there);
  EXPECT_THAT(page_.together.peers, SizeIs(2));
  EXPECT_THAT(page_.together.drifted, SizeIs(1));
  EXPECT_THAT(page_.programs, ElementsAre(Field(&model::ProgramSeen::path, "/bin/ls"),
                                          Field(&model::ProgramSeen::path, "/bin/sh")));
  EXPECT_TRUE(page_.past.has_value());
}

}  // namespace
}  // namespace doorman::derive
