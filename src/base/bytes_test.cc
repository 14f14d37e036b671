// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <gtest/gtest.h>

namespace doorman::base {
namespace {

using namespace std::string_view_literals;

TEST(ByteReader, ReadsBothByteOrders) {
  ByteReader little("\x01\x02\x03\x04\x05\x06\x07\x08"sv);
  EXPECT_EQ(little.u16(), 0x0201U);
  EXPECT_EQ(little.u32(), 0x06050403U);
  ByteReader big("\x01\x02\x03\x04\x05\x06\x07\x08"sv, std::endian::big);
  EXPECT_EQ(big.u64(), 0x0102030405060708ULL);
  EXPECT_TRUE(big.ok());
}

TEST(ByteReader, StopsAtTheEndForGood) {
  ByteReader reader("abc"sv);
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0U);
  EXPECT_TRUE(reader.take(1).empty());
  ByteReader seeker("abc"sv);
  seeker.seek(4);
  EXPECT_FALSE(seeker.ok());
}

TEST(ByteReader, VarintsEndAfterSixtyFourBits) {
  ByteReader reader("\x80\x80\x01\x7f"sv);
  EXPECT_EQ(reader.uvarint(), 16384U);
  EXPECT_EQ(reader.uvarint(), 127U);
  ByteReader endless("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv);
  (void)endless.uvarint();
  EXPECT_FALSE(endless.ok());
}

}  // namespace
}  // namespace doorman::base
