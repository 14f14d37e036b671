// SPDX-License-Identifier: Apache-2.0
#include "derive/removable.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/path.h"
#include "model/merged_usr.h"

namespace doorman::derive {

using model::FoundPackage;
using model::FoundProgram;
using model::Inventory;
using model::PackageType;

namespace {

/// Who needs a name: one package, by its index, or several.
class Needs {
 public:
  void add(std::string_view name, std::uint32_t package) {
    const auto [known, is_new] = by_name_.emplace(name, package);
    if (!is_new && known->second != package) known->second = several;
  }
  /// Whether a package other than this one needs the name.
  [[nodiscard]] bool by_another(std::string_view name, std::uint32_t package) const {
    const auto known = by_name_.find(name);
    return known != by_name_.end() && known->second != package;
  }

 private:
  static constexpr std::uint32_t several = 0xffffffff;
  std::unordered_map<std::string_view, std::uint32_t> by_name_;
};

bool is_told(const FoundPackage& found) {
  return (found.package.type == PackageType::deb || found.package.type == PackageType::apk) &&
         found.package.evidence == model::Evidence::installed;
}

/// The package whose program the image starts, or FoundPackage::none. The last word of a path decides where the
/// settings leave the folder to PATH.
std::uint32_t owner_of_start(const Inventory& inventory) {
  if (!inventory.config) return FoundPackage::none;
  const auto& words = inventory.config->entrypoint.empty() ? inventory.config->cmd : inventory.config->entrypoint;
  if (words.empty()) return FoundPackage::none;
  std::string_view start = words.front();
  const bool whole_path = start.starts_with('/');
  if (whole_path) start.remove_prefix(1);
  for (const FoundProgram& program : inventory.programs) {
    const std::string_view path = program.file.path;
    const bool same =
        whole_path ? model::merged_usr(path) == model::merged_usr(start) : base::basename_of(path) == start;
    if (same && program.owner != FoundPackage::none) return program.owner;
  }
  return FoundPackage::none;
}

bool asked_for(const FoundPackage& found, const InstallMarks& marks) {
  const std::string& name = found.package.name;
  if (found.package.type == PackageType::apk) return marks.requested && marks.requested->contains(name);
  return marks.automatic && !marks.automatic->contains(name);
}

}  // namespace

void tell_needed(Inventory& inventory, const InstallMarks& marks) {
  Needs needs;
  auto& packages = inventory.packages;
  for (std::uint32_t i = 0; i < packages.size(); ++i) {
    if (!is_told(packages[i])) continue;
    for (const std::string& name : packages[i].package.needs) needs.add(name, i);
  }
  const std::uint32_t start = owner_of_start(inventory);
  for (std::uint32_t i = 0; i < packages.size(); ++i) {
    FoundPackage& found = packages[i];
    if (!is_told(found)) continue;
    found.needed = found.package.essential || i == start || asked_for(found, marks) ||
                   needs.by_another(found.package.name, i) ||
                   std::ranges::any_of(found.package.provides,
                                       [&](const std::string& name) { return needs.by_another(name, i); });
  }
}

}  // namespace doorman::derive
