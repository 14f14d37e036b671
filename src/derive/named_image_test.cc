// SPDX-License-Identifier: Apache-2.0
#include "derive/named_image.h"

#include <gtest/gtest.h>

namespace doorman::derive {
namespace {

using base::Digest;
using base::ErrorCode;

class NamedImageTest : public testing::Test {
 protected:
  NamedImageTest() {
    images_ = {{shop_, {base::digest_of("manifest")}, {"registry.example:5000/team/shop:1", "localhost/old:1"}},
               {cart_, {}, {"localhost/cart:latest"}},
               {other_, {}, {"localhost/web:1"}},
               {base::digest_of("web 2"), {}, {"localhost/web:2"}}};
    containers_ = {{std::string(64, 'e'), "front", cart_}, {std::string(64, 'f'), "lost", std::nullopt}};
  }
  [[nodiscard]] base::Result<Digest> find(std::string_view named) const {
    return find_named_image(images_, containers_, named);
  }

  Digest shop_ = base::digest_of("shop"), cart_ = base::digest_of("cart"), other_ = base::digest_of("web 1");
  std::vector<NamedImage> images_;
  std::vector<NamedContainer> containers_;
};

TEST_F(NamedImageTest, ByDigestNameContainerAndTheirParts) {
  EXPECT_EQ(*find(shop_.text()), shop_);
  EXPECT_EQ(*find(shop_.hex()), shop_);
  EXPECT_EQ(*find(shop_.hex().substr(0, 12)), shop_);
  EXPECT_EQ(*find(base::digest_of("manifest").text()), shop_);
  for (const char* name : {"registry.example:5000/team/shop:1", "registry.example:5000/team/shop", "team/shop:1",
                           "team/shop", "shop:1", "shop", "old"}) {
    EXPECT_EQ(find(name).value(), shop_) << name;
  }
  EXPECT_EQ(*find("front"), cart_);
  EXPECT_EQ(*find("eeee"), cart_);
}

TEST_F(NamedImageTest, WhatMeansSeveralOrNothingIsAnError) {
  EXPECT_EQ(find("web").error().code(), ErrorCode::usage);
  EXPECT_EQ(*find("web:1"), other_);
  for (const char* name : {"", "hop", "shop:2", "team", "sh", "sha256:", "ee", "nobody"}) {
    EXPECT_EQ(find(name).error().code(), ErrorCode::not_found) << name;
  }
  EXPECT_EQ(find("lost").error().message(), "of the container `lost` it is not known which image it runs");
}

TEST_F(NamedImageTest, AWholeNameComesBeforeAContainerAndThatBeforeAPart) {
  containers_.push_back({std::string(64, 'a'), "localhost/web:1", cart_});
  EXPECT_EQ(*find("localhost/web:1"), other_);
  containers_.push_back({std::string(64, 'b'), "shop", cart_});
  EXPECT_EQ(*find("shop"), cart_);
}

TEST_F(NamedImageTest, TheSameImageTwiceIsOne) {
  images_.push_back({shop_, {}, {"team/shop:1"}});
  EXPECT_EQ(*find("shop"), shop_);
}

}  // namespace
}  // namespace doorman::derive
