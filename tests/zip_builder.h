// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace doorman::tests {

/// Makes zip archives, right and wrong ones: every claim can be set apart from what is there.
class ZipBuilder {
 public:
  struct Member {
    std::string_view name;
    std::string_view packed;
    std::uint16_t method = 0;  ///< 0 stored, 8 deflated
    std::uint16_t flags = 0;
    std::uint64_t claimed_plain = 0;
    bool wrong_local_sizes = false;
  };

  ZipBuilder& stored(std::string_view name, std::string_view content) {
    return add({.name = name, .packed = content, .claimed_plain = content.size()});
  }
  ZipBuilder& add(const Member& member) {
    const std::uint64_t offset = bytes_.size();
    bytes_ += "PK\3\4";
    fields(bytes_, member, member.wrong_local_sizes ? 0xdeadbeef : member.packed.size());
    number(bytes_, 0, 2);
    bytes_ += member.name;
    bytes_ += member.packed;
    return list(member, offset);
  }
  /// One more line of the directory for bytes that are already there.
  ZipBuilder& list(const Member& member, std::uint64_t offset) {
    directory_ += "PK\1\2";
    number(directory_, 20, 2);
    fields(directory_, member, member.packed.size());
    number(directory_, 0, 2);
    number(directory_, 0, 2);
    number(directory_, 0, 2);
    number(directory_, 0, 2);
    number(directory_, 0, 4);
    number(directory_, offset, 4);
    directory_ += member.name;
    ++count_;
    return *this;
  }
  [[nodiscard]] std::string build() const {
    std::string file = bytes_ + directory_ + "PK\5\6";
    number(file, 0, 4);
    number(file, count_, 2);
    number(file, count_, 2);
    number(file, directory_.size(), 4);
    number(file, bytes_.size(), 4);
    number(file, 0, 2);
    return file;
  }

  /// `count` zeros, or a few more, as deflate packs them best: fixed codes, matches of 258 bytes at distance 1.
  static std::string packed_zeros(std::uint64_t count) {
    std::string packed;
    std::uint32_t bits = 0;
    unsigned filled = 0;
    const auto put = [&](std::uint32_t code, unsigned width) {
      for (unsigned i = width; i > 0; --i) {
        bits |= ((code >> (i - 1)) & 1U) << filled;
        if (++filled == 8) {
          packed += static_cast<char>(bits);
          bits = 0;
          filled = 0;
        }
      }
    };
    put(0b1'10, 3);  // the last block, fixed codes (the two bits of the type stand in reverse)
    put(0b00110000, 8);
    for (std::uint64_t written = 1; written < count; written += 258) put(0b11000101'00000, 13);
    put(0, 7);
    put(0, 8);
    return packed;
  }

 private:
  static void number(std::string& into, std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i) into += static_cast<char>((value >> (8 * i)) & 0xffU);
  }
  static void fields(std::string& into, const Member& member, std::uint64_t packed_size) {
    number(into, 20, 2);
    number(into, member.flags, 2);
    number(into, member.method, 2);
    number(into, 0, 4);
    number(into, 0, 4);
    number(into, packed_size, 4);
    number(into, member.claimed_plain, 4);
    number(into, member.name.size(), 2);
  }

  std::string bytes_;
  std::string directory_;
  std::uint64_t count_ = 0;
};

}  // namespace doorman::tests
