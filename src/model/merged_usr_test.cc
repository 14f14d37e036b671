// SPDX-License-Identifier: Apache-2.0
#include "model/merged_usr.h"

#include <gtest/gtest.h>

namespace doorman::model {
namespace {

TEST(MergedUsr, BothSpellingsAreOne) {
  EXPECT_EQ(merged_usr("usr/bin/bash"), "bin/bash");
  EXPECT_EQ(merged_usr("bin/bash"), "bin/bash");
  EXPECT_EQ(merged_usr("usr/lib"), "lib");
  EXPECT_EQ(merged_usr("usr/lib64/a/usr/bin/b"), "lib64/a/usr/bin/b");
}

TEST(MergedUsr, OtherFoldersOfUsrStay) {
  for (const auto* path :
       {"usr/share/doc", "usr/libexec/a", "usr/local/bin/a", "usr", "usr/", "opt/usr/bin/a", ""}) {
    EXPECT_EQ(merged_usr(path), path);
  }
}

}  // namespace
}  // namespace doorman::model
