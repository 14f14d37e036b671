// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doorman::parse::package {

/// More names of one package are left out.
inline constexpr std::size_t max_dependency_names = 2'000;
/// A list of them that is longer is not read.
inline constexpr std::size_t max_dependency_bytes = 64U << 10U;

/// The names in a relation of dpkg: `libc6 (>= 2.36), perl:any | perl5` gives libc6, perl and perl5. What is
/// added stands sorted and once. Source: deb-control(5), debian-policy 7.1.
void add_deb_names(std::string_view relation, std::vector<std::string>& names);

/// The names in a list of apk: `so:libc.musl-x86_64.so.1 zlib>=1.3 !uclibc` gives the first two without their
/// versions. Source: apk-package(5).
void add_apk_names(std::string_view list, std::vector<std::string>& names);

}  // namespace doorman::parse::package
