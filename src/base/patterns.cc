// SPDX-License-Identifier: Apache-2.0
#include "base/patterns.h"

#include <hs/hs.h>

#include <utility>
#include <vector>

#include <fmt/format.h>

namespace doorman::base {
namespace {

struct Deleter {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
  void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};

/// A literal as an expression.
std::string escaped(std::string_view literal) {
  std::string expression;
  for (const char c : literal) expression += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return expression;
}

Status check(std::span<const SearchPattern> patterns) {
  if (patterns.empty()) return Error(ErrorCode::invalid, "no patterns");
  if (patterns.size() > PatternSet::max_patterns) {
    return Error(ErrorCode::limit, fmt::format("more than {} patterns", PatternSet::max_patterns));
  }
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].text.empty()) return Error(ErrorCode::invalid, fmt::format("pattern {} is empty", i));
    if (patterns[i].text.size() > PatternSet::max_pattern_bytes) {
      return Error(ErrorCode::limit,
                   fmt::format("pattern {} has more than {} bytes", i, PatternSet::max_pattern_bytes));
    }
  }
  return {};
}

}  // namespace

struct PatternSet::Database {
  std::unique_ptr<hs_database_t, Deleter> handle;
};

struct PatternSet::Searcher::Scratch {
  const hs_database_t* database;
  std::unique_ptr<hs_scratch_t, Deleter> handle;
};

PatternSet::PatternSet(std::unique_ptr<Database> database) : database_(std::move(database)) {}
PatternSet::PatternSet(PatternSet&&) noexcept = default;
PatternSet& PatternSet::operator=(PatternSet&&) noexcept = default;
PatternSet::~PatternSet() = default;

PatternSet::Searcher::Searcher(std::unique_ptr<Scratch> scratch) : scratch_(std::move(scratch)) {}
PatternSet::Searcher::Searcher(Searcher&&) noexcept = default;
PatternSet::Searcher& PatternSet::Searcher::operator=(Searcher&&) noexcept = default;
PatternSet::Searcher::~Searcher() = default;

Result<PatternSet> PatternSet::compile(std::span<const SearchPattern> patterns) {
  DOORMAN_CHECK(check(patterns));
  std::vector<std::string> expressions;
  std::vector<const char*> texts;
  std::vector<unsigned> flags, ids;
  expressions.reserve(patterns.size());
  for (const SearchPattern& pattern : patterns) {
    const std::string& expression =
        expressions.emplace_back(pattern.literal ? escaped(pattern.text) : pattern.text);
    if (expression.find('\0') != std::string::npos) {
      return Error(ErrorCode::invalid, fmt::format("pattern {} holds a NUL", ids.size()));
    }
    texts.push_back(expression.c_str());
    flags.push_back(HS_FLAG_DOTALL | (pattern.caseless ? HS_FLAG_CASELESS : 0U));
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_database_t* raw = nullptr;
  hs_compile_error_t* raw_error = nullptr;
  const hs_error_t outcome =
      hs_compile_multi(texts.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()), HS_MODE_BLOCK,
                       nullptr, &raw, &raw_error);
  const std::unique_ptr<hs_compile_error_t, Deleter> error(raw_error);
  if (outcome != HS_SUCCESS) {
    const std::string_view message = error ? error->message : "out of memory";
    if (error && error->expression >= 0) {
      return Error(ErrorCode::invalid, fmt::format("pattern {}: {}", error->expression, message));
    }
    return Error(ErrorCode::invalid, fmt::format("patterns: {}", message));
  }
  auto database = std::make_unique<Database>();
  database->handle.reset(raw);
  return PatternSet(std::move(database));
}

Result<PatternSet::Searcher> PatternSet::searcher() const {
  hs_scratch_t* raw = nullptr;
  if (hs_alloc_scratch(database_->handle.get(), &raw) != HS_SUCCESS) {
    return Error(ErrorCode::io, "no memory to search in");
  }
  auto scratch = std::make_unique<Searcher::Scratch>();
  scratch->database = database_->handle.get();
  scratch->handle.reset(raw);
  return Searcher(std::move(scratch));
}

Status PatternSet::Searcher::search(Bytes block, bool (*hit)(void*, std::uint32_t, std::size_t),
                                    void* context) const {
  struct Call {
    bool (*hit)(void*, std::uint32_t, std::size_t);
    void* context;
  } call{hit, context};
  const auto told = [](unsigned id, unsigned long long /*from*/, unsigned long long to, unsigned /*flags*/,
                       void* raw) noexcept {
    const auto* to_call = static_cast<const Call*>(raw);
    return to_call->hit(to_call->context, id, static_cast<std::size_t>(to)) ? 0 : 1;
  };
  if (block.size() > max_block_bytes) return Error(ErrorCode::limit, "a block of more than 1 GiB to search");
  const hs_error_t outcome = hs_scan(scratch_->database, block.data(), static_cast<unsigned>(block.size()), 0,
                                     scratch_->handle.get(), told, &call);
  if (outcome == HS_SUCCESS || outcome == HS_SCAN_TERMINATED) return {};
  return Error(ErrorCode::io, fmt::format("the search failed ({})", outcome));
}

}  // namespace doorman::base
