// SPDX-License-Identifier: Apache-2.0
#include "base/inflate.h"

#include <array>
#include <cstring>

#include "fuzz/fuzz.h"

namespace doorman::fuzz {
namespace {

class Pieces final : public base::ByteStream {
 public:
  Pieces(base::Bytes bytes, std::size_t size) : bytes_(bytes), size_(size) {}
  base::Result<std::size_t> read(std::span<char> into) override {
    const base::Bytes piece = bytes_.substr(0, std::min(size_, into.size()));
    std::memcpy(into.data(), piece.data(), piece.size());
    bytes_.remove_prefix(piece.size());
    return piece.size();
  }

 private:
  base::Bytes bytes_;
  std::size_t size_;
};

}  // namespace

/// gzip, zstd or neither, in pieces of one to 256 bytes; and the same as raw deflate and zlib.
void inflate(base::Bytes input) {
  if (input.empty()) return;
  Pieces source(input.substr(1), static_cast<unsigned char>(input.front()) + 1U);
  const auto plain = base::open_plain(source, {1U << 20U, 1100, 1U << 16U});
  std::array<char, 1000> window{};
  for (;;) {
    const auto got = plain->read(window);
    if (!got.ok() || *got == 0) break;
  }
  (void)base::inflate_all(input, base::DeflateForm::raw, 1U << 20U);
  (void)base::inflate_all(input, base::DeflateForm::zlib, 1U << 20U);
}

}  // namespace doorman::fuzz
