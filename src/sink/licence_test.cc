// SPDX-License-Identifier: Apache-2.0
#include "sink/licence.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "sink/spdx_ids.h"

namespace doorman::sink {
namespace {

TEST(SpdxIds, AreSortedSoThatEachIsFound) {
  for (const std::string_view id : all_spdx_licences()) EXPECT_EQ(spdx_licence(base::to_lower(id)), id);
  for (const std::string_view id : all_spdx_exceptions()) EXPECT_EQ(spdx_exception(id), id);
  EXPECT_TRUE(std::ranges::is_sorted(all_spdx_licences(), {}, base::to_lower));
  EXPECT_EQ(spdx_licence("Nonsense-1.0"), "");
  EXPECT_EQ(spdx_licence(""), "");
}

TEST(SpdxExpression, IsWrittenCanonically) {
  EXPECT_EQ(spdx_expression("mit"), "MIT");
  EXPECT_EQ(spdx_expression(" (mit or apache-2.0)and  isc "), "(MIT OR Apache-2.0) AND ISC");
  EXPECT_EQ(spdx_expression("GPL-2.0-or-later WITH classpath-exception-2.0"),
            "GPL-2.0-or-later WITH Classpath-exception-2.0");
  EXPECT_EQ(spdx_expression("Apache-2.0+"), "Apache-2.0+");
  EXPECT_EQ(spdx_expression("GPL-2.0+"), "GPL-2.0+");
}

TEST(SpdxExpression, RefusesWhatIsNone) {
  for (const char* text : {"", " ", "MIT OR", "OR MIT", "MIT MIT", "MIT/X11", "(MIT", "MIT)", "()", "MIT WITH",
                           "MIT WITH MIT", "(MIT) WITH Classpath-exception-2.0", "LicenseRef-mine", "UNLICENSED",
                           "SEE LICENSE IN LICENSE", "MIT AND AND ISC", "+"}) {
    EXPECT_EQ(spdx_expression(text), "") << text;
  }
}

TEST(SpdxExpression, HasLimits) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '(') + "MIT" + std::string(depth, ')'); };
  EXPECT_EQ(spdx_expression(nested(64)), nested(64));
  EXPECT_EQ(spdx_expression(nested(65)), "");
  EXPECT_EQ(spdx_expression("MIT" + std::string(4093, ' ')), "MIT");
  EXPECT_EQ(spdx_expression("MIT" + std::string(4094, ' ')), "");
}

TEST(SpdxConjunction, NeedsEveryPart) {
  EXPECT_EQ(spdx_conjunction({}), "");
  EXPECT_EQ(spdx_conjunction({"MIT"}), "MIT");
  EXPECT_EQ(spdx_conjunction({"MIT OR ISC", "Zlib"}), "(MIT OR ISC) AND Zlib");
  EXPECT_EQ(spdx_conjunction({"MIT", "public domain"}), "");
}

}  // namespace
}  // namespace doorman::sink
