// SPDX-License-Identifier: Apache-2.0
#include "base/zstd.h"

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <mutex>

namespace doorman::base {
namespace {

constexpr int max_window_log = 27;
constexpr std::size_t shared_window_bytes = 8U << 20U;

std::mutex& large_window() {
  static std::mutex mutex;
  return mutex;
}

class ZstdDecompressor final : public Decompressor {
 public:
  ZstdDecompressor() { ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, max_window_log); }

  Result<Step> step(Bytes input, std::span<char> output) override {
    Step done;
    if (!in_frame_) {
      DOORMAN_TRY(done.consumed, read_frame_header(input));
      if (!in_frame_) return done;
      input.remove_prefix(done.consumed);
      DOORMAN_CHECK(feed(head_, {}));
      if (!in_frame_) return done;  // a skippable frame without content
    }
    DOORMAN_TRY(const Step body, feed(input, output));
    return Step{done.consumed + body.consumed, body.produced};
  }

  Status finish() override {
    if (in_frame_ || !frames_ || !head_.empty())
      return Error(ErrorCode::truncated, "zstd: the stream ends too early");
    return {};
  }

 private:
  /// Gathers the frame's header, which says how large its window is, and waits for its turn if that is large.
  Result<std::size_t> read_frame_header(Bytes input) {
    std::size_t consumed = 0;
    for (;;) {
      ZSTD_frameHeader header{};
      const std::size_t wanted = ZSTD_getFrameHeader(&header, head_.data(), head_.size());
      if (ZSTD_isError(wanted) != 0U) return zstd_error(wanted);
      if (wanted == 0) {
        if (header.windowSize > shared_window_bytes) turn_ = std::unique_lock(large_window());
        in_frame_ = true;
        return consumed;
      }
      const Bytes more = input.substr(consumed, wanted - head_.size());
      if (more.empty()) return consumed;
      head_.append(more);
      consumed += more.size();
    }
  }

  Result<Step> feed(Bytes input, std::span<char> output) {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(left) != 0U) return zstd_error(left);
    if (left == 0) {
      in_frame_ = false;
      frames_ = true;
      head_.clear();
      if (turn_.owns_lock()) turn_.unlock();
    }
    return Step{in.pos, out.pos};
  }

  static Error zstd_error(std::size_t code) {
    return {ErrorCode::invalid, std::string("zstd: ") + ZSTD_getErrorName(code)};
  }

  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_{ZSTD_createDCtx()};
  std::unique_lock<std::mutex> turn_;
  std::string head_;
  bool in_frame_ = false;
  bool frames_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_zstd() { return std::make_unique<ZstdDecompressor>(); }

}  // namespace doorman::base
