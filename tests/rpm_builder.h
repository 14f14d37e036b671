// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace doorman::tests {

/// Fixed-width numbers in either byte order.
class ByteWriter {
 public:
  explicit ByteWriter(std::endian order = std::endian::little) : order_(order) {}

  ByteWriter& u8(std::uint8_t value) { return number(value, 1); }
  ByteWriter& u16(std::uint16_t value) { return number(value, 2); }
  ByteWriter& u32(std::uint32_t value) { return number(value, 4); }
  ByteWriter& text(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  ByteWriter& pad_to(std::size_t size) {
    if (bytes_.size() < size) bytes_.resize(size, '\0');
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  ByteWriter& number(std::uint32_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i) {
      const unsigned shift = 8 * (order_ == std::endian::little ? i : width - 1 - i);
      bytes_.push_back(static_cast<char>((value >> shift) & 0xffU));
    }
    return *this;
  }

  std::endian order_;
  std::string bytes_;
};

/// An rpm header, tag by tag, as a database holds it.
class RpmHeaderBuilder {
 public:
  RpmHeaderBuilder& string(std::uint32_t tag, std::string_view text) {
    return entry(tag, 6, 1, std::string(text) + '\0');
  }
  RpmHeaderBuilder& strings(std::uint32_t tag, const std::vector<std::string>& texts) {
    std::string joined;
    for (const std::string& text : texts) joined += text + '\0';
    return entry(tag, 8, static_cast<std::uint32_t>(texts.size()), joined);
  }
  RpmHeaderBuilder& numbers(std::uint32_t tag, const std::vector<std::uint32_t>& values) {
    ByteWriter writer(std::endian::big);
    for (const std::uint32_t value : values) writer.u32(value);
    return entry(tag, 4, static_cast<std::uint32_t>(values.size()), writer.bytes());
  }
  RpmHeaderBuilder& entry(std::uint32_t tag, std::uint32_t type, std::uint32_t count, const std::string& data) {
    index_.u32(tag).u32(type).u32(static_cast<std::uint32_t>(data_.size())).u32(count);
    data_ += data;
    ++entries_;
    return *this;
  }
  [[nodiscard]] std::string bytes() const {
    ByteWriter writer(std::endian::big);
    writer.u32(entries_).u32(static_cast<std::uint32_t>(data_.size())).text(index_.bytes()).text(data_);
    return writer.bytes();
  }

 private:
  ByteWriter index_{std::endian::big};
  std::string data_;
  std::uint32_t entries_ = 0;
};

/// The smallest header that is a package.
inline std::string rpm_package(std::string_view name, std::string_view version = "1.0") {
  return RpmHeaderBuilder().string(1000, name).string(1001, version).string(1002, "1").bytes();
}

/// An ndb database: one page of slots, a blob behind the other.
inline std::string rpm_ndb(const std::vector<std::string>& headers) {
  constexpr std::size_t page = 4096, block = 16;
  ByteWriter slots;
  slots.text("RpmP").u32(0).u32(1).u32(1).u32(static_cast<std::uint32_t>(headers.size() + 1)).pad_to(32);
  ByteWriter blobs;
  std::uint32_t number = 0;
  for (const std::string& header : headers) {
    const auto first = static_cast<std::uint32_t>((page + blobs.bytes().size()) / block);
    const auto length = static_cast<std::uint32_t>(header.size());
    blobs.text("BlbS").u32(++number).u32(1).u32(length).text(header);
    blobs.pad_to((blobs.bytes().size() + 12 + block - 1) / block * block - 12).u32(0).u32(length).text("BlbE");
    slots.text("Slot").u32(number).u32(first).u32(
        static_cast<std::uint32_t>((page + blobs.bytes().size()) / block) - first);
  }
  while (slots.bytes().size() < page) slots.text("Slot").u32(0).u32(0).u32(0);
  return slots.bytes() + blobs.bytes();
}

}  // namespace doorman::tests
