// SPDX-License-Identifier: Apache-2.0
#include "base/gzip.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <limits>

namespace doorman::base {
namespace {

const char* reason(int code) {
  switch (code) {
    case ISAL_INVALID_BLOCK:
      return "invalid deflate block";
    case ISAL_NEED_DICT:
      return "needs a dictionary";
    case ISAL_INVALID_SYMBOL:
      return "invalid deflate symbol";
    case ISAL_INVALID_LOOKBACK:
      return "distance goes before the start";
    case ISAL_INVALID_WRAPPER:
      return "invalid header";
    case ISAL_UNSUPPORTED_METHOD:
      return "unsupported method";
    case ISAL_INCORRECT_CHECKSUM:
      return "wrong checksum";
    default:
      return "corrupt";
  }
}

std::uint32_t clamp_size(std::size_t size) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(size, std::numeric_limits<std::int32_t>::max()));
}

// ISA-L takes const input through a plain pointer, and counts in 32 bits.
void set_buffers(inflate_state& state, Bytes input, std::span<char> output) {
  state.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(input.data()));
  state.avail_in = clamp_size(input.size());
  state.next_out = reinterpret_cast<std::uint8_t*>(output.data());
  state.avail_out = clamp_size(output.size());
}

class GzipDecompressor final : public Decompressor {
 public:
  GzipDecompressor() { begin_member(); }

  Result<Step> step(Bytes input, std::span<char> output) override {
    if (in_padding_) return skip_padding(input);
    set_buffers(*state_, input, output);
    const int code = isal_inflate(state_.get());
    if (code < 0) return Error(ErrorCode::invalid, std::string("gzip: ") + reason(code));
    Step done;
    done.consumed = static_cast<std::size_t>(reinterpret_cast<const char*>(state_->next_in) - input.data());
    done.produced = static_cast<std::size_t>(reinterpret_cast<char*>(state_->next_out) - output.data());
    if (done.consumed > 0) started_ = true;
    if (state_->block_state != ISAL_BLOCK_FINISH) return done;

    members_ = true;
    begin_member();
    const Bytes rest = input.substr(done.consumed);
    if (!rest.empty() && rest.front() == '\0') in_padding_ = true;
    return done;
  }

  Status finish() override {
    if (started_ || !members_) return Error(ErrorCode::truncated, "gzip: the stream ends too early");
    return {};
  }

 private:
  void begin_member() {
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
    started_ = false;
  }

  static Result<Step> skip_padding(Bytes input) {
    if (input.find_first_not_of('\0') != Bytes::npos) return Error(ErrorCode::invalid, "gzip: data after the end");
    return Step{input.size(), 0};
  }

  std::unique_ptr<inflate_state> state_ = std::make_unique<inflate_state>();
  bool started_ = false;     ///< within a member
  bool members_ = false;     ///< at least one is complete
  bool in_padding_ = false;  ///< only zeros may follow
};

}  // namespace

std::unique_ptr<Decompressor> make_gzip() { return std::make_unique<GzipDecompressor>(); }

Result<std::string> inflate_all(Bytes compressed, DeflateForm form, std::size_t max_bytes) {
  const auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->crc_flag = form == DeflateForm::zlib ? ISAL_ZLIB : ISAL_DEFLATE;
  std::string plain;
  std::size_t used = 0;
  while (state->block_state != ISAL_BLOCK_FINISH) {
    // One byte over the limit tells a stream that is too long from one that fits exactly.
    plain.resize(std::min(std::max<std::size_t>(plain.size() * 2, 4096), max_bytes + 1));
    set_buffers(*state, compressed, std::span(plain).subspan(used));
    const int code = isal_inflate(state.get());
    if (code < 0) return Error(ErrorCode::invalid, std::string("deflate: ") + reason(code));
    compressed.remove_prefix(
        static_cast<std::size_t>(reinterpret_cast<const char*>(state->next_in) - compressed.data()));
    used = static_cast<std::size_t>(reinterpret_cast<char*>(state->next_out) - plain.data());
    if (used > max_bytes) {
      return Error(ErrorCode::limit, "inflates to more than the limit of " + std::to_string(max_bytes) + " bytes");
    }
    if (compressed.empty() && used < plain.size() && state->block_state != ISAL_BLOCK_FINISH) {
      return Error(ErrorCode::truncated, "deflate: the stream ends too early");
    }
  }
  plain.resize(used);
  return plain;
}

}  // namespace doorman::base
