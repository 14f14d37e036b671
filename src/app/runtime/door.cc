// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/door.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "action/rewrite.h"
#include "app/runtime/admission.h"
#include "app/runtime/admission_entry.h"
#include "app/runtime/arguments.h"
#include "app/runtime/complaint.h"
#include "app/runtime/engine_settings.h"
#include "app/runtime/real_runtime.h"
#include "app/state.h"
#include "base/nanoseconds.h"
#include "base/path.h"
#include "store/admission_log.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using source::container::BundleFile;

constexpr int refused = 1;

/// A call that makes a container, on its way through the door.
class Passage {
 public:
  Passage(const RuntimeCall& call, cli::Environment environment, std::string doorman)
      : call_(call),
        doorman_(std::move(doorman)),
        environment_(std::move(environment)),
        settings_(admission_settings(environment_)) {
    admission_.request.container.id = call.id;
  }

  /// An error: the container may not be made, for this reason.
  Status ask() {
    if (!settings_.ok()) return settings_.error();
    state_.emplace(settings_->get(cli::options::state_dir), environment_);
    if (!call_.unclear.empty()) {
      const Error error(ErrorCode::unsupported,
                        fmt::format("what `{}` means is not known here, nor what would be made", call_.unclear));
      return cannot_judge(error);
    }
    auto file = open_bundle();
    if (!file.ok()) return refuse(file.error());
    bundle_ = file->folder();
    auto admission = judge_bundle(*settings_, *state_, *file, call_.id, doorman_);
    if (!admission.ok()) return cannot_judge(admission.error());
    admission_ = std::move(*admission);
    is_judged_ = true;
    if (admission_.verdict.decision() == model::Decision::deny) {
      admission_.changes.clear();  // none is made
      (void)tell(model::Decision::deny, {});
      return Error(ErrorCode::denied,
                   fmt::format("{}: {}", described(admission_.request.container), admission_.verdict.reason()));
    }
    if (!admission_.hardened.empty()) DOORMAN_CHECK(harden(file));
    if (Status unchanged = file->check_unchanged(); !unchanged.ok()) return refuse(unchanged.error());
    return let_in();
  }

 private:
  [[nodiscard]] Result<BundleFile> open_bundle() const {
    const std::string folder = call_.bundle.empty() ? "." : std::string(call_.bundle);
    return BundleFile::open(folder, std::string(call_.config));
  }

  /// What follows is said of the file as it is then: it is read again.
  Status harden(Result<BundleFile>& file) {
    Status done = base::parent_of(file->path()) == file->folder()
                      ? action::rewrite_file(file->path(), admission_.hardened, file->status())
                      : Error(ErrorCode::unsupported, file->path() + ": not in the bundle, and is not rewritten");
    if (!done.ok()) {
      admission_.changes.clear();
      const Error error = done.error().in("cannot be hardened");
      const bool passes = settings_->get(cli::options::on_error) == model::OnError::allow;
      if (!passes || error.code() == ErrorCode::mismatch) return refuse(error);
      problem_ = error.message();
      return {};
    }
    file = open_bundle();
    if (!file.ok()) return refuse(file.error());
    if (file->text() == admission_.hardened) return {};
    return refuse(Error(ErrorCode::mismatch, file->path() + ": changed after it was hardened"));
  }

  /// What was let in although it was refused must be in the log: without that it is not let in.
  Status let_in() {
    const model::Decision decision = admission_.verdict.decision();
    const Status told = tell(problem_.empty() ? decision : model::Decision::warn, problem_);
    const auto& broken = admission_.verdict.broken;
    if (!broken) return {};
    if (!told.ok()) return told.error().in("break-glass that cannot be kept in the log");
    complain(call_, Level::warning,
             fmt::format("doorman: BREAK-GLASS: {} starts although refused, by `{}`, because: {} ({})",
                         described(admission_.request.container), broken->by, broken->reason,
                         admission_.verdict.reason()),
             base::now());
    return {};
  }

  Status cannot_judge(const Error& error) {
    if (settings_->get(cli::options::on_error) == model::OnError::deny) return refuse(error);
    (void)tell(model::Decision::warn, error.message());
    return {};
  }

  Status refuse(const Error& error) {
    admission_.verdict.broken.reset();  // it helps nobody then
    (void)tell(model::Decision::deny, error.message());
    return error;
  }

  /// Where it cannot be told, the answer is the same: a full disk decides nothing.
  Status tell(model::Decision decision, std::string_view problem) {
    DOORMAN_TRY(const std::string folder, state_->path());
    const AdmissionEntry entry{base::read_clock(CLOCK_REALTIME),
                               decision,
                               call_.command,
                               bundle_,
                               admission_.request,
                               admission_.verdict,
                               admission_.changes,
                               problem,
                               is_judged_};
    using Keep = store::AdmissionLog::Keep;
    return store::AdmissionLog(folder).append(admission_line(entry),
                                              admission_.verdict.broken ? Keep::for_ever : Keep::a_while);
  }

  const RuntimeCall& call_;
  std::string doorman_;
  cli::Environment environment_;
  Result<cli::ParsedCommand> settings_;
  std::optional<LazyState> state_;  ///< from then on when the settings are known
  Admission admission_;
  std::string bundle_, problem_;
  bool is_judged_ = false;
};

}  // namespace

bool is_runtime_name(std::string_view program) { return program.ends_with(runtime_program); }

int runtime_door(int count, char* const* arguments, std::string doorman) {
  const RuntimeCall call =
      parse_runtime_call(std::span<const char* const>(arguments, static_cast<std::size_t>(count)).subspan(1));
  std::optional<Passage> passage;  // what it holds need not be given back before the process becomes another
  if (call.makes_container) {
    passage.emplace(call, cli::environment_from(environ), std::move(doorman));
    const Status asked = passage->ask();
    if (!asked.ok()) {
      complain(call, Level::error, asked.error().in("doorman: refused").message(), base::now());
      return refused;
    }
  }
  become_real_runtime(arguments);
  complain(call, Level::error, fmt::format("doorman: the real runtime cannot be started: {}", std::strerror(errno)),
           base::now());
  return refused;
}

}  // namespace doorman::app
