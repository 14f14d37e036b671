// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace doorman::model {

/// The one spelling of a path under which ownership is asked for. Where /bin, /sbin and /lib* are links into
/// /usr, a package manager says `bin/bash` and the image holds `usr/bin/bash`, or the other way round; both
/// give `bin/bash` here. Takes a canonical path and returns a part of it.
constexpr std::string_view merged_usr(std::string_view path) {
  constexpr std::string_view usr = "usr/";
  constexpr std::array<std::string_view, 6> merged = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};
  if (!path.starts_with(usr)) return path;
  const std::string_view below = path.substr(usr.size());
  const std::string_view folder = below.substr(0, below.find('/'));
  for (const std::string_view name : merged) {
    if (folder == name) return below;
  }
  return path;
}

}  // namespace doorman::model
