// SPDX-License-Identifier: Apache-2.0
#include "derive/seccomp_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace doorman::derive {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonValue;
using base::JsonWriter;
using base::Result;

struct Architecture {
  std::string_view name, seccomp;
};
constexpr std::array<Architecture, 6> architectures = {{{"amd64", "SCMP_ARCH_X86_64"},
                                                        {"arm64", "SCMP_ARCH_AARCH64"},
                                                        {"ppc64le", "SCMP_ARCH_PPC64LE"},
                                                        {"riscv64", "SCMP_ARCH_RISCV64"},
                                                        {"s390x", "SCMP_ARCH_S390X"},
                                                        {"386", "SCMP_ARCH_X86"}}};

bool has(JsonValue array, std::string_view text) {
  return std::ranges::any_of(array.items(), [&](JsonValue item) { return item.string() == text; });
}

class ProfileMaker {
 public:
  ProfileMaker(JsonValue profile, const SeccompSubject& subject) : profile_(profile), subject_(subject) {}

  Result<std::string> make() {
    json_.begin_object();
    for (const char* name : {"defaultAction", "defaultErrnoRet", "flags", "listenerPath", "listenerMetadata"}) {
      DOORMAN_CHECK(copy(profile_, name));
    }
    DOORMAN_CHECK(write_architectures());
    json_.begin_array("syscalls");
    for (const JsonValue call : profile_["syscalls"].items()) {
      if (fits(call)) DOORMAN_CHECK(write_call(call));
    }
    json_.end_array();
    json_.end_object();
    return json_.take();
  }

 private:
  base::Status copy(JsonValue from, const char* name) {
    const JsonValue value = from[name];
    if (!value.exists() || value.kind() == JsonValue::Kind::null) return {};
    json_.key(name);
    return write(value);
  }

  /// Of the kinds of values that a profile has.
  base::Status write(JsonValue value) {
    if (const auto text = value.string()) {
      json_.value(*text);
    } else if (const auto number = value.integer()) {
      json_.value(*number);
    } else if (value.is_array()) {
      json_.begin_array();
      for (const JsonValue item : value.items()) DOORMAN_CHECK(write(item));
      json_.end_array();
    } else if (value.is_object()) {
      json_.begin_object();
      for (const auto& [key, member] : value.members()) {
        json_.key(key);
        DOORMAN_CHECK(write(member));
      }
      json_.end_object();
    } else {
      return Error(ErrorCode::unsupported,
                   "the seccomp profile holds a value that is no text, list or whole number");
    }
    return {};
  }

  base::Status write_architectures() {
    const auto own = std::ranges::find(architectures, subject_.architecture, &Architecture::name);
    json_.begin_array("architectures");
    bool found = false;
    for (const JsonValue each : profile_["archMap"].items()) {
      if (own == architectures.end() || each["architecture"].string() != own->seccomp) continue;
      found = true;
      json_.value(own->seccomp);
      for (const JsonValue sub : each["subArchitectures"].items()) json_.value(sub.string_or(""));
    }
    json_.end_array();
    if (found) return {};
    return Error(
        ErrorCode::unsupported,
        fmt::format("the seccomp profile says nothing of machines as this one ({})", subject_.architecture));
  }

  [[nodiscard]] bool has_capability(JsonValue name) const {
    return std::ranges::find(subject_.capabilities, name.string_or("")) != subject_.capabilities.end();
  }

  [[nodiscard]] bool is_new_enough(JsonValue version) const {
    const auto parts = base::split(version.string_or(""), '.');
    if (parts.size() < 2) return true;
    const auto major = base::to_number(parts[0]), minor = base::to_number(parts[1]);
    if (!major || !minor) return false;
    return std::pair<std::uint64_t, std::uint64_t>(subject_.kernel_major, subject_.kernel_minor) >=
           std::pair(*major, *minor);
  }

  [[nodiscard]] bool fits(JsonValue call) const {
    const JsonValue with = call["includes"], without = call["excludes"];
    const auto has_any = [&](JsonValue names) {
      return std::ranges::any_of(names.items(), [&](JsonValue name) { return has_capability(name); });
    };
    const auto has_all = [&](JsonValue names) {
      return std::ranges::all_of(names.items(), [&](JsonValue name) { return has_capability(name); });
    };
    if (has(without["arches"], subject_.architecture) || has_any(without["caps"])) return false;
    if (without["minKernel"].is_string() && is_new_enough(without["minKernel"])) return false;
    const bool for_others = !with["arches"].items().empty() && !has(with["arches"], subject_.architecture);
    return !for_others && has_all(with["caps"]) && is_new_enough(with["minKernel"]);
  }

  base::Status write_call(JsonValue call) {
    json_.begin_object();
    json_.begin_array("names");
    if (const auto one = call["name"].string()) json_.value(*one);
    for (const JsonValue name : call["names"].items()) json_.value(name.string_or(""));
    json_.end_array();
    DOORMAN_CHECK(copy(call, "action"));
    DOORMAN_CHECK(copy(call, "errnoRet"));
    if (!call["args"].items().empty()) DOORMAN_CHECK(copy(call, "args"));
    json_.end_object();
    return {};
  }

  JsonValue profile_;
  const SeccompSubject& subject_;
  JsonWriter json_{JsonWriter::Layout::one_line};
};

}  // namespace

Result<std::string> make_seccomp(base::Bytes profile, const SeccompSubject& subject) {
  if (profile.size() > max_seccomp_bytes) {
    return Error(ErrorCode::limit, fmt::format("a seccomp profile of more than {} bytes", max_seccomp_bytes));
  }
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(profile));
  const JsonValue root = document.root();
  const auto action = root["defaultAction"].string();
  if (!action) return Error(ErrorCode::invalid, "no seccomp profile: it has no defaultAction");
  if (*action == "SCMP_ACT_ALLOW" || *action == "SCMP_ACT_LOG") {
    return Error(ErrorCode::invalid, "the seccomp profile allows every call that it does not name");
  }
  if (root["archMap"].is_array()) return ProfileMaker(root, subject).make();
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (profile.starts_with(mark)) profile.remove_prefix(mark.size());
  return std::string(base::trim(profile));
}

}  // namespace doorman::derive
