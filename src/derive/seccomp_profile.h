// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::derive {

/// Whom a profile is made for.
struct SeccompSubject {
  std::string architecture;  ///< as Go names it: amd64, arm64
  std::uint32_t kernel_major = 0, kernel_minor = 0;
  std::span<const std::string> capabilities;  ///< the bounding set, with CAP_
};

inline constexpr std::size_t max_seccomp_bytes = 1U << 20U;

/// What docker and podman take as a profile (--security-opt seccomp=FILE), made into what runtimes take, as one
/// line of JSON: calls that are for other machines, kernels or capabilities are left out. A profile that is in the
/// runtimes' form already stays as it is.
/// Sources: moby/profiles seccomp/seccomp.go, containers/common pkg/seccomp; OCI runtime-spec v1.1,
/// config-linux.md, seccomp.
///
/// A profile that allows every call that it does not name, as one of docker's could be written to, is an error: it
/// is no hardening.
base::Result<std::string> make_seccomp(base::Bytes profile, const SeccompSubject& subject);

}  // namespace doorman::derive
