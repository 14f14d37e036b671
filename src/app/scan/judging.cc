// SPDX-License-Identifier: Apache-2.0
#include "app/scan/judging.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/packs.h"
#include "app/policy/compile.h"
#include "base/digest.h"
#include "base/fd.h"
#include "base/log.h"
#include "parse/image/reference.h"
#include "policy/judge.h"
#include "policy/load/exception_files.h"

namespace doorman::app {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view no_policy = "none", image_pack = "image", machine_pack = "host";
constexpr std::size_t max_exception_file_bytes = 16U << 20U;

void tell(std::string_view text) { (void)std::fwrite(text.data(), 1, text.size(), stderr); }

bool is_asked_by_scan(const policy::Rule& rule) {
  using model::EventSource;
  return rule.enabled && (rule.source == EventSource::image || rule.source == EventSource::package ||
                          rule.source == EventSource::vulnerability || rule.source == EventSource::file ||
                          rule.source == EventSource::secret);
}

Result<std::shared_ptr<const policy::Engine>> compile(std::vector<policy::SourceText> texts) {
  const CompiledPolicy compiled = compile_policy(std::move(texts));
  if (!compiled.ok()) {
    tell(diagnostics_text(compiled));
    return Error(ErrorCode::usage, "--policy: " + counted(compiled.errors, "error"));
  }
  if (compiled.warnings != 0) {
    base::log(base::LogLevel::warning, fmt::format("--policy: {}; `doorman policy check` tells more",
                                                   counted(compiled.warnings, "warning")));
  }
  if (std::ranges::none_of(compiled.engine->rules().rules, is_asked_by_scan)) {
    base::log(base::LogLevel::warning, "--policy: no rule that is on is about images or what is in them");
  }
  return compiled.engine;
}

Result<std::vector<policy::Exception>> exceptions_to(const policy::RuleSet& rules, const policy::RuleSet* other,
                                                     std::vector<policy::SourceText> texts) {
  policy::LoadedExceptions loaded = policy::load_exceptions(std::move(texts), rules, other);
  if (loaded.ok()) return std::move(loaded.exceptions);
  std::string text;
  for (const policy::Diagnostic& each : loaded.diagnostics) text += policy::to_text(each, loaded.texts);
  tell(text);
  return Error(ErrorCode::usage, "--exceptions: " + counted(loaded.diagnostics.size(), "error"));
}

/// Whether the target is named as a registry or an engine names images.
bool has_image_name(TargetSpec::Kind kind) {
  using Kind = TargetSpec::Kind;
  switch (kind) {
    case Kind::registry:
    case Kind::image:
    case Kind::podman:
    case Kind::docker:
    case Kind::containers_storage:
    case Kind::containerd:
      return true;
    case Kind::oci_archive:
    case Kind::docker_archive:
    case Kind::archive:
    case Kind::standard_input:
    case Kind::oci_layout:
    case Kind::root_folder:
    case Kind::host:
      return false;
  }
  return false;
}

/// Storages take `[PLACE]` before the name.
std::string_view without_place(const TargetSpec& target) {
  using Kind = TargetSpec::Kind;
  const std::string_view text = target.location;
  const bool has_place = (target.kind == Kind::containers_storage || target.kind == Kind::containerd) &&
                         text.starts_with('[') && text.find(']') != text.npos;
  return has_place ? text.substr(text.find(']') + 1) : text;
}

/// A file system that runs as a machine, or did, and is no image.
bool is_machine(const TargetSpec& target) {
  return target.kind == TargetSpec::Kind::root_folder || target.kind == TargetSpec::Kind::host;
}

}  // namespace

Result<Judging::Rules> Judging::open_rules(const std::vector<std::string>& policies) {
  Rules rules;
  DOORMAN_TRY(auto packs, open_packs(policies, "--policy"));
  rules.packs = std::move(packs.names);
  DOORMAN_TRY(rules.engine, compile(std::move(packs.rules)));
  return rules;
}

base::Status Judging::read_exceptions(const std::vector<std::string>& files) {
  std::vector<policy::SourceText> texts;
  for (const std::string& file : files) {
    DOORMAN_TRY(std::string text, base::read_file(file, max_exception_file_bytes).in("--exceptions"));
    texts.push_back({file, std::move(text)});
  }
  const auto set_of = [](const std::optional<Rules>& rules) { return rules ? &rules->engine->rules() : nullptr; };
  for (auto [own, other] : {std::pair(&images_, &machines_), std::pair(&machines_, &images_)}) {
    if (!*own) continue;
    DOORMAN_TRY((*own)->exceptions, exceptions_to(*set_of(*own), set_of(*other), texts));
  }
  return {};
}

Result<Judging> Judging::open(const std::vector<std::string>& policies,
                              const std::vector<std::string>& exception_files,
                              std::span<const std::string> targets) {
  Judging judging;
  if (std::ranges::find(policies, no_policy) != policies.end()) {
    if (policies.size() > 1) return Error(ErrorCode::usage, "--policy none stands alone");
    if (!exception_files.empty()) return Error(ErrorCode::usage, "--exceptions: there is no policy to except from");
    return judging;
  }
  bool has_machines = false, has_images = !policies.empty();
  for (const std::string& text : targets) {
    const auto target = find_target(text);  // what is wrong with it is told when it is read
    if (target.ok()) (is_machine(*target) ? has_machines : has_images) = true;
  }
  if (has_images || !has_machines) {
    DOORMAN_TRY(judging.images_, open_rules(policies.empty() ? std::vector{std::string(image_pack)} : policies));
  }
  if (has_machines && policies.empty()) {
    DOORMAN_TRY(judging.machines_, open_rules({std::string(machine_pack)}));
  }
  DOORMAN_CHECK(judging.read_exceptions(exception_files));
  return judging;
}

bool Judging::judge(model::Report& report, const TargetSpec& target, base::Time now) const {
  const std::optional<Rules>& rules = is_machine(target) && machines_ ? machines_ : images_;
  if (!rules) return false;
  policy::JudgeOptions options;
  options.now = now;
  options.packs = rules->packs;
  report.verdict = policy::judge(rules->engine, report, image_name(target), rules->exceptions, options);
  return report.verdict->decision == model::Decision::deny;
}

model::ImageName image_name(const TargetSpec& target) {
  if (!has_image_name(target.kind)) return {};
  const std::string_view name = without_place(target);
  const auto reference = parse::image::parse_reference(name);
  if (!reference.ok() || base::Digest::parse(name).ok()) return {};  // an engine's own id
  return {reference->text(), reference->registry, reference->repository, reference->tag,
          reference->digest.has_value()};
}

}  // namespace doorman::app
