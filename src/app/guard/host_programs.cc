// SPDX-License-Identifier: Apache-2.0
#include "app/guard/host_programs.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "source/host_packages.h"

namespace doorman::app {

using derive::HostBaseline;

HostPrograms::HostPrograms(std::string root) : root_(std::move(root)) { begin_reading(); }

void HostPrograms::begin_reading() {
  version_ = source::host_packages_version(root_);
  if (version_ == 0) return;
  reading_ = std::async(std::launch::async, [root = root_] {
    HostBaseline made;
    const auto read = source::read_host_packages(root, [&made](const auto& package) { made.add(package); });
    if (!read.ok()) base::log(base::LogLevel::warning, read.error().message());
    made.finish();
    return made;
  });
}

void HostPrograms::tick() {
  if (reading_.valid()) {
    if (reading_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) baseline_ = reading_.get();
  } else if (source::host_packages_version(root_) != version_) {
    begin_reading();
  }
}

std::optional<HostBaseline::Answer> HostPrograms::judge(const model::Process& process) {
  const std::string path(process.program->exe_path);
  if (baseline_.empty() || path.empty() || process.state.exe_inode == 0) return std::nullopt;
  if (!baseline_.is_first_sighting(process.state.exe_device, process.state.exe_inode, process.state.exe_ctime))
    return std::nullopt;
  const auto answer =
      baseline_.judge(path, process.state.exe_ctime, [this, &path] { return source::read_md5(root_ + path); });
  if (answer == HostBaseline::Answer::of_package) return std::nullopt;
  return answer;
}

}  // namespace doorman::app
