// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parse/package/parser.h"

namespace doorman::parse::package {

// One line a format, defined in the file of the same name.
extern const Parser dpkg_parser;
extern const Parser apk_parser;
extern const Parser install_marks_parser;
extern const Parser rpm_parser;
extern const Parser os_release_parser;
extern const Parser accounts_parser;
extern const Parser npm_parser;
extern const Parser npm_lock_parser;
extern const Parser yarn_lock_parser;
extern const Parser pnpm_lock_parser;
extern const Parser pypi_parser;
extern const Parser python_lock_parser;
extern const Parser gem_parser;
extern const Parser gem_lock_parser;
extern const Parser composer_parser;
extern const Parser composer_lock_parser;
extern const Parser cargo_lock_parser;
extern const Parser dotnet_parser;
extern const Parser dotnet_lock_parser;
extern const Parser go_mod_parser;
extern const Parser elf_parser;
extern const Parser java_parser;
extern const Parser java_release_parser;

}  // namespace doorman::parse::package
