// SPDX-License-Identifier: Apache-2.0
#include "app/runtime/hardening.h"

#include <sys/utsname.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "app/packs.h"
#include "base/fd.h"
#include "base/text.h"
#include "derive/seccomp_profile.h"
#include "parse/image/manifest.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<std::string> profile_text(const std::string& named) {
  if (named != model::default_seccomp) return base::read_file(named, derive::max_seccomp_bytes);
  for (const BuiltInFile& file : built_in_files("seccomp/profiles")) {
    if (file.path.ends_with("/default.json")) return std::string(file.text);
  }
  return Error(ErrorCode::not_found, "the program carries no seccomp profile");
}

derive::SeccompSubject this_machine() {
  derive::SeccompSubject subject;
  subject.architecture = parse::image::host_platform().architecture;
  struct utsname name{};
  if (::uname(&name) != 0) return subject;
  const auto parts = base::split(std::string_view(name.release), '.');
  subject.kernel_major = static_cast<std::uint32_t>(base::to_number(parts[0]).value_or(0));
  if (parts.size() > 1) subject.kernel_minor = static_cast<std::uint32_t>(base::to_number(parts[1]).value_or(0));
  return subject;
}

Result<std::string> seccomp_for(std::string_view config, const model::Hardening& hardening) {
  if (hardening.seccomp.empty()) return std::string();
  DOORMAN_TRY(const std::string text, profile_text(hardening.seccomp));
  DOORMAN_TRY(const auto capabilities, derive::hardened_capabilities(config, hardening));
  derive::SeccompSubject subject = this_machine();
  subject.capabilities = capabilities;
  return derive::make_seccomp(text, subject).in(hardening.seccomp);
}

}  // namespace

Result<derive::HardenedBundle> harden_by(std::string config, std::span<const policy::Rule* const> hardenings) {
  derive::HardenedBundle all;
  all.config = std::move(config);
  for (const policy::Rule* item : hardenings) {
    const model::Hardening& hardening = *item->hardening;
    DOORMAN_TRY(const std::string seccomp, seccomp_for(all.config, hardening).in(item->name));
    DOORMAN_TRY(auto one, derive::harden(std::move(all.config), item->name, hardening, seccomp).in(item->name));
    all.config = std::move(one.config);
    std::move(one.changes.begin(), one.changes.end(), std::back_inserter(all.changes));
  }
  return all;
}

}  // namespace doorman::app
