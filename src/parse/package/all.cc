// SPDX-License-Identifier: Apache-2.0
#include "parse/package/all.h"

#include <array>

namespace doorman::parse::package {

std::span<const Parser* const> all_parsers() {
  // clang-format off
  static constexpr std::array parsers = {
      &dpkg_parser,
      &apk_parser,
      &install_marks_parser,
      &rpm_parser,
      &os_release_parser,
      &accounts_parser,
      &npm_parser,
      &npm_lock_parser,
      &yarn_lock_parser,
      &pnpm_lock_parser,
      &pypi_parser,
      &python_lock_parser,
      &gem_parser,
      &gem_lock_parser,
      &composer_parser,
      &composer_lock_parser,
      &cargo_lock_parser,
      &dotnet_parser,
      &dotnet_lock_parser,
      &go_mod_parser,
      &elf_parser,
      &java_parser,
      &java_release_parser,
  };
  // clang-format on
  return parsers;
}

}  // namespace doorman::parse::package
