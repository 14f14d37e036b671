// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/result.h"

namespace doorman::base {

/// Raw bytes that somebody else owns. Never assumed to be text, whatever the type's name says.
using Bytes = std::string_view;

/// Reads fixed-width integers and runs out of untrusted bytes; never past their end.
/// After the first read that does not fit, `ok()` is false and every further read gives zero or empty.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes, std::endian order = std::endian::little) : bytes_(bytes), order_(order) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }

  void seek(std::size_t position) {
    if (position > bytes_.size()) ok_ = false;
    else position_ = position;
  }
  void skip(std::size_t count) { (void)take(count); }

  Bytes take(std::size_t count) {
    if (!ok_ || count > remaining()) {
      ok_ = false;
      return {};
    }
    const Bytes taken = bytes_.substr(position_, count);
    position_ += count;
    return taken;
  }

  std::uint8_t u8() { return number<std::uint8_t>(); }
  std::uint16_t u16() { return number<std::uint16_t>(); }
  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }

  /// Unsigned LEB128, as in Go's and protobuf's varints.
  std::uint64_t uvarint() {
    if (position_ < bytes_.size() && ok_ && (static_cast<std::uint8_t>(bytes_[position_]) & 0x80U) == 0) {
      return static_cast<std::uint8_t>(bytes_[position_++]);
    }
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = u8();
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    ok_ = false;
    return 0;
  }

 private:
  template <typename T>
  T number() {
    const Bytes raw = take(sizeof(T));
    T value = 0;
    if (raw.size() != sizeof(T)) return value;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      const std::size_t at = order_ == std::endian::little ? sizeof(T) - 1 - i : i;
      value = static_cast<T>((static_cast<std::uint64_t>(value) << 8U) | static_cast<std::uint8_t>(raw[at]));
    }
    return value;
  }

  Bytes bytes_;
  std::endian order_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace doorman::base
