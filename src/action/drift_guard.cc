// SPDX-License-Identifier: Apache-2.0
#include "action/drift_guard.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "action/drift/gate_process.h"
#include "action/drift/image_file.h"
#include "action/drift/loader.h"
#include "action/drift/loader_argument.h"
#include "action/drift/mounts.h"
#include "action/drift/script_argument.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "kern/drift_programs.h"
#include "kern/fanotify.h"
#include "kern/features.h"
#include "kern/lsm_programs.h"

namespace doorman::action {
namespace {

using base::Fd;
using base::Status;
using Reason = model::DriftRecord::Reason;

/// Where distributions and engines keep the first process that an engine lends to a container.
constexpr std::array<const char*, 9> engine_programs = {
    "/usr/bin/docker-init",          "/usr/libexec/docker/docker-init",  "/usr/bin/catatonit",
    "/usr/libexec/podman/catatonit", "/usr/libexec/catatonit/catatonit", "/usr/bin/tini",
    "/usr/bin/tini-static",          "/usr/local/bin/docker-init",       "/usr/lib/podman/catatonit"};

constexpr const char* binfmt_folder = "/proc/sys/fs/binfmt_misc";

/// Interpreters that binfmt_misc opened itself: those with the flag F. Source:
/// Documentation/admin-guide/binfmt-misc.rst.
std::vector<std::string> binfmt_programs() {
  std::vector<std::string> programs;
  std::error_code failed;
  for (std::filesystem::directory_iterator each(binfmt_folder, failed), end; !failed && each != end;
       each.increment(failed)) {
    const auto text = base::read_file(each->path().string(), 4096);
    if (!text.ok()) continue;
    std::string_view rest = *text, line, interpreter;
    bool fixed = false;
    while (base::next_line(rest, line)) {
      if (line.starts_with("interpreter ")) interpreter = line.substr(12);
      if (line.starts_with("flags:")) fixed = line.find('F') != std::string_view::npos;
    }
    if (fixed && !interpreter.empty()) programs.emplace_back(interpreter);
  }
  return programs;
}

Fd open_pidfd(std::uint32_t pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

/// What the process was given to run as a script; empty: nothing, or it cannot be told.
std::string script_of(const model::Process& process) {
  const model::Program& program = *process.program;
  if (!program.script_path.empty()) return program.script_path;
  const std::string_view named = parse_script_argument(program.exe_path, program.arguments);
  if (named.empty() || named.starts_with('/')) return std::string(named);
  return process.cwd.empty() ? std::string() : std::string(process.cwd).append(1, '/').append(named);
}

}  // namespace

struct DriftGuard::State {
  kern::Pins pins;
  kern::DriftPrograms programs;
  std::optional<GateProcess> gate = {};
  std::optional<kern::LsmPrograms> lsm = {};

  /// Whether a file that is open is the image's of the container that the process belongs to.
  [[nodiscard]] bool is_image_file(const Fd& file, std::uint32_t pid) const {
    const auto look = look_at(file, pid);
    return look && is_image_file(*look, file, pid);
  }
  [[nodiscard]] bool is_image_file(const kern::ExecLook& look, const Fd& file, std::uint32_t pid) const {
    if (look.reason == 0 || look.approved) return true;
    if (static_cast<Reason>(look.reason) != Reason::written) return false;
    if (compare_with_image(file, std::to_string(pid), [] {}) != Content::same) return false;
    (void)programs.approve(look.file);
    return true;
  }

  [[nodiscard]] bool lives(const model::ProcessKey& key) const {
    const Fd process = open_pidfd(key.pid);
    if (!process.valid()) return false;
    const auto look = programs.look(process.get(), process.get());
    return look.ok() && look->start == key.start;
  }

  struct Seen {
    Fd file;
    std::uint32_t pid = 0;  ///< through whose root
    kern::ExecLook look;
  };
  /// The file as the process sees it, or saw: then through an ancestor in its container. Who has just ended is
  /// still there for a moment, and has no root any more.
  [[nodiscard]] std::optional<Seen> see(const std::string& path, const model::Process& process) const {
    for (const model::Process* each = &process; each != nullptr; each = each->parent) {
      if (each->container == nullptr || each->container->id != process.container->id) break;
      const std::string pid = std::to_string(each->state.key.pid);
      if (!lives(each->state.key)) continue;
      Fd file = open_in_root_of(pid, path);
      const auto look = look_at(file, each->state.key.pid);
      const bool was_there = open_in_root_of(pid, path).valid();
      if (look && was_there) return Seen{std::move(file), each->state.key.pid, *look};
    }
    return std::nullopt;
  }

  /// The file as it is open, and who wants to run it.
  [[nodiscard]] std::optional<kern::ExecLook> look_at(const Fd& file, std::uint32_t pid) const {
    const Fd process = open_pidfd(pid);
    if (!file.valid() || !process.valid()) return std::nullopt;
    auto look = programs.look(file.get(), process.get());
    return look.ok() ? std::optional(*look) : std::nullopt;
  }
};

DriftGuard::DriftGuard(std::unique_ptr<State> state) : state_(std::move(state)) {}
DriftGuard::DriftGuard(DriftGuard&&) noexcept = default;
DriftGuard& DriftGuard::operator=(DriftGuard&&) noexcept = default;
DriftGuard::~DriftGuard() = default;

base::Result<DriftGuard> DriftGuard::start(const kern::Pins& pins) {
  DOORMAN_TRY(auto programs, kern::DriftPrograms::load(pins));
  DriftGuard guard(std::make_unique<State>(State{pins, std::move(programs)}));
  guard.approve_engine_programs();
  return guard;
}

Status DriftGuard::enforce() {
  if (state_->gate) return {};
  DOORMAN_TRY(auto questions, kern::ExecQuestions::open());
  DOORMAN_TRY(auto gate, GateProcess::start(std::move(questions), state_->programs));
  state_->gate.emplace(std::move(gate));
  if (!kern::try_lsm(state_->pins).ok()) return {};
  auto lsm = kern::LsmPrograms::start(state_->pins);
  if (lsm.ok()) state_->lsm.emplace(std::move(lsm).value());
  else base::log(base::LogLevel::warning, "without BPF-LSM: " + lsm.error().message());
  return {};
}

bool DriftGuard::is_enforcing() const { return GateProcess::is_running(state_->programs); }

bool DriftGuard::has_lsm() const { return state_->lsm.has_value(); }

Status DriftGuard::set_mode(std::uint64_t cgroup, model::DriftMode mode) {
  return state_->programs.set_mode(cgroup, static_cast<std::uint8_t>(mode));
}

Status DriftGuard::add_container(std::uint64_t cgroup, std::uint32_t pid) {
  DOORMAN_TRY(const auto mounts, read_mounts(std::to_string(pid)));
  for (const Mount& mount : mounts) {
    // A root in a file system that others have too says nothing: then each program's own root is taken.
    if (mount.point == "/" && mount.type == "overlay")
      DOORMAN_CHECK(state_->programs.set_root(cgroup, mount.device));
  }
  return state_->gate ? state_->gate->watch_process(pid) : Status();
}

std::size_t DriftGuard::approve_engine_programs() {
  std::vector<std::string> paths(engine_programs.begin(), engine_programs.end());
  for (std::string& program : binfmt_programs()) paths.push_back(std::move(program));
  std::size_t approved = 0;
  for (const std::string& path : paths) {
    const auto file = base::open_read(path);
    if (!file.ok()) continue;
    const auto look = state_->programs.look(file->get(), -1);
    if (look.ok() && state_->programs.approve(look->file).ok()) ++approved;
  }
  return approved;
}

bool DriftGuard::is_image_program(const Told& told) {
  const bool lives = state_->lives({.start = told.record.start, .pid = told.record.pid});
  const std::uint32_t pid = lives ? told.record.pid : told.container_pid;
  if (pid == 0) return false;
  const std::string process = std::to_string(pid);
  switch (told.drift.reason) {
    case Reason::written: {
      if (!lives) return state_->is_image_file(open_in_root_of(process, std::string(told.drift.path)), pid);
      auto file = base::open_read("/proc/" + process + "/exe");
      return file.ok() && state_->is_image_file(*file, pid);
    }
    case Reason::loader: {
      const LoaderFile named =
          lives ? read_loader_file(process) : read_loader_file(process, told.arguments, std::string(told.cwd));
      return named.nothing || state_->is_image_file(named.file, pid);
    }
    case Reason::memory:
    case Reason::unlinked:
    case Reason::foreign:
    case Reason::script:
    case Reason::data:
      return false;
  }
  return false;
}

void DriftGuard::look_at_script(const model::Process& process) {
  if (process.program == nullptr || process.container == nullptr) return;
  const std::string path = script_of(process);
  const auto seen = path.empty() ? std::nullopt : state_->see(path, process);
  if (!seen || !seen->look.in_container || seen->look.in_host) return;
  if (static_cast<model::DriftMode>(seen->look.mode) == model::DriftMode::off) return;
  if (state_->is_image_file(seen->look, seen->file, seen->pid)) return;
  kern::ExecLook look = seen->look;
  look.pid = process.state.key.pid;
  look.start = process.state.key.start;
  look.cgroup = process.cgroup;
  look.uid = process.state.uid;
  look.gid = process.state.gid;
  const Reason reason = process.program->script_path.empty() ? Reason::data : Reason::script;
  (void)state_->programs.tell(kern::DriftPrograms::guard_writer, look, static_cast<std::uint8_t>(reason),
                              static_cast<std::uint8_t>(model::DriftRecord::Done::told), path);
}

Status DriftGuard::stop(bool leave_enforcing) {
  if (leave_enforcing) return {};
  state_->lsm.reset();
  DOORMAN_CHECK(state_->pins.remove_links(kern::LsmPrograms::family));
  state_->gate.reset();
  return GateProcess::stop(state_->programs);
}

}  // namespace doorman::action
