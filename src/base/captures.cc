// SPDX-License-Identifier: Apache-2.0
#include "base/captures.h"

#include <re2/re2.h>

#include <array>
#include <string>
#include <utility>

namespace doorman::base {

struct Captures::Expression {
  Expression(std::string_view text, const RE2::Options& options)
      : re(re2::StringPiece(text.data(), text.size()), options) {}
  RE2 re;
};

Captures::Captures(std::unique_ptr<Expression> expression) : expression_(std::move(expression)) {}
Captures::Captures(Captures&&) noexcept = default;
Captures& Captures::operator=(Captures&&) noexcept = default;
Captures::~Captures() = default;

Result<Captures> Captures::compile(std::string_view expression) {
  if (expression.size() > max_expression_bytes) {
    return Error(ErrorCode::limit, "an expression of more than " + std::to_string(max_expression_bytes) + " bytes");
  }
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_max_mem(max_memory_bytes);
  auto compiled = std::make_unique<Expression>(expression, options);
  if (!compiled->re.ok()) return Error(ErrorCode::invalid, compiled->re.error());
  return Captures(std::move(compiled));
}

std::optional<Captures::Match> Captures::find(Bytes text, std::size_t from, std::size_t to) const {
  std::array<re2::StringPiece, 2> groups;
  const int wanted = expression_->re.NumberOfCapturingGroups() > 0 ? 2 : 1;
  if (!expression_->re.Match(re2::StringPiece(text.data(), text.size()), from, to, RE2::UNANCHORED, groups.data(),
                             wanted)) {
    return std::nullopt;
  }
  const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
  const re2::StringPiece& told = groups[wanted == 2 && groups[1].data() != nullptr ? 1 : 0];
  return Match{begin, begin + groups[0].size(), Bytes(told.data(), told.size())};
}

}  // namespace doorman::base
