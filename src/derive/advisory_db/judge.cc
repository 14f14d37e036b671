// SPDX-License-Identifier: Apache-2.0
#include "derive/advisory_db/judge.h"

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "derive/advisory_db/interval.h"
#include "derive/version/version.h"

namespace doorman::derive::advisory_db {
namespace {

/// A hostile database may claim more for every package; Debian's linux has about 12,000.
constexpr std::uint32_t max_entries = 1U << 18U;

/// Who outranks whom, from weak to strong. Where there are no releases only `list` and `release` occur.
enum class Step : std::uint8_t { list, other_release, unstable, every_release, release };

/// What an entry says of the version in question.
enum class Says : std::uint8_t { nothing, not_affected, affected };

struct Statement {
  EntryRecord entry;
  Step step = Step::list;
  Says says = Says::nothing;
  std::string_view fixed_version;
};

/// A rebuild for an older release holds what it was rebuilt from: `0.34-4` of `0.34-4~deb12u1` and of
/// `0.34-4~bpo12+1` (Debian Developer's Reference, 5.8.5.4 and 5.15).
std::string_view rebuilt_from(std::string_view version) {
  for (const std::string_view mark : {"~deb", "~bpo"}) {
    const std::size_t at = version.rfind(mark);
    if (at != std::string_view::npos && at + mark.size() < version.size() &&
        base::is_digit(version[at + mark.size()])) {
      return version.substr(0, at);
    }
  }
  return version;
}

class Judge {
 public:
  Judge(const Reader& database, const Question& question)
      : database_(database),
        question_(question),
        scheme_(version::scheme_of(model::package_type(question.ecosystem))),
        distribution_(model::is_distribution(question.ecosystem)) {}

  std::vector<Verdict> all();

 private:
  [[nodiscard]] std::optional<Step> step_of(const EntryRecord& entry) const;
  bool hear(const EntryRecord& entry, Statement& statement) const;
  void hear_ranges(const EntryRecord& entry, Statement& statement) const;
  void hear_runs(const EntryRecord& entry, Statement& statement) const;
  [[nodiscard]] std::string_view first_of_branch(std::uint32_t rank, std::uint64_t end) const;
  void decide(std::span<const Statement> statements);
  [[nodiscard]] bool is_affected(std::span<const Statement> deciding) const;
  [[nodiscard]] std::string_view best_fix(std::span<const Statement> deciding) const;
  [[nodiscard]] bool any_range_holds(std::span<const Statement> deciding, std::string_view version) const;

  [[nodiscard]] Interval interval(std::uint32_t index) const {
    const RangeRecord range = database_.range(index);
    const bool known = range.end <= static_cast<std::uint32_t>(RangeEnd::limit);
    return {database_.text(range.low), database_.text(range.high),
            known ? static_cast<RangeEnd>(range.end) : RangeEnd::open};
  }
  [[nodiscard]] bool is_for_us(const EntryRecord& entry) const {
    const std::string_view release = database_.text(entry.release);
    return release.empty() || release == question_.release;
  }
  [[nodiscard]] bool older(std::string_view a, std::string_view b) const {
    return version::compare_versions(scheme_, a, b) < 0;
  }

  const Reader& database_;
  const Question& question_;
  version::VersionScheme scheme_;
  bool distribution_;
  PackageRecord package_{};
  std::optional<std::uint32_t> rank_;
  std::vector<Verdict> verdicts_;
};

std::vector<Verdict> Judge::all() {
  const auto package = database_.find(question_.ecosystem, question_.name);
  if (!package) return {};
  package_ = *package;
  rank_ = database_.listed_rank(package_, question_.version);
  std::vector<Statement> statements;
  const std::uint64_t end =
      std::min<std::uint64_t>(std::uint64_t{package_.first_entry} + std::min(package_.entry_count, max_entries),
                              database_.count(Section::entries));
  for (std::uint64_t i = package_.first_entry; i < end; ++i) {
    const EntryRecord entry = database_.entry(static_cast<std::uint32_t>(i));
    // Most entries of a large package are lists, and most lists do not know the version.
    if (!rank_ && static_cast<EntryKind>(entry.kind) == EntryKind::listed) continue;
    if (!statements.empty() && statements.back().entry.vulnerability != entry.vulnerability) {
      decide(statements);
      statements.clear();
    }
    if (Statement statement; hear(entry, statement)) statements.push_back(statement);
  }
  decide(statements);
  return std::move(verdicts_);
}

std::optional<Step> Judge::step_of(const EntryRecord& entry) const {
  const auto kind = static_cast<EntryKind>(entry.kind);
  if (kind == EntryKind::listed) return Step::list;
  if (!distribution_) return Step::release;
  const std::string_view release = database_.text(entry.release);
  if (!release.empty() && release == question_.release) return Step::release;
  if (kind == EntryKind::fix) return release == "unstable" ? Step::unstable : Step::other_release;
  if (release.empty()) return Step::every_release;
  return std::nullopt;
}

/// False for what has nothing to say here.
bool Judge::hear(const EntryRecord& entry, Statement& statement) const {
  const auto step = step_of(entry);
  if (!step) return false;
  statement.entry = entry;
  statement.step = *step;
  if (*step != Step::list) {
    statement.says = Says::not_affected;
    hear_ranges(entry, statement);
  }
  if (statement.says != Says::affected && rank_) hear_runs(entry, statement);
  // A list that does not know the version may know its fix.
  return statement.says != Says::nothing || !statement.fixed_version.empty();
}

void Judge::hear_ranges(const EntryRecord& entry, Statement& statement) const {
  const bool other_branch = statement.step == Step::unstable || statement.step == Step::other_release;
  const std::string_view version = other_branch ? rebuilt_from(question_.version) : question_.version;
  for (std::uint32_t i = 0; i < entry.range_count; ++i) {
    const Interval each = interval(entry.first_range + i);
    if (!contains(scheme_, each, version)) continue;
    statement.says = Says::affected;
    const bool nearer = statement.fixed_version.empty() || older(each.high, statement.fixed_version);
    if (each.end == RangeEnd::fixed && nearer) statement.fixed_version = each.high;
  }
}

void Judge::hear_runs(const EntryRecord& entry, Statement& statement) const {
  for (std::uint32_t i = 0; i < entry.run_count; ++i) {
    const RunRecord run = database_.run(entry.first_run + i);
    const bool fixed = (run.count & run_fixed) != 0;
    const std::uint64_t end = std::uint64_t{run.first} + (run.count & ~run_fixed);
    if (run.first <= *rank_ && *rank_ < end) {
      statement.says = fixed ? Says::not_affected : Says::affected;
    } else if (fixed && run.first > *rank_ && statement.fixed_version.empty() && is_for_us(entry)) {
      statement.fixed_version = first_of_branch(run.first, end);
    }
  }
}

/// Debian's backports are versions of another branch: nobody gets them by an update.
std::string_view Judge::first_of_branch(std::uint32_t rank, std::uint64_t end) const {
  for (; rank < end && rank < package_.version_count; ++rank) {
    const std::string_view version = database_.listed_version(package_, rank);
    if (!distribution_ || version.find("~bpo") == std::string_view::npos) return version;
  }
  return {};
}

bool Judge::is_affected(std::span<const Statement> deciding) const {
  const auto record_of = [](const Statement& each) {
    return std::tuple(each.entry.source, each.entry.record, each.entry.release, each.entry.kind);
  };
  const auto says_affected = [](const Statement& each) { return each.says == Says::affected; };
  if (!distribution_ || deciding[0].step == Step::list) return std::ranges::any_of(deciding, says_affected);
  // The entries of one record add up; of several records the one that knows of a fix is right.
  for (auto first = deciding.begin(); first != deciding.end();) {
    const auto end = std::find_if(first, deciding.end(),
                                  [&](const Statement& each) { return record_of(each) != record_of(*first); });
    if (std::none_of(first, end, says_affected)) return false;
    first = end;
  }
  return true;
}

bool Judge::any_range_holds(std::span<const Statement> deciding, std::string_view version) const {
  return std::ranges::any_of(deciding, [&](const Statement& each) {
    for (std::uint32_t i = 0; i < each.entry.range_count; ++i) {
      if (contains(scheme_, interval(each.entry.first_range + i), version)) return true;
    }
    return false;
  });
}

/// The lowest fixed version that none of the records calls affected; the highest where each does.
std::string_view Judge::best_fix(std::span<const Statement> deciding) const {
  std::string_view best;
  std::string_view highest;
  for (const Statement& each : deciding) {
    const std::string_view fix = each.fixed_version;
    if (fix.empty()) continue;
    if (highest.empty() || older(highest, fix)) highest = fix;
    if ((best.empty() || older(fix, best)) && (distribution_ || !any_range_holds(deciding, fix))) best = fix;
  }
  return best.empty() ? highest : best;
}

void Judge::decide(std::span<const Statement> statements) {
  std::optional<Step> strongest;
  for (const Statement& each : statements) {
    if (each.says != Says::nothing) strongest = std::max(strongest.value_or(Step::list), each.step);
  }
  if (!strongest) return;
  std::vector<Statement> deciding;
  std::ranges::copy_if(statements, std::back_inserter(deciding),
                       [&](const Statement& each) { return each.step == *strongest; });
  if (!is_affected(deciding)) return;
  Verdict verdict;
  verdict.vulnerability = deciding[0].entry.vulnerability;
  verdict.fixed_version = best_fix(deciding);
  const auto speaker = std::ranges::find(deciding, Says::affected, &Statement::says);
  verdict.source = speaker->entry.source;
  for (const Statement& each : deciding) {
    if (each.says != Says::affected) continue;
    const auto state = static_cast<model::FixState>(
        std::min<unsigned>(each.entry.unfixed & 0x0fU, static_cast<unsigned>(model::FixState::end_of_life)));
    if (state != model::FixState::fixed) verdict.fix = std::max(verdict.fix, state);
    verdict.unimportant = verdict.unimportant || (each.entry.unfixed & unimportant) != 0;
    const std::string_view record = database_.text(each.entry.record);
    if (!record.empty()) verdict.records.push_back(record);
  }
  // A fix in another branch is worth knowing, but no update to it exists here.
  const bool other_branch = *strongest == Step::unstable || *strongest == Step::other_release;
  if (!verdict.fixed_version.empty() && !other_branch) verdict.fix = model::FixState::fixed;
  verdicts_.push_back(std::move(verdict));
}

}  // namespace

std::vector<Verdict> judge(const Reader& database, const Question& question) {
  return Judge(database, question).all();
}

}  // namespace doorman::derive::advisory_db
