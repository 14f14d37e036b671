// SPDX-License-Identifier: Apache-2.0
#include "base/md5.h"

#include <gtest/gtest.h>

#include "base/digest.h"

namespace doorman::base {
namespace {

std::string hex_of(Bytes bytes) {
  const Md5 raw = md5_of(bytes);
  return to_hex(Bytes(reinterpret_cast<const char*>(raw.data()), raw.size()));
}

// RFC 1321, A.5.
TEST(Md5Test, TheValuesOfTheStandard) {
  EXPECT_EQ(hex_of(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex_of("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
}

}  // namespace
}  // namespace doorman::base
