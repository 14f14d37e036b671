// SPDX-License-Identifier: Apache-2.0
#include "app/scan/target.h"

#include <sys/stat.h>

#include <array>
#include <optional>
#include <utility>

#include "base/text.h"

namespace doorman::app {

using base::Error;
using base::ErrorCode;
using base::Result;
using Kind = TargetSpec::Kind;

namespace {

constexpr std::array<std::pair<std::string_view, Kind>, 9> prefixes = {{
    {"oci-archive:", Kind::oci_archive},
    {"docker-archive:", Kind::docker_archive},
    {"oci:", Kind::oci_layout},
    {"registry:", Kind::registry},
    {"podman:", Kind::podman},
    {"docker:", Kind::docker},
    {"containers-storage:", Kind::containers_storage},
    {"containerd:", Kind::containerd},
    {"dir:", Kind::root_folder},
}};

std::optional<mode_t> type_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status.st_mode & static_cast<mode_t>(S_IFMT);
}

/// Splits `PATH:NAME` at the colon that leaves the longest path that exists.
void split_name(TargetSpec& spec) {
  const std::string whole = spec.location;
  for (std::size_t end = whole.size(); end != std::string::npos && end > 0; end = whole.rfind(':', end - 1)) {
    if (!type_of(whole.substr(0, end))) continue;
    spec.location = whole.substr(0, end);
    spec.name = end == whole.size() ? std::string() : whole.substr(end + 1);
    return;
  }
}

bool has_path(Kind kind) {
  switch (kind) {
    case Kind::oci_archive:
    case Kind::docker_archive:
    case Kind::archive:
    case Kind::oci_layout:
      return true;
    case Kind::standard_input:
    case Kind::registry:
    case Kind::image:
    case Kind::podman:
    case Kind::docker:
    case Kind::containers_storage:
    case Kind::containerd:
    case Kind::root_folder:
    case Kind::host:
      break;
  }
  return false;
}

bool is_layout(const std::string& folder) {
  return type_of(folder + "/index.json").has_value() && type_of(folder + "/oci-layout").has_value();
}

bool looks_like_path(std::string_view text) {
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text == "." ||
         text == ".." || text.ends_with(".tar") || text.ends_with(".tgz") || text.ends_with(".tar.gz") ||
         text.ends_with(".tar.zst");
}

}  // namespace

Result<TargetSpec> find_target(std::string_view text) {
  TargetSpec spec;
  spec.text = text;
  spec.location = text;
  if (text == "-") return spec.kind = Kind::standard_input, spec;
  if (text == "host") return spec.kind = Kind::host, spec.location = "/", spec;
  if (text.starts_with("sbom:")) {
    return Error(ErrorCode::unsupported, "bills of materials cannot be scanned yet");
  }
  for (const auto& [prefix, kind] : prefixes) {
    if (!text.starts_with(prefix)) continue;
    spec.kind = kind;
    spec.location = text.substr(prefix.size());
    if (spec.location.empty()) return Error(ErrorCode::usage, "nothing after " + std::string(prefix));
    if (has_path(kind)) split_name(spec);
    if ((kind == Kind::oci_archive || kind == Kind::docker_archive) && spec.location == "-") {
      spec.kind = Kind::standard_input;
    }
    return spec;
  }

  split_name(spec);
  if (const auto type = type_of(spec.location)) {
    spec.kind = Kind::archive;
    if (S_ISDIR(*type)) spec.kind = is_layout(spec.location) ? Kind::oci_layout : Kind::root_folder;
    return spec;
  }
  if (looks_like_path(text)) return Error(ErrorCode::not_found, "no such file or folder");
  spec.kind = Kind::image;
  return spec;
}

}  // namespace doorman::app
