// SPDX-License-Identifier: Apache-2.0
#include "model/binary.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace doorman::model::binary {
namespace {

void append_fixed(std::string& out, std::uint64_t value, unsigned width) {
  for (unsigned i = 0; i < width; ++i) out.push_back(static_cast<char>(value >> (8U * i)));
}

}  // namespace

std::string frame(const Form& form, base::Bytes payload) {
  std::string out;
  out.reserve(frame_bytes + payload.size());
  out.append(form.magic);
  append_fixed(out, form.version, 4);
  append_fixed(out, payload.size(), 8);
  append_fixed(out, base::hash64(payload), 8);
  return out.append(payload);
}

base::Result<base::Bytes> unframe(const Form& form, base::Bytes bytes) {
  base::ByteReader in(bytes);
  const base::Bytes mark = in.take(form.magic.size());
  const std::uint32_t version = in.u32();
  const std::uint64_t size = in.u64();
  const std::uint64_t checksum = in.u64();
  if (!in.ok()) {
    return base::Error(base::ErrorCode::truncated, fmt::format("{} end within their header", form.what));
  }
  if (mark != form.magic) return base::Error(base::ErrorCode::invalid, fmt::format("these are no {}", form.what));
  if (version != form.version) {
    return base::Error(base::ErrorCode::unsupported,
                       fmt::format("{} of version {}, this program reads {}", form.what, version, form.version));
  }
  if (in.remaining() < size) {
    return base::Error(base::ErrorCode::truncated,
                       fmt::format("{} end after {} of {} bytes", form.what, in.remaining(), size));
  }
  if (in.remaining() > size) {
    return base::Error(base::ErrorCode::invalid, fmt::format("something follows the {}", form.what));
  }
  const base::Bytes payload = bytes.substr(frame_bytes);
  if (base::hash64(payload) != checksum) {
    return base::Error(base::ErrorCode::mismatch, fmt::format("the checksum of the {} is wrong", form.what));
  }
  return payload;
}

}  // namespace doorman::model::binary
