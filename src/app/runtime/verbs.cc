// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/verbs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <string>

#include "app/policy/tell.h"
#include "app/runtime/admission.h"
#include "app/runtime/install.h"
#include "base/path.h"
#include "base/text.h"

namespace doorman::app {
namespace {

using base::Result;
using source::container::BundleFile;

constexpr const char* etc = "/etc";

/// Podman and CRI-O keep a bundle in ID/userdata, others in ID.
std::string_view id_of_bundle(std::string_view folder) {
  std::string_view name = base::basename_of(folder);
  if (name == "userdata") name = base::basename_of(base::parent_of(folder));
  return name;
}

/// doorman-runtime lies beside this program.
Result<std::string> program_path() {
  std::array<char, PATH_MAX> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0) return base::system_error("/proc/self/exe");
  const std::string_view own(path.data(), static_cast<std::size_t>(length));
  return std::string(base::parent_of(own)) + "/doorman-runtime";
}

}  // namespace

int runtime_check(const cli::ParsedCommand& command, const cli::Environment& environment) {
  const auto file = BundleFile::open(command.operands().front());
  if (!file.ok()) return tell_failure(file.error());
  LazyState state(command.get(cli::options::state_dir), environment);
  const auto admission = judge_bundle(command, state, *file, id_of_bundle(file->folder()), "/proc/self/exe");
  if (!admission.ok()) return tell_failure(admission.error());
  const model::Decision decision = admission->verdict.decision();
  std::string text =
      fmt::format("{}: {}\n", model::to_text(decision), base::printable(described(admission->request.container)));
  for (const AdmissionVerdict::Rule& rule : admission->verdict.rules) {
    text += fmt::format("  {} {}: {}\n", rule.refuses ? "deny" : "warn", rule.name, rule.output);
    if (!rule.remediation.empty()) text += fmt::format("       {}\n", rule.remediation);
  }
  for (const model::BundleChange& change : admission->changes) {
    text += fmt::format("  {}: {} {} -> {}\n", base::printable(change.by), change.what,
                        base::printable(change.before), base::printable(change.after));
  }
  if (const auto& broken = admission->verdict.broken) {
    text += fmt::format("  break-glass by {}: {}\n", base::printable(broken->by), base::printable(broken->reason));
  }
  return tell(text, decision == model::Decision::deny ? 1 : 0);
}

int runtime_install(const cli::ParsedCommand& command) {
  const auto program = program_path();
  if (!program.ok()) return tell_failure(program.error());
  const auto told =
      install_runtime(command.operands().front(), etc,
                      {.program = *program, .is_default = command.get(cli::options::runtime_default)});
  return told.ok() ? tell(*told) : tell_failure(told.error());
}

int runtime_remove(const cli::ParsedCommand& command) {
  const auto told = remove_runtime(command.operands().front(), etc);
  return told.ok() ? tell(*told) : tell_failure(told.error());
}

}  // namespace doorman::app
