// SPDX-License-Identifier: Apache-2.0
#include "parse/container/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "parse/container/json_parts.h"

namespace doorman::parse::container {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonValue;
using base::Result;

Result<std::vector<JsonValue>> limited(JsonValue array, std::size_t limit, std::string_view what) {
  auto items = array.items();
  if (items.size() > limit) return Error(ErrorCode::limit, fmt::format("more than {} {}", limit, what));
  return items;
}

/// As Go's encoding/json compares the names of members: without case, which takes two letters beyond ASCII in.
std::string folded(std::string_view name) {
  std::string text = base::to_lower(name);
  for (const auto& [letter, plain] : {std::pair{"\u017f", 's'}, std::pair{"\u212a", 'k'}}) {
    for (std::size_t at = text.find(letter); at != text.npos; at = text.find(letter, at)) {
      text.replace(at, std::string_view(letter).size(), 1, plain);
    }
  }
  return text;
}

/// Of these names there must be one each, written like this.
base::Status check_names(JsonValue object, std::initializer_list<std::string_view> names) {
  std::uint32_t seen = 0;
  for (const auto& [key, value] : object.members()) {
    const std::string plain = folded(key);
    const auto* const found = std::ranges::find_if(
        names, [&](std::string_view name) { return name.size() == plain.size() && base::to_lower(name) == plain; });
    if (found == names.end()) continue;
    const std::uint32_t bit = 1U << static_cast<unsigned>(found - names.begin());
    if (key != *found || (seen & bit) != 0) {
      return Error(ErrorCode::invalid, fmt::format("`{}` is there twice, or written in another way", *found));
    }
    seen |= bit;
  }
  return {};
}

base::Status check_process(JsonValue process) {
  DOORMAN_CHECK(check_names(
      process, {"user", "args", "env", "capabilities", "noNewPrivileges", "apparmorProfile", "selinuxLabel"}));
  DOORMAN_CHECK(check_names(process["user"], {"uid", "gid", "additionalGids"}));
  return check_names(process["capabilities"], {"bounding", "effective", "permitted", "inheritable", "ambient"});
}

base::Status check_every_name(JsonValue root) {
  DOORMAN_CHECK(check_names(root, {"ociVersion", "root", "process", "hostname", "mounts", "annotations", "linux"}));
  DOORMAN_CHECK(check_names(root["root"], {"path", "readonly"}));
  DOORMAN_CHECK(check_process(root["process"]));
  const JsonValue platform = root["linux"];
  DOORMAN_CHECK(check_names(platform, {"cgroupsPath", "seccomp", "maskedPaths", "readonlyPaths", "namespaces",
                                       "devices", "sysctl", "resources"}));
  DOORMAN_CHECK(check_names(platform["resources"], {"memory", "cpu"}));
  DOORMAN_CHECK(check_names(platform["resources"]["memory"], {"limit"}));
  DOORMAN_CHECK(check_names(platform["resources"]["cpu"], {"quota", "period"}));
  for (const JsonValue mount : root["mounts"].items()) {
    DOORMAN_CHECK(check_names(mount, {"destination", "type", "source", "options"}));
  }
  for (const JsonValue item : platform["namespaces"].items()) DOORMAN_CHECK(check_names(item, {"type", "path"}));
  for (const JsonValue device : platform["devices"].items()) {
    DOORMAN_CHECK(check_names(device, {"path", "type", "major", "minor"}));
  }
  return {};
}

/// What stands after a limit would be run and not judged.
Result<std::vector<std::string>> limited_texts(JsonValue array, std::string_view what) {
  DOORMAN_TRY(const auto items, limited(array, Bundle::max_names, what));
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const JsonValue item : items) {
    if (const auto text = item.string()) texts.emplace_back(*text);
  }
  return texts;
}

base::Status read_capabilities(JsonValue sets, Bundle::Capabilities& into) {
  const auto read_set = [&](const char* name, std::vector<std::string>& set) -> base::Status {
    DOORMAN_TRY(set, limited_texts(sets[name], "capabilities"));
    std::ranges::sort(set);
    return {};
  };
  DOORMAN_CHECK(read_set("bounding", into.bounding));
  DOORMAN_CHECK(read_set("effective", into.effective));
  DOORMAN_CHECK(read_set("permitted", into.permitted));
  DOORMAN_CHECK(read_set("inheritable", into.inheritable));
  return read_set("ambient", into.ambient);
}

base::Status read_process(JsonValue process, Bundle& bundle) {
  bundle.args = texts_of(process["args"], Bundle::max_names);
  bundle.env = texts_of(process["env"], Bundle::max_names);
  bundle.uid = number_of<std::uint32_t>(process["user"]["uid"], 0);
  bundle.gid = number_of<std::uint32_t>(process["user"]["gid"], 0);
  for (const JsonValue item : process["user"]["additionalGids"].items()) {
    if (bundle.additional_gids.size() == Bundle::max_names) break;
    bundle.additional_gids.push_back(number_of<std::uint32_t>(item, 0));
  }
  bundle.no_new_privileges = process["noNewPrivileges"].boolean().value_or(false);
  bundle.apparmor_profile = text_of(process["apparmorProfile"]);
  bundle.selinux_label = text_of(process["selinuxLabel"]);
  return read_capabilities(process["capabilities"], bundle.capabilities);
}

base::Status read_mounts(JsonValue array, Bundle& bundle) {
  DOORMAN_TRY(const auto mounts, limited(array, Bundle::max_mounts, "mounts"));
  for (const JsonValue mount : mounts) {
    DOORMAN_TRY(auto options, limited_texts(mount["options"], "options of a mount"));
    bundle.mounts.push_back(
        {text_of(mount["destination"]), text_of(mount["type"]), text_of(mount["source"]), std::move(options)});
  }
  return {};
}

base::Status read_devices(JsonValue array, Bundle& bundle) {
  DOORMAN_TRY(const auto devices, limited(array, Bundle::max_devices, "devices"));
  for (const JsonValue item : devices) {
    bundle.devices.push_back({text_of(item["path"]), text_of(item["type"]),
                              number_of<std::int64_t>(item["major"], -1),
                              number_of<std::int64_t>(item["minor"], -1)});
  }
  return {};
}

base::Status read_linux(JsonValue platform, Bundle& bundle) {
  bundle.cgroups_path = text_of(platform["cgroupsPath"]);
  bundle.seccomp = platform["seccomp"].is_object();
  DOORMAN_TRY(bundle.masked_paths, limited_texts(platform["maskedPaths"], "masked paths"));
  DOORMAN_TRY(bundle.readonly_paths, limited_texts(platform["readonlyPaths"], "read-only paths"));
  DOORMAN_TRY(const auto namespaces, limited(platform["namespaces"], Bundle::max_names, "namespaces"));
  for (const JsonValue item : namespaces) {
    bundle.namespaces.push_back({text_of(item["type"]), text_of(item["path"])});
  }
  DOORMAN_CHECK(read_devices(platform["devices"], bundle));
  if (platform["sysctl"].members().size() > max_labels) {
    return Error(ErrorCode::limit, fmt::format("more than {} kernel settings", max_labels));
  }
  bundle.sysctls = labels_of(platform["sysctl"]);
  const JsonValue resources = platform["resources"];
  bundle.memory_limit = resources["memory"]["limit"].integer();
  bundle.cpu_quota = resources["cpu"]["quota"].integer();
  bundle.cpu_period = resources["cpu"]["period"].integer();
  return {};
}

}  // namespace

bool Bundle::Mount::has(std::string_view option) const {
  return std::ranges::find(options, option) != options.end();
}

bool Bundle::Mount::is_writable() const {
  bool writable = true;
  for (const std::string& option : options) {
    if (option == "ro" || option == "rro") writable = false;
    if (option == "rw" || option == "rrw") writable = true;
  }
  return writable;
}

bool Bundle::Mount::is_of_host() const {
  if (source.empty()) return false;
  return source.find('/') != source.npos || type == "bind" || has("bind") || has("rbind");
}

std::string_view Bundle::annotation(std::string_view key) const {
  const auto found = std::ranges::lower_bound(annotations, key, {},
                                              [](const auto& pair) -> std::string_view { return pair.first; });
  return found != annotations.end() && found->first == key ? std::string_view(found->second) : std::string_view();
}

const Bundle::Namespace* Bundle::find_namespace(std::string_view type) const {
  const auto found = std::ranges::find(namespaces, type, &Namespace::type);
  return found != namespaces.end() ? &*found : nullptr;
}

bool Bundle::is_privileged() const {
  constexpr std::array<std::string_view, 6> telling = {"CAP_SYS_ADMIN",  "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
                                                       "CAP_SYS_PTRACE", "CAP_NET_ADMIN",  "CAP_DAC_READ_SEARCH"};
  return !seccomp && masked_paths.empty() && std::ranges::all_of(telling, [&](std::string_view name) {
    return std::ranges::find(capabilities.bounding, name) != capabilities.bounding.end();
  });
}

Result<Bundle> parse_bundle(base::Bytes json) {
  if (json.size() > Bundle::max_bytes) {
    return Error(ErrorCode::limit, fmt::format("more than {} bytes", Bundle::max_bytes));
  }
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(json));
  const JsonValue root = document.root();
  if (!root["ociVersion"].is_string() || !root["root"].is_object()) {
    return Error(ErrorCode::invalid, "no configuration of a bundle: it has no ociVersion or no root");
  }
  DOORMAN_CHECK(check_every_name(root));
  Bundle bundle;
  bundle.rootfs = text_of(root["root"]["path"]);
  bundle.readonly_root = root["root"]["readonly"].boolean().value_or(false);
  bundle.hostname = text_of(root["hostname"]);
  const auto annotations = root["annotations"].members();
  if (annotations.size() > Bundle::max_annotations) {
    return Error(ErrorCode::limit, fmt::format("more than {} annotations", Bundle::max_annotations));
  }
  bundle.annotations = labels_of(root["annotations"]);
  DOORMAN_CHECK(read_process(root["process"], bundle));
  DOORMAN_CHECK(read_mounts(root["mounts"], bundle));
  DOORMAN_CHECK(read_linux(root["linux"], bundle));
  return bundle;
}

}  // namespace doorman::parse::container
