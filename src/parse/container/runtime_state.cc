// SPDX-License-Identifier: Apache-2.0
#include "parse/container/runtime_state.h"

#include <fmt/format.h>

#include "base/json.h"
#include "parse/container/json_parts.h"

namespace doorman::parse::container {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonValue;
using base::Result;

Result<base::JsonDocument> parse_json(base::Bytes json) {
  if (json.size() > RuntimeState::max_bytes) {
    return Error(ErrorCode::limit, fmt::format("more than {} bytes", RuntimeState::max_bytes));
  }
  DOORMAN_TRY(auto document, base::JsonDocument::parse(json));
  if (!document.root().is_object()) return Error(ErrorCode::invalid, "not an object");
  return document;
}

}  // namespace

Result<RuntimeState> parse_runc_state(base::Bytes json) {
  DOORMAN_TRY(const auto document, parse_json(json));
  const JsonValue root = document.root();
  RuntimeState state;
  state.id = text_of(root["id"]);
  if (state.id.empty()) return Error(ErrorCode::invalid, "a container without an id");
  state.pid = number_of<std::uint32_t>(root["init_process_pid"], 0);
  state.rootfs = text_of(root["config"]["rootfs"]);
  // The v2 hierarchy's is the one without a name; where it is the only one, it is in no map but cgroup_paths too.
  state.group = text_of(root["cgroup_paths"][""]);
  constexpr std::string_view bundle = "bundle=";
  for (const JsonValue label : root["config"]["labels"].items()) {
    const std::string_view text = label.string_or("");
    if (text.starts_with(bundle)) state.bundle = text.substr(bundle.size());
  }
  return state;
}

Result<RuntimeState> parse_crun_status(base::Bytes json) {
  DOORMAN_TRY(const auto document, parse_json(json));
  const JsonValue root = document.root();
  RuntimeState state;
  state.pid = number_of<std::uint32_t>(root["pid"], 0);
  state.group = text_of(root["cgroup-path"]);
  state.rootfs = text_of(root["rootfs"]);
  state.bundle = text_of(root["bundle"]);
  if (state.bundle.empty()) return Error(ErrorCode::invalid, "no bundle");
  return state;
}

}  // namespace doorman::parse::container
