// SPDX-License-Identifier: Apache-2.0
#include "base/regex.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <utility>

#include "base/text.h"

namespace doorman::base {
namespace {

RE2::Options options() {
  RE2::Options options(RE2::POSIX);
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(Regex::max_memory));
  return options;
}

/// The text itself, or a copy in `storage` where each byte that belongs to no UTF-8 sequence is U+FFFD.
std::string_view well_formed(std::string_view text, std::string& storage) {
  std::size_t good = 0;
  while (good < text.size()) {
    const std::size_t length = utf8_length(text.substr(good));
    if (length == 0) break;
    good += length;
  }
  if (good == text.size()) return text;
  storage.assign(text.substr(0, good));
  for (std::size_t at = good; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) storage.append("\xEF\xBF\xBD");
    else storage.append(text.substr(at, length));
    at += length == 0 ? 1 : length;
  }
  return storage;
}

}  // namespace

struct Regex::Compiled {
  explicit Compiled(std::string_view pattern)
      : expression(re2::StringPiece(pattern.data(), pattern.size()), options()) {}
  RE2 expression;
};

Regex::Regex(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern) {
  if (pattern.size() > max_bytes)
    return Error(ErrorCode::limit, fmt::format("pattern longer than {} bytes", max_bytes));
  auto compiled = std::make_unique<const Compiled>(pattern);
  if (compiled->expression.ok()) return Regex(std::move(compiled));
  if (compiled->expression.error_code() == RE2::ErrorPatternTooLarge)
    return Error(ErrorCode::limit, fmt::format("pattern needs more than {} bytes when compiled", max_memory));
  return Error(ErrorCode::invalid, printable(compiled->expression.error()));
}

bool Regex::matches(std::string_view text) const {
  std::string storage;
  const std::string_view clean = well_formed(text, storage);
  const re2::StringPiece piece(clean.data(), clean.size());
  return compiled_->expression.Match(piece, 0, clean.size(), RE2::ANCHOR_BOTH, nullptr, 0);
}

const std::string& Regex::pattern() const { return compiled_->expression.pattern(); }

}  // namespace doorman::base
