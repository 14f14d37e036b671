// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/admission.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <memory>
#include <utility>

#include "app/runtime/break_glass.h"
#include "app/runtime/door_scan.h"
#include "app/runtime/hardening.h"
#include "app/runtime/neighbours.h"
#include "app/runtime/request.h"
#include "base/digest.h"
#include "base/fd.h"
#include "base/time.h"
#include "derive/image_words.h"
#include "parse/container/bundle.h"
#include "source/container/host_reach.h"
#include "source/container/requester.h"
#include "store/image_facts_folder.h"

namespace doorman::app {
namespace {

using base::Result;
using source::container::BundleFile;

constexpr std::string_view unscanned_rule = "unscanned";  // as break-glass items name it

class Judgement {
 public:
  Judgement(const cli::ParsedCommand& settings, LazyState& state, const BundleFile& file,
            const std::string& doorman, source::container::Finding who)
      : settings_(settings), state_(state), file_(file), doorman_(doorman) {
    unread_.who = who.problem;
    if (who.container.image_id.empty()) unread_.image = who.problem;
    auto reach =
        source::container::reach_of(file.bundle(), file.folder(), {who.container.id, who.container.pod_sandbox});
    request_ = request_of(std::move(who), std::move(reach));
  }

  Result<Admission> make(const std::shared_ptr<const policy::Engine>& engine) {
    read_facts();
    if (is_unscanned() && answer() == cli::Unscanned::scan) scan();
    request_.scan_unread = !unread_.facts.empty();
    request_.now = base::now();
    if (engine != nullptr) meet_neighbours(engine->rules());
    Admission admission;
    admission.verdict = ask(engine);
    if (!admission.verdict.hardenings.empty()) DOORMAN_CHECK(harden(engine, admission));
    if (!scan_problem_.empty()) {
      add_unscanned(admission.verdict, fmt::format("cannot be decided: {}", scan_problem_), true);
    } else if (is_unscanned() && answer() == cli::Unscanned::refuse) {
      add_unscanned(admission.verdict, "its image was never scanned on this host", false);
    }
    break_glass(admission.verdict, request_);
    // They belong to the rules, which the caller does not keep.
    admission.verdict.hardenings.clear();
    admission.verdict.break_glasses.clear();
    admission.request = std::move(request_);
    return admission;
  }

 private:
  void read_facts() {
    auto facts = find_facts();
    if (facts.ok()) request_.container.image_facts = std::move(facts).value();
    else unread_.facts = facts.error().message();
  }

  /// Nothing where nobody scanned the image, or where it is not known which one it is.
  Result<std::shared_ptr<const model::ImageFacts>> find_facts() {
    const auto digest = base::Digest::parse(request_.container.image_id);
    if (!digest.ok()) return std::shared_ptr<const model::ImageFacts>();
    DOORMAN_TRY(const std::string folder, state_.path());
    return store::ImageFactsFolder(folder).find_brief(*digest);
  }

  /// It holds a pod's namespaces and runs the engine's own program, nothing of anybody's.
  [[nodiscard]] bool is_sandbox() const { return request_.kind == "sandbox"; }

  /// A root folder without an image has no name to be scanned by.
  [[nodiscard]] bool is_unscanned() const {
    return !request_.container.image_id.empty() && request_.container.image_facts == nullptr &&
           unread_.facts.empty() && !is_sandbox();
  }

  [[nodiscard]] cli::Unscanned answer() const { return settings_.get(cli::options::unscanned); }

  void add_unscanned(AdmissionVerdict& verdict, std::string output, bool undecided) const {
    AdmissionVerdict::Rule rule;
    rule.name = unscanned_rule;
    rule.output = std::move(output);
    rule.remediation = "Run `doorman scan` with its name.";
    rule.action = model::Action::deny;
    rule.undecided = undecided;
    rule.refuses = !undecided || settings_.get(cli::options::on_error) == model::OnError::deny;
    verdict.add(std::move(rule));
  }

  void scan() {
    const auto done = [&]() -> base::Status {
      DOORMAN_TRY(const std::string folder, state_.path());
      return scan_at_the_door(doorman_, request_.container, folder,
                              std::chrono::seconds(settings_.get(cli::options::scan_time)));
    }();
    if (done.ok()) read_facts();
    else scan_problem_ = done.error().message();
    if (done.ok() && is_unscanned()) scan_problem_ = "the scan left nothing of this image";
    if (!scan_problem_.empty()) unread_.facts = scan_problem_;
  }

  void meet_neighbours(const policy::RuleSet& rules) {
    request_.trust = derive::trust_of(request_.container, rules.images);
    const NeighbourNeed need = neighbour_need(rules.rules);
    if (need == NeighbourNeed::none || (need == NeighbourNeed::trust && !request_.trust)) return;
    if (is_sandbox()) return;
    auto found = [&]() -> Result<model::Neighbours> {
      DOORMAN_TRY(const std::string folder, state_.path());
      return look_around(request_, need, rules.images, folder);
    }();
    if (found.ok()) request_.neighbours = std::move(found).value();
    else unread_.neighbours = found.error().message();
  }

  [[nodiscard]] AdmissionVerdict ask(const std::shared_ptr<const policy::Engine>& engine) const {
    return judge_admission(engine, request_, unread_, settings_.get(cli::options::on_error));
  }

  /// Rules are asked again, about the container as it would be.
  base::Status harden(const std::shared_ptr<const policy::Engine>& engine, Admission& admission) {
    DOORMAN_TRY(auto hardened, harden_by(file_.text(), admission.verdict.hardenings));
    if (hardened.changes.empty()) return {};
    DOORMAN_TRY(const auto bundle, parse::container::parse_bundle(hardened.config).in("the hardened config.json"));
    set_bundle(bundle, request_);
    admission.verdict = ask(engine);
    admission.hardened = std::move(hardened.config);
    admission.changes = std::move(hardened.changes);
    return {};
  }

  const cli::ParsedCommand& settings_;
  LazyState& state_;
  const BundleFile& file_;
  const std::string& doorman_;
  model::AdmissionRequest request_;
  Unread unread_;
  std::string scan_problem_;
};

}  // namespace

Result<cli::ParsedCommand> admission_settings(const cli::Environment& environment) {
  const std::array<std::string, 3> words = {"runtime", "check", "."};
  return cli::parse_command(words, environment,
                            [](const std::string& path) { return base::read_file(path, cli::max_config_bytes); });
}

Result<Admission> judge_bundle(const cli::ParsedCommand& settings, LazyState& state, const BundleFile& file,
                               std::string_view id, const std::string& doorman) {
  DOORMAN_TRY(const auto engine, open_admission_rules(settings.get(cli::options::rules)));
  return Judgement(settings, state, file, doorman, source::container::who_asks(file, id)).make(engine);
}

std::string described(const model::Container& container) {
  const std::string_view name = container.name.empty() ? std::string_view(container.id) : container.name;
  return container.image.empty() ? std::string(name) : fmt::format("{} (image {})", name, container.image);
}

}  // namespace doorman::app
