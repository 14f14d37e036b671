// SPDX-License-Identifier: Apache-2.0
#include <sys/utsname.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "parse/image/manifest.h"

namespace doorman::parse::image {

using base::Error;
using base::ErrorCode;
using base::JsonDocument;
using base::JsonValue;
using base::Result;

namespace {

constexpr std::size_t max_history = 4096;

std::vector<std::string> strings(JsonValue array) {
  std::vector<std::string> texts;
  for (const JsonValue item : array.items()) texts.emplace_back(item.string_or(""));
  return texts;
}

/// Ports and volumes are written as objects whose names count.
std::vector<std::string> names(JsonValue object) {
  std::vector<std::string> texts;
  for (const auto& member : object.members()) texts.emplace_back(member.key);
  std::ranges::sort(texts);
  return texts;
}

std::string go_architecture(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> other_names = {{
      {"x86_64", "amd64"},
      {"aarch64", "arm64"},
      {"i386", "386"},
      {"i686", "386"},
      {"armv7l", "arm"},
      {"armv6l", "arm"},
      {"loongarch64", "loong64"},
      {"ppc64el", "ppc64le"},
  }};
  for (const auto& [other, go] : other_names) {
    if (name == other) return std::string(go);
  }
  return std::string(name);
}

}  // namespace

std::string to_text(const model::Platform& platform) {
  std::string text = platform.os + "/" + platform.architecture;
  return platform.variant.empty() ? text : text + "/" + platform.variant;
}

model::Platform host_platform() {
  utsname names{};
  ::uname(&names);
  return {"linux", go_architecture(names.machine), ""};
}

Result<model::ImageConfig> parse_config(base::Bytes json) {
  if (json.size() > max_document_bytes) return Error(ErrorCode::limit, "over the limit of 16 MiB");
  DOORMAN_TRY(const JsonDocument document, JsonDocument::parse(json));
  const JsonValue root = document.root();
  if (!root["rootfs"].is_object()) return Error(ErrorCode::invalid, "no rootfs: not an image configuration");

  model::ImageConfig config;
  config.platform = {std::string(root["os"].string_or("")), std::string(root["architecture"].string_or("")),
                     std::string(root["variant"].string_or(""))};
  config.created = base::parse_time(root["created"].string_or(""));
  config.author = root["author"].string_or("");
  const JsonValue settings = root["config"];
  config.user = settings["User"].string_or("");
  config.env = strings(settings["Env"]);
  config.exposed_ports = names(settings["ExposedPorts"]);
  config.entrypoint = strings(settings["Entrypoint"]);
  config.cmd = strings(settings["Cmd"]);
  config.volumes = names(settings["Volumes"]);
  config.working_dir = settings["WorkingDir"].string_or("");
  config.stop_signal = settings["StopSignal"].string_or("");
  const auto check = strings(settings["Healthcheck"]["Test"]);
  config.health_check = !check.empty() && check.front() != "NONE";
  for (const auto& [name, text] : settings["Labels"].members())
    config.labels.emplace_back(name, text.string_or(""));
  std::ranges::sort(config.labels);

  for (const JsonValue item : root["rootfs"]["diff_ids"].items()) {
    if (config.diff_ids.size() == max_layers) {
      return Error(ErrorCode::limit, "more than the limit of " + std::to_string(max_layers) + " layers");
    }
    auto digest = base::Digest::parse(item.string_or(""));
    if (!digest.ok()) return digest.error().in("rootfs.diff_ids[" + std::to_string(config.diff_ids.size()) + "]");
    config.diff_ids.push_back(*digest);
  }
  for (const JsonValue item : root["history"].items()) {
    if (config.history.size() == max_history)
      return Error(ErrorCode::limit, "more than the limit of 4096 build steps");
    config.history.push_back(
        {std::string(item["created_by"].string_or("")), std::string(item["comment"].string_or("")),
         base::parse_time(item["created"].string_or("")), item["empty_layer"].boolean().value_or(false)});
  }
  return config;
}

}  // namespace doorman::parse::image
