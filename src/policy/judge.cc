// SPDX-License-Identifier: Apache-2.0
#include "policy/judge.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <variant>

#include "policy/exception_index.h"
#include "policy/output.h"

namespace doorman::policy {
namespace {

using model::EventSource;
using model::MatchedRule;
using model::RuleMatch;

constexpr std::array sources = {EventSource::image, EventSource::package, EventSource::vulnerability,
                                EventSource::file, EventSource::secret};

/// The names by which exceptions know the image as a whole.
SubjectNames image_names(const model::ImageRecord& image, base::Arena& scratch) {
  SubjectNames names;
  const model::Inventory& inventory = image.inventory();
  const auto add_name = [&](std::string_view name) {
    names.add(SubjectKey::image, name);
    const std::string_view without_digest = name.substr(0, name.find('@'));
    if (without_digest.size() != name.size()) names.add(SubjectKey::image, without_digest);
    const std::size_t colon = without_digest.rfind(':');
    if (colon != std::string_view::npos && without_digest.find('/', colon) == std::string_view::npos) {
      names.add(SubjectKey::image, without_digest.substr(0, colon));
    }
  };
  names.add(SubjectKey::image, inventory.target);
  add_name(image.name().reference);
  const auto add_digest = [&](const base::Digest& digest) {
    names.add(SubjectKey::digest, scratch.copy(digest.text()));
  };
  add_digest(inventory.subject.digest());
  if (const auto& identity = inventory.identity) {
    for (const std::string& name : identity->names) add_name(name);
    if (identity->manifest) add_digest(*identity->manifest);
    if (identity->index) add_digest(*identity->index);
  }
  return names;
}

class Judge {
 public:
  Judge(const std::shared_ptr<const Engine>& engine, const model::Report& report, const model::ImageName& name,
        std::span<const Exception> exceptions, const JudgeOptions& options)
      : rules_(engine->rules().rules),
        evaluator_(engine),
        options_(options),
        image_(report, name, options.now),
        exceptions_(exceptions, image_names(image_, kept_), options.now),
        any_exceptions_(!exceptions.empty()),
        tallies_(rules_.size()) {
    for (const Rule& rule : rules_) {
      if (!rule.enabled || std::ranges::find(sources, rule.source) == sources.end()) continue;
      asked_for_ = static_cast<model::SourceSet>(asked_for_ | set_of(rule.source));
      ++asked_;
    }
  }

  model::Verdict judge() {
    if (asks(EventSource::image)) ask(image_, RuleMatch(subject(), 0), [](SubjectNames&) {});
    if (asks(EventSource::package)) ask_packages();
    if (asks(EventSource::vulnerability)) ask_findings();
    if (asks(EventSource::file)) ask_files();
    if (asks(EventSource::secret)) ask_secrets();
    return verdict();
  }

 private:
  struct Tally {
    std::uint64_t matches = 0, excepted = 0;
    std::vector<RuleMatch> told;
    std::optional<OutputFormat> format;  ///< of the rule's output, once it is needed
  };

  [[nodiscard]] bool asks(EventSource source) const { return (asked_for_ & set_of(source)) != 0; }
  [[nodiscard]] const model::Inventory& inventory() const { return image_.inventory(); }
  [[nodiscard]] const model::Subject& subject() const { return inventory().subject; }

  // --- what is asked

  void add_path(SubjectNames& names, std::string_view path) {
    names.add(SubjectKey::path, path);
    names.add(SubjectKey::path, scratch_.copy("/" + std::string(path)));
  }

  void add_package(SubjectNames& names, std::uint32_t index) {
    if (index >= inventory().packages.size()) return;
    const model::FoundPackage& found = inventory().packages[index];
    names.add(SubjectKey::package, found.package.name);
    names.add(SubjectKey::package, found.package.source_name);
    names.add(SubjectKey::version, found.package.version);
    for (const std::string& path : found.paths) add_path(names, path);
  }

  [[nodiscard]] RuleMatch about_package(std::uint32_t index) const {
    RuleMatch match(subject(), 0);
    if (index >= inventory().packages.size()) return match;
    const model::FoundPackage& found = inventory().packages[index];
    match.package = index;
    match.what = found.purl;
    match.layer = found.layer;
    if (!found.paths.empty()) match.path = found.paths.front();
    return match;
  }

  void ask_packages() {
    const auto& packages = inventory().packages;
    for (std::uint32_t i = 0; i < packages.size(); ++i) {
      ask(model::PackageRecord(image_, packages[i]), about_package(i),
          [&](SubjectNames& names) { add_package(names, i); });
    }
  }

  void ask_findings() {
    for (const model::Finding& finding : image_.report().findings) {
      RuleMatch match = about_package(finding.package);
      match.what = finding.vulnerability.id;
      ask(model::FindingRecord(image_, finding), match, [&](SubjectNames& names) {
        names.add(SubjectKey::vulnerability, finding.vulnerability.id);
        for (const std::string& alias : finding.vulnerability.aliases) names.add(SubjectKey::vulnerability, alias);
        add_package(names, finding.package);
      });
    }
  }

  /// Programs and notable files are sorted by path: what both know of one path is asked for together.
  void ask_files() {
    const auto& programs = inventory().programs;
    const std::span<const model::FoundNotable> notable = inventory().notable;
    std::size_t program = 0, begin = 0;
    while (program < programs.size() || begin < notable.size()) {
      const bool has_program = program < programs.size() &&
                               (begin == notable.size() || programs[program].file.path <= notable[begin].file.path);
      const std::string_view path = has_program ? programs[program].file.path : notable[begin].file.path;
      std::size_t end = begin;
      while (end < notable.size() && notable[end].file.path == path) ++end;
      ask_file(model::FileRecord(image_, has_program ? &programs[program] : nullptr,
                                 notable.subspan(begin, end - begin)));
      program += has_program ? 1 : 0;
      begin = end;
    }
  }

  void ask_file(const model::FileRecord& file) {
    RuleMatch match(subject(), 0);
    match.what = match.path = file.path();
    match.layer = file.layer();
    ask(file, match, [&](SubjectNames& names) {
      add_path(names, file.path());
      if (file.owner() >= inventory().packages.size()) return;
      const model::Package& owner = inventory().packages[file.owner()].package;
      names.add(SubjectKey::package, owner.name);
      names.add(SubjectKey::package, owner.source_name);
      names.add(SubjectKey::version, owner.version);
    });
  }

  void ask_secrets() {
    for (const model::FoundSecret& found : inventory().secrets) {
      RuleMatch match(subject(), 0);
      match.what = place_of(found.secret);
      match.path = found.secret.path;
      match.line = found.secret.line;
      match.layer = found.layer;
      ask(model::SecretRecord(image_, found), match, [&](SubjectNames& names) {
        names.add(SubjectKey::secret, found.secret.rule);
        names.add(SubjectKey::secret, found.secret.fingerprint);
        if (!found.secret.path.empty()) add_path(names, found.secret.path);
      });
    }
  }

  // --- what is answered

  template <typename AddNames>
  void ask(const model::Facts& facts, const RuleMatch& about, AddNames&& add_names) {
    const auto matched = evaluator_.match(facts);
    if (matched.empty()) return;
    scratch_.clear();
    names_.clear();
    if (any_exceptions_) add_names(names_);
    for (const std::uint32_t rule : matched) take(rule, facts, about);
  }

  void take(std::uint32_t rule, const model::Facts& facts, const RuleMatch& about) {
    Tally& tally = tallies_[rule];
    const auto exception = exceptions_.take(rule, names_);
    std::uint64_t& count = exception ? tally.excepted : tally.matches;
    if (++count > options_.told) return;
    RuleMatch match = about;
    match.rule = rule;
    match.exception = exception;
    match.message = message_of(rule, facts);
    tally.told.push_back(std::move(match));
  }

  /// The output, checked when the rule was compiled.
  std::string message_of(std::uint32_t rule, const model::Facts& facts) {
    auto& format = tallies_[rule].format;
    if (!format) {
      auto parsed = OutputFormat::parse(rules_[rule].output, rules_[rule].source);
      if (const auto* sound = std::get_if<OutputFormat>(&parsed)) format = *sound;
      else format = OutputFormat();
    }
    return format->render(facts, scratch_);
  }

  static MatchedRule describe(const Rule& rule, const Tally& tally) {
    return {.name = rule.name,
            .source = rule.source,
            .priority = rule.priority,
            .action = rule.action,
            .description = rule.description,
            .remediation = rule.remediation,
            .reference = rule.reference,
            .tags = rule.tags,
            .matches = tally.matches,
            .excepted = tally.excepted,
            .hidden = tally.matches + tally.excepted - tally.told.size()};
  }

  /// The rules that matched, in the order in which a verdict tells them.
  [[nodiscard]] std::vector<std::size_t> ranked() const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < tallies_.size(); ++i) {
      if (tallies_[i].matches + tallies_[i].excepted != 0) order.push_back(i);
    }
    const auto rank = [&](std::size_t i) {
      const bool denies = model::decision_of(rules_[i].action) == model::Decision::deny;
      return std::tuple<bool, model::Priority, std::string_view>(!denies, rules_[i].priority, rules_[i].name);
    };
    std::ranges::sort(order, {}, rank);
    return order;
  }

  model::Verdict verdict() {
    model::Verdict verdict;
    verdict.packs = options_.packs;
    verdict.asked = asked_;
    for (const std::size_t index : ranked()) {
      Tally& tally = tallies_[index];
      std::ranges::sort(tally.told, {}, [](const RuleMatch& match) {
        return std::tuple<bool, std::string_view, std::string_view, std::string_view>(
            match.exception.has_value(), match.what, match.path, match.message);
      });
      for (RuleMatch& match : tally.told) {
        match.rule = static_cast<std::uint32_t>(verdict.rules.size());
        verdict.matches.push_back(std::move(match));
      }
      verdict.rules.push_back(describe(rules_[index], tally));
      if (tally.matches == 0) continue;
      verdict.decision = std::max(verdict.decision, model::decision_of(rules_[index].action));
    }
    verdict.exceptions = exceptions_.uses();
    return verdict;
  }

  const std::vector<Rule>& rules_;
  Evaluator evaluator_;
  const JudgeOptions& options_;
  base::Arena kept_, scratch_;
  model::ImageRecord image_;
  ExceptionIndex exceptions_;
  bool any_exceptions_;
  std::vector<Tally> tallies_;  ///< for each rule
  SubjectNames names_;
  model::SourceSet asked_for_ = 0;
  std::uint64_t asked_ = 0;
};

}  // namespace

model::Verdict judge(const std::shared_ptr<const Engine>& engine, const model::Report& report,
                     const model::ImageName& name, std::span<const Exception> exceptions,
                     const JudgeOptions& options) {
  return Judge(engine, report, name, exceptions, options).judge();
}

}  // namespace doorman::policy
