// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <gtest/gtest.h>

namespace doorman::base {
namespace {

// FIPS 180-4's example "abc".
constexpr const char* abc256 = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, HashesInPieces) {
  Hasher hasher;
  hasher.update("a");
  hasher.update("bc");
  EXPECT_EQ(hasher.finish().text(), abc256);
  hasher.reset();
  EXPECT_EQ(hasher.finish(), digest_of(""));
  EXPECT_EQ(digest_of("abc", DigestAlgorithm::sha512).text().substr(0, 23), "sha512:ddaf35a193617aba");
}

TEST(Digest, ParsesExactlyWhatItWrites) {
  EXPECT_EQ(*Digest::parse(abc256), digest_of("abc"));
  EXPECT_EQ(Digest::parse(abc256)->brief(), "ba7816bf8f01");
  const std::string right = abc256;
  for (const std::string& wrong :
       {std::string(), std::string("sha256:"), right.substr(7), right + "0", right.substr(0, 70),
        "md5:" + right.substr(7), std::string("sha256:BA") + right.substr(9), right.substr(0, 70) + "g"}) {
    EXPECT_FALSE(Digest::parse(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace doorman::base
