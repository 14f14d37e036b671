// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/engine_doors.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "app/runtime/engine_settings.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/toml.h"

namespace doorman::app {
namespace {

using base::ErrorCode;
using base::Result;
using Door = model::HostStatus::Door;

Result<Door::State> podman_state(std::string_view text) {
  const bool is_ours = base::TomlDocument::parse(text).ok() && text.find("doorman") != text.npos;
  return is_ours ? Door::State::installed : Door::State::absent;
}

/// Source: docs.docker.com, dockerd, `runtimes` and `default-runtime`.
Result<Door::State> docker_state(std::string_view text) {
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(text));
  auto state = Door::State::absent;
  for (const auto& [name, runtime] : document.root()["runtimes"].members()) {
    if (!runtime["path"].string_or("").ends_with(runtime_program)) continue;
    if (document.root()["default-runtime"].string_or("") == name) return Door::State::installed;
    state = Door::State::available;
  }
  return state;
}

/// Source: containerd docs/cri/config.md: `BinaryName` in the options of a runtime, `default_runtime_name`.
Result<Door::State> containerd_state(std::string_view text) {
  DOORMAN_TRY(const auto document, base::TomlDocument::parse(text));
  std::string_view default_name = "runc";
  std::vector<std::string_view> ours;
  for (const base::TomlSection& section : document.sections()) {
    default_name = section.table["default_runtime_name"].string_or(default_name);
    const bool is_options = section.path.size() > 1 && section.path.back() == "options";
    if (is_options && section.table["BinaryName"].string_or("").ends_with(runtime_program))
      ours.push_back(section.path[section.path.size() - 2]);
  }
  if (std::ranges::find(ours, default_name) != ours.end()) return Door::State::installed;
  return ours.empty() ? Door::State::absent : Door::State::available;
}

struct Engine {
  std::string_view name, file;
  Result<Door::State> (*state_in)(std::string_view text);
  bool always = false;  ///< a door even without that file
};
constexpr std::array<Engine, 3> engines = {{{"podman", podman_file, podman_state, true},
                                            {"docker", docker_file, docker_state},
                                            {"containerd", containerd_file, containerd_state}}};

Result<Door::State> read_state(const Engine& engine, const std::string& path) {
  DOORMAN_TRY(const std::string text, base::read_file(path, max_settings_bytes));
  return engine.state_in(text).in(path);
}

std::optional<Door> door_of(const Engine& engine, const std::string& etc) {
  Door door{std::string(engine.name), Door::State::absent, {}};
  const auto state = read_state(engine, etc + "/" + std::string(engine.file));
  if (state.ok()) door.state = *state;
  else if (state.error().code() != ErrorCode::not_found) door.problem = state.error().message();
  else if (!engine.always) return std::nullopt;
  return door;
}

}  // namespace

std::vector<Door> runtime_doors(const std::string& etc) {
  std::vector<Door> doors;
  for (const Engine& engine : engines) {
    if (auto door = door_of(engine, etc)) doors.push_back(*std::move(door));
  }
  return doors;
}

}  // namespace doorman::app
