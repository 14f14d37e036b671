// SPDX-License-Identifier: Apache-2.0
#include "app/policy/field_list.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "golden.h"

namespace doorman::app {
namespace {

TEST(FieldList, PatternAndSourceChoose) {
  const auto all = find_fields(model::every_source, "");
  EXPECT_EQ(all.size(), model::fields().size());
  const auto ancestors = find_fields(model::every_source, "proc.a*name");
  ASSERT_EQ(ancestors.size(), 1U);
  EXPECT_EQ(ancestors.front()->name, "proc.aname");
  for (const model::Field* field : find_fields(model::set_of(model::EventSource::secret), "secret.")) {
    EXPECT_TRUE(field->name.starts_with("secret.")) << field->name;
  }
  EXPECT_TRUE(find_fields(model::set_of(model::EventSource::image), "proc.name").empty());
  EXPECT_TRUE(find_fields(model::every_source, "a*a*a*a*a*a*a*a").empty());
}

TEST(FieldList, JsonHoldsEveryField) {
  const auto document = base::JsonDocument::parse(as_json(find_fields(model::every_source, "")));
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->root().items().size(), model::fields().size());
}

TEST(FieldList, PageIsUpToDate) {
  tests::expect_golden(std::filesystem::path(DOORMAN_TEST_DATA) / "../../docs/fields.md",
                       as_markdown(find_fields(model::every_source, "")));
}

}  // namespace
}  // namespace doorman::app
