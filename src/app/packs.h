// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/diagnostic.h"

namespace doorman::app {

/// Rule files that belong together, in memory, and the cases that test them. Nothing is parsed yet.
struct Pack {
  std::string name;  ///< for people: `image (built in)`, `team.yaml`
  std::vector<policy::SourceText> rules;
  std::vector<policy::SourceText> cases;
};

inline constexpr std::size_t max_rule_file_bytes = 16U << 20U;
inline constexpr std::size_t max_pack_files = 1000;

/// What the program carries: the folders of policies/ that hold rules, sorted.
std::vector<std::string_view> pack_names();
/// One of these by its name, or nothing.
std::optional<Pack> find_pack(std::string_view name);
/// Files of policies/ that are no rule packs have readers of their own: those right in this folder of it
/// (`secrets/rules`), by name. The texts live as long as the program.
struct BuiltInFile {
  std::string_view path, text;
};
std::vector<BuiltInFile> built_in_files(std::string_view folder);

/// What `what` names: a built-in pack; else a rule file; else a folder with *.yaml rules, by name, and
/// tests/*.yaml. The built-in one comes first: `./image` is the folder. An error where there is none, or a limit is
/// crossed.
base::Result<Pack> open_pack(const std::string& what);

/// The rules of several, in their order, as one set; an error begins with `option`, which named them.
struct OpenedPacks {
  std::vector<std::string> names;
  std::vector<policy::SourceText> rules;
};
base::Result<OpenedPacks> open_packs(const std::vector<std::string>& what, std::string_view option);

}  // namespace doorman::app
