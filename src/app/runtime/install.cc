// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/install.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "action/rewrite.h"
#include "base/fd.h"
#include "base/nearest.h"
#include "base/path.h"
#include "base/text.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

Error not_ours() { return {ErrorCode::usage, "was not written by doorman, and is left as it is"}; }

Result<std::string> podman_with(const SettingsText& text, const RuntimeSettings& settings) {
  if (text && !text->starts_with(install_mark)) return not_ours();
  return podman_settings(settings.program);
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): as it is for the others
Result<SettingsText> podman_without(std::string text) {
  if (!text.starts_with(install_mark)) return not_ours();
  return SettingsText();
}

struct Engine {
  std::string_view name, file;
  Result<std::string> (*with)(const SettingsText& text, const RuntimeSettings& settings);
  Result<SettingsText> (*without)(std::string text);
  std::string_view installed, removed;  ///< what the user must do then
};
constexpr std::string_view keeps_containers =
    "Containers that were made with it need doorman-runtime as long as they are there";
constexpr std::array<Engine, 3> engines = {{
    {"podman", podman_file, podman_with, podman_without,
     "Containers that podman makes from now on are judged; nothing needs a restart, but a podman service that "
     "runs: "
     "systemctl restart podman",
     ""},
    {"docker", docker_file, docker_with, docker_without,
     "Docker must read it: systemctl reload docker, which leaves its containers alone",
     "Docker must read it: systemctl reload docker"},
    {"containerd", containerd_file, containerd_with, containerd_without,
     "containerd must read it: systemctl restart containerd, which leaves its containers alone",
     "containerd must read it: systemctl restart containerd"},
}};

/// How it is asked for where it is not the default.
std::string usage_of(const Engine& engine, bool is_default) {
  if (is_default || engine.name == "podman") return {};
  if (engine.name == "docker") return fmt::format("Ask for it with docker run --runtime {}\n", runtime_name);
  return fmt::format("Ask for it with a RuntimeClass of the handler `{}`\n", runtime_name);
}

Result<Engine> find_engine(std::string_view name) {
  const auto found = std::ranges::find(engines, name, &Engine::name);
  if (found != engines.end()) return *found;
  std::vector<std::string_view> known;
  known.reserve(engines.size());
  for (const Engine& engine : engines) known.push_back(engine.name);
  return Error(ErrorCode::usage, fmt::format("`{}` is no engine whose settings are known ({}){}", name,
                                             fmt::join(known, ", "), base::did_you_mean(name, known)));
}

/// A file of settings as it is now.
struct Settled {
  SettingsText text;  ///< nothing: it is not there
  struct stat seen{};
};

Result<Settled> read_settings(const std::string& file) {
  Settled settled;
  if (::lstat(file.c_str(), &settled.seen) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return settled;
    return base::system_error(file);
  }
  if (S_ISLNK(settled.seen.st_mode)) return Error(ErrorCode::unsupported, file + ": a link, and is left as it is");
  DOORMAN_TRY(settled.text, base::read_file(file, max_settings_bytes));
  return settled;
}

Status write_settings(const std::string& file, const Settled& old, const std::string& text) {
  if (old.text) return action::rewrite_file(file, text, old.seen);
  const std::string folder(base::parent_of(file));
  const bool is_new = ::access(folder.c_str(), F_OK) != 0;
  DOORMAN_CHECK(base::make_folders(folder));
  DOORMAN_CHECK(base::replace_file(file, text));
  // The engine of every user reads it.
  if (::chmod(file.c_str(), 0644) != 0 || (is_new && ::chmod(folder.c_str(), 0755) != 0)) {
    return base::system_error(file);
  }
  return {};
}

}  // namespace

std::string podman_settings(std::string_view program) {
  // The list of runtimes that tell errors as JSON is podman's own, with this one added.
  return std::string(install_mark) + fmt::format(R"([engine]
runtime = "doorman-runtime"
runtime_supports_json = ["crun", "runc", "kata", "runsc", "krun", "youki", "doorman-runtime"]

[engine.runtimes]
doorman-runtime = [{}]
)",
                                                 base::quoted(program));
}

Result<std::string> install_runtime(std::string_view engine, const std::string& etc,
                                    const RuntimeSettings& settings) {
  DOORMAN_TRY(const Engine known, find_engine(engine));
  struct stat status{};
  const std::string program(settings.program);
  if (::stat(program.c_str(), &status) != 0) return base::system_error(program);
  const std::string file = fmt::format("{}/{}", etc, known.file);
  DOORMAN_TRY(const Settled old, read_settings(file));
  DOORMAN_TRY(const std::string text, known.with(old.text, settings).in(file));
  DOORMAN_CHECK(write_settings(file, old, text));
  return fmt::format("wrote {}\n{}\n{}", file, known.installed, usage_of(known, settings.is_default));
}

Result<std::string> remove_runtime(std::string_view engine, const std::string& etc) {
  DOORMAN_TRY(const Engine known, find_engine(engine));
  const std::string file = fmt::format("{}/{}", etc, known.file);
  DOORMAN_TRY(const Settled old, read_settings(file));
  if (!old.text) return fmt::format("{} is not there\n", file);
  DOORMAN_TRY(const SettingsText text, known.without(*old.text).in(file));
  if (text == old.text) return fmt::format("{} says nothing of doorman\n", file);
  if (text) DOORMAN_CHECK(action::rewrite_file(file, *text, old.seen));
  else if (::unlink(file.c_str()) != 0) return base::system_error(file);
  return fmt::format("{} {}\n{}{}{}\n", text ? "changed" : "removed", file, known.removed,
                     known.removed.empty() ? "" : "\n", keeps_containers);
}

}  // namespace doorman::app
