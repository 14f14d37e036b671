// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/door_scan.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "app/scan/child.h"
#include "base/digest.h"
#include "base/fd.h"
#include "base/text.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using std::chrono::steady_clock;

constexpr std::size_t max_told_bytes = 4096;

/// Its exit code, or -1: it was killed, by us where time is over.
int wait_for(pid_t child, steady_clock::time_point deadline) {
  int status = 0;
  std::chrono::milliseconds pause(1);
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (steady_clock::now() >= deadline) {
      ::kill(-child, SIGKILL);
      ::waitpid(child, &status, 0);
      return -1;
    }
    ::poll(nullptr, 0, static_cast<int>(pause.count()));
    if (pause < std::chrono::milliseconds(20)) pause *= 2;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The last line that it wrote.
std::string last_words(const base::Fd& told) {
  const auto size = base::file_size(told);
  if (!size.ok()) return {};
  std::string text(std::min<std::size_t>(*size, max_told_bytes), '\0');
  const auto got = base::read_at(told, *size - text.size(), text);
  text.resize(got.ok() ? *got : 0);
  const std::string_view trimmed = base::trim(text);
  return std::string(trimmed.substr(trimmed.rfind('\n') + 1));
}

}  // namespace

Result<std::string> scan_target_of(const model::Container& container) {
  const auto digest = base::Digest::parse(container.image_id);
  if (!digest.ok()) return Error(ErrorCode::not_found, "it is not known which image it is of");
  if (container.engine == "docker") return "docker:" + container.image_id;
  if (container.engine == "podman" || container.engine == "cri-o") return "containers-storage:" + digest->hex();
  // Its name may lead to another image by now; its content is known by the digest of its manifest or index.
  if (container.engine == "containerd" && base::Digest::parse(container.digest).ok()) {
    return "containerd:" + container.digest;
  }
  return Error(ErrorCode::unsupported, fmt::format("images of {} cannot be scanned in their place",
                                                   container.engine.empty() ? "this engine" : container.engine));
}

Status scan_at_the_door(const std::string& doorman, const model::Container& container,
                        const std::string& state_folder, std::chrono::seconds limit) {
  DOORMAN_TRY(const std::string target, scan_target_of(container));
  const base::Fd told(::memfd_create("scan", MFD_CLOEXEC));
  if (!told.valid()) return base::system_error("memfd");
  const auto deadline = steady_clock::now() + limit;
  DOORMAN_TRY(const pid_t child, start_child({.program = doorman,
                                              .words = {"doorman", "scan", "--quiet", "--no-progress",
                                                        "--state-dir", state_folder, "--format", "json", target},
                                              .complaints = told.get()}));
  const int code = wait_for(child, deadline);
  if (code == 0 || code == 1) return {};
  if (steady_clock::now() >= deadline) {
    return Error(ErrorCode::io, fmt::format("the scan of {} did not end within {} s", target, limit.count()));
  }
  return Error(ErrorCode::io, fmt::format("the scan of {} failed: {}", target, last_words(told)));
}

}  // namespace doorman::app
