// SPDX-License-Identifier: Apache-2.0
#include "parse/image/tar.h"

#include "fuzz/fuzz.h"

namespace doorman::fuzz {
namespace {

class Counter final : public parse::image::EntryVisitor {
 public:
  base::Result<bool> begin(const parse::image::Entry& entry) override {
    expected_ = entry.size;
    got_ = 0;
    // A sparse file may claim gigabytes: such are walked over, as a collector with a limit would.
    return entry.size <= (1U << 20U);
  }
  base::Status data(base::Bytes piece) override {
    got_ += piece.size();
    return {};
  }
  base::Status end() override {
    if (got_ != expected_) __builtin_trap();
    return {};
  }

 private:
  std::uint64_t expected_ = 0, got_ = 0;
};

}  // namespace

/// However the bytes are cut, the parser takes them all, and gives each file the content that it announced.
void tar(base::Bytes input) {
  Counter counter;
  parse::image::TarParser parser(counter);
  std::size_t cut = input.empty() ? 1 : static_cast<unsigned char>(input.back()) * 7U + 1U;
  while (!input.empty()) {
    const base::Bytes piece = input.substr(0, cut);
    if (!parser.feed(piece).ok()) return;
    input.remove_prefix(piece.size());
    cut = cut * 31 % 4099 + 1;
  }
  (void)parser.finish();
}

}  // namespace doorman::fuzz
