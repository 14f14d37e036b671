// SPDX-License-Identifier: Apache-2.0
#include "policy/exception_index.h"

#include <algorithm>

#include "base/glob.h"

namespace doorman::policy {
namespace {

/// The most telling first.
constexpr std::array lookup_keys = {SubjectKey::vulnerability, SubjectKey::secret, SubjectKey::path,
                                    SubjectKey::package, SubjectKey::version};

bool is_about_image(SubjectKey key) { return key == SubjectKey::image || key == SubjectKey::digest; }

bool holds(const Exception::Part& part, const SubjectNames& names) {
  return std::ranges::any_of(part.values, [&](const std::string& value) {
    return std::ranges::any_of(names.of(part.key),
                               [&](std::string_view name) { return base::matches_glob(value, name); });
  });
}

bool concerns_image(const Exception& exception, const SubjectNames& image) {
  return std::ranges::all_of(exception.subject, [&](const Exception::Part& part) {
    return !is_about_image(part.key) || holds(part, image);
  });
}

/// The part by which it can be looked up.
const Exception::Part* exact_part(const Exception& exception) {
  for (const SubjectKey key : lookup_keys) {
    for (const Exception::Part& part : exception.subject) {
      if (part.key == key && std::ranges::none_of(part.values, is_pattern)) return &part;
    }
  }
  return nullptr;
}

}  // namespace

void SubjectNames::clear() {
  for (auto& names : names_) names.clear();
}

ExceptionIndex::ExceptionIndex(std::span<const Exception> exceptions, const SubjectNames& image, base::Time now)
    : exceptions_(exceptions),
      today_(std::chrono::floor<std::chrono::days>(now)),
      last_asked_(exceptions.size(), 0),
      matches_(exceptions.size(), 0) {
  std::size_t rules = 0;
  for (const Exception& exception : exceptions) rules = std::max(rules, exception.rules.size());
  first_whole_.resize(rules);
  rule_matches_.resize(rules, 0);
  for (std::uint32_t i = 0; i < exceptions.size(); ++i) {
    if (concerns_image(exceptions[i], image)) place(i);
  }
}

bool ExceptionIndex::is_over(const Exception& exception) const {
  return exception.last_day && *exception.last_day < today_;
}

void ExceptionIndex::place(std::uint32_t index) {
  const Exception& exception = exceptions_[index];
  if (std::ranges::all_of(exception.subject, is_about_image, &Exception::Part::key)) {
    whole_.push_back(index);
    for (std::size_t rule = 0; rule < exception.rules.size() && !is_over(exception); ++rule) {
      if (exception.rules[rule] && !first_whole_[rule]) first_whole_[rule] = index;
    }
  } else if (const Exception::Part* part = exact_part(exception)) {
    for (const std::string& value : part->values) exact_[{part->key, value}].push_back(index);
  } else {
    patterns_.push_back(index);
  }
}

std::optional<std::uint32_t> ExceptionIndex::take(std::size_t rule, const SubjectNames& names) {
  if (rule >= rule_matches_.size()) return std::nullopt;
  ++asked_;
  ++rule_matches_[rule];
  std::optional<std::uint32_t> first = first_whole_[rule];
  for (const SubjectKey key : lookup_keys) {
    for (const std::string_view name : names.of(key)) {
      const auto found = exact_.find({key, name});
      if (found == exact_.end()) continue;
      for (const std::uint32_t index : found->second) take_if(index, rule, names, first);
    }
  }
  for (const std::uint32_t index : patterns_) take_if(index, rule, names, first);
  return first;
}

/// An exception may be found by several names of one match: it counts once.
void ExceptionIndex::take_if(std::uint32_t index, std::size_t rule, const SubjectNames& names,
                             std::optional<std::uint32_t>& first) {
  const Exception& exception = exceptions_[index];
  if (last_asked_[index] == asked_ || !exception.rules[rule]) return;
  last_asked_[index] = asked_;
  const bool covered = std::ranges::all_of(exception.subject, [&](const Exception::Part& part) {
    return is_about_image(part.key) || holds(part, names);
  });
  if (!covered) return;
  ++matches_[index];
  if (!is_over(exception) && (!first || index < *first)) first = index;
}

std::vector<model::ExceptionUse> ExceptionIndex::uses() const {
  using State = model::ExceptionUse::State;
  std::vector<std::uint64_t> matches = matches_;
  for (const std::uint32_t index : whole_) {
    for (std::size_t rule = 0; rule < rule_matches_.size(); ++rule) {
      if (exceptions_[index].rules[rule]) matches[index] += rule_matches_[rule];
    }
  }
  std::vector<model::ExceptionUse> uses;
  for (std::size_t i = 0; i < exceptions_.size(); ++i) {
    const Exception& exception = exceptions_[i];
    model::ExceptionUse use{.name = exception.name,
                            .rule = rules_text(exception),
                            .reason = exception.reason,
                            .subject = subject_text(exception),
                            .last_day = exception.last_day,
                            .state = State::unused,
                            .matches = matches[i]};
    if (is_over(exception)) use.state = State::expired;
    else if (matches[i] != 0) use.state = State::used;
    uses.push_back(std::move(use));
  }
  return uses;
}

}  // namespace doorman::policy
