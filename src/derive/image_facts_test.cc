// SPDX-License-Identifier: Apache-2.0
#include "derive/image_facts.h"

#include <gtest/gtest.h>

namespace doorman::derive {
namespace {

using model::FixState;
using model::Severity;

class ImageFactsTest : public ::testing::Test {
 protected:
  void find(Severity severity, FixState fix, bool exploited = false) {
    model::Vulnerability flaw;
    flaw.severity = severity;
    flaw.known_exploited = exploited;
    model::Finding finding(inventory_.subject, 0, std::move(flaw));
    finding.fix = fix;
    findings_.push_back(std::move(finding));
  }

  model::Inventory inventory_{model::Subject::image(base::digest_of("config"))};
  std::vector<model::Finding> findings_;
};

TEST_F(ImageFactsTest, SecretsCountWhereSomebodyLooked) {
  EXPECT_FALSE(image_facts_of(inventory_, {}).secrets.has_value());
  inventory_.secrets_sought = true;
  EXPECT_EQ(image_facts_of(inventory_, {}).secrets, 0U);
  inventory_.secrets.emplace_back();
  EXPECT_EQ(image_facts_of(inventory_, {}).secrets, 1U);
}

TEST_F(ImageFactsTest, WhereItComesFromIsWhatItsLabelsSay) {
  inventory_.config.emplace();
  inventory_.config->created = base::Time(std::chrono::seconds(1'795'256'000));
  inventory_.config->labels = {{"org.opencontainers.image.base.digest", std::string(256, 'a')},
                               {"org.opencontainers.image.base.name", "debian:12"}};
  const auto facts = image_facts_of(inventory_, {});
  EXPECT_EQ(facts.base_name, "debian:12");
  EXPECT_EQ(facts.base_digest, "") << "too long for one";
  EXPECT_EQ(facts.created, inventory_.config->created);
}

TEST_F(ImageFactsTest, TheWorstFlawIsTheWorstThatCanBeRepaired) {
  EXPECT_FALSE(image_facts_of(inventory_, findings_).worst);
  find(Severity::critical, FixState::affected, true);
  EXPECT_FALSE(image_facts_of(inventory_, findings_).worst);
  EXPECT_FALSE(image_facts_of(inventory_, findings_).known_exploited);
  find(Severity::high, FixState::fixed);
  find(Severity::medium, FixState::fixed, true);
  EXPECT_EQ(image_facts_of(inventory_, findings_).worst, Severity::high);
  EXPECT_TRUE(image_facts_of(inventory_, findings_).known_exploited);
}

TEST_F(ImageFactsTest, RootIsWhatTheImageSays) {
  EXPECT_FALSE(image_facts_of(inventory_, {}).runs_as_root) << "a folder says nothing";
  inventory_.config.emplace();
  EXPECT_TRUE(image_facts_of(inventory_, {}).runs_as_root);
  inventory_.config->user = "app";
  EXPECT_FALSE(image_facts_of(inventory_, {}).runs_as_root);
}

}  // namespace
}  // namespace doorman::derive
