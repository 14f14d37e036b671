// SPDX-License-Identifier: Apache-2.0
#include "source/file_capture.h"

namespace doorman::source {

using base::Bytes;
using base::Result;
using base::Status;

void FileCapture::begin(std::uint64_t size) {
  release();
  size_ = size;
}

Status FileCapture::append(Bytes piece) {
  const bool all_at_once = appended_ == 0 && piece.size() == size_;
  appended_ += piece.size();
  if (all_at_once) {
    whole_ = piece;
    return {};
  }
  if (!file_.valid() && size_ > max_memory_bytes) DOORMAN_CHECK(spill());
  if (file_.valid()) return base::write_all(file_, piece);
  if (memory_.empty()) memory_.reserve(static_cast<std::size_t>(size_));
  memory_.append(piece);
  return {};
}

Result<Bytes> FileCapture::content() {
  if (!whole_.empty()) return whole_;
  if (!file_.valid()) return Bytes(memory_);
  DOORMAN_TRY(mapping_, base::MappedFile::map(file_, appended_));
  return mapping_->bytes();
}

void FileCapture::release() {
  static constexpr std::size_t keep_bytes = 1U << 20U;
  whole_ = {};
  appended_ = 0;
  mapping_.reset();
  file_ = base::Fd();
  memory_.clear();
  if (memory_.capacity() > keep_bytes) memory_.shrink_to_fit();
}

Status FileCapture::spill() {
  DOORMAN_TRY(file_, scratch_());
  return {};
}

}  // namespace doorman::source
