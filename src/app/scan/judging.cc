// SPDX-License-Identifier: Apache-2.0
#include "app/scan/judging.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/packs.h"
#include "app/policy/compile.h"
#include "base/fd.h"
#include "base/log.h"
#include "parse/image/reference.h"
#include "policy/judge.h"

namespace doorman::app {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view no_policy = "none", default_policy = "image";
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

Result<std::vector<policy::Exception>> read_exceptions(const std::vector<std::string>& files,
                                                       const policy::RuleSet& rules) {
  std::vector<policy::SourceText> texts;
  for (const std::string& file : files) {
    DOORMAN_TRY(std::string text, base::read_file(file, max_exception_file_bytes).in("--exceptions"));
    texts.push_back({file, std::move(text)});
  }
  policy::LoadedExceptions loaded = policy::load_exceptions(std::move(texts), rules);
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
    case Kind::podman:
    case Kind::docker:
    case Kind::containers_storage:
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

}  // namespace

Result<Judging> Judging::open(const std::vector<std::string>& policies,
                              const std::vector<std::string>& exception_files) {
  Judging judging;
  if (std::ranges::find(policies, no_policy) != policies.end()) {
    if (policies.size() > 1) return Error(ErrorCode::usage, "--policy none stands alone");
    if (!exception_files.empty()) return Error(ErrorCode::usage, "--exceptions: there is no policy to except from");
    return judging;
  }
  std::vector<policy::SourceText> texts;
  const std::vector<std::string> chosen = policies.empty() ? std::vector{std::string(default_policy)} : policies;
  for (const std::string& name : chosen) {
    DOORMAN_TRY(Pack pack, open_pack(name).in("--policy"));
    judging.packs_.push_back(pack.name);
    std::ranges::move(pack.rules, std::back_inserter(texts));
  }
  DOORMAN_TRY(judging.engine_, compile(std::move(texts)));
  DOORMAN_TRY(judging.exceptions_, read_exceptions(exception_files, judging.engine_->rules()));
  return judging;
}

bool Judging::judge(model::Report& report, const TargetSpec& target, base::Time now) const {
  if (engine_ == nullptr) return false;
  policy::JudgeOptions options;
  options.now = now;
  options.packs = packs_;
  report.verdict = policy::judge(engine_, report, image_name(target), exceptions_, options);
  return report.verdict->decision == model::Decision::deny;
}

model::ImageName image_name(const TargetSpec& target) {
  if (!has_image_name(target.kind)) return {};
  const auto reference = parse::image::parse_reference(target.location);
  if (!reference.ok()) return {};  // an engine's own id
  return {reference->text(), reference->registry, reference->repository, reference->tag,
          reference->digest.has_value()};
}

}  // namespace doorman::app
