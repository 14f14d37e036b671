// SPDX-License-Identifier: Apache-2.0
#include "source/registry_blob.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "source/registry_client.h"

namespace doorman::source {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

/// A blob that came so far since it last broke has earned a new set of tries: a large one on a poor line ends.
constexpr std::uint64_t progress_bytes = 4U << 20U;

}  // namespace

RegistryBlob::RegistryBlob(RegistryClient& client, const base::Digest& digest, std::uint64_t size)
    : client_(client), path_("blobs/" + digest.text()), size_(size), backoff_(client.retry()) {}

Error RegistryBlob::wrong_length(std::string_view how) const {
  return {ErrorCode::mismatch, fmt::format("{}: {} than the {} bytes of the manifest", path_, how, size_)};
}

Status RegistryBlob::open() {
  response_.reset();
  auto response = client_.get(path_, "*/*", offset_);
  if (!response.ok()) return response.error().in(path_);
  response_ = *std::move(response);
  const bool partial = response_->status() == 206;
  const std::string expected = fmt::format("bytes {}-", offset_);
  if (partial && !response_->header("content-range").value_or("").starts_with(expected)) {
    return Error(ErrorCode::invalid, path_ + ": another range than the one asked for");
  }
  if (const auto length = response_->content_length()) {
    const std::uint64_t wanted = partial ? size_ - offset_ : size_;
    if (*length != wanted) return wrong_length(*length < wanted ? "shorter" : "longer");
  }
  return partial ? Status() : skip_what_we_have();
}

Status RegistryBlob::skip_what_we_have() {
  std::array<char, 16U << 10U> unwanted{};
  for (std::uint64_t left = offset_; left > 0;) {
    const std::size_t step = static_cast<std::size_t>(std::min<std::uint64_t>(left, unwanted.size()));
    DOORMAN_TRY(const std::size_t count, response_->body().read(std::span(unwanted).first(step)));
    if (count == 0) return Error(ErrorCode::truncated, path_ + ": ended early");
    left -= count;
  }
  return {};
}

bool RegistryBlob::try_again(const Error& error) {
  if (!net::worth_another_try(error)) return false;
  if (offset_ >= broke_at_ + progress_bytes) backoff_ = net::Backoff(client_.retry());
  broke_at_ = offset_;
  return backoff_.wait(error.message());
}

Result<std::size_t> RegistryBlob::read(std::span<char> into) {
  for (;;) {
    auto count = response_ ? read_some(into) : Result<std::size_t>(Error(ErrorCode::network, path_ + ": not open"));
    if (count.ok() || !try_again(count.error())) return count;
    DOORMAN_CHECK(open());
  }
}

Result<std::size_t> RegistryBlob::read_some(std::span<char> into) {
  auto count = response_->body().read(into);
  if (!count.ok()) return count.error().in(fmt::format("{} at byte {} of {}", path_, offset_, size_));
  offset_ += *count;
  if (offset_ > size_) return wrong_length("longer");
  if (*count > 0 || offset_ == size_) return *count;
  return Error(ErrorCode::truncated, fmt::format("{}: ends after {} of {} bytes", path_, offset_, size_));
}

}  // namespace doorman::source
