// SPDX-License-Identifier: Apache-2.0
#include "derive/used_files.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/path.h"
#include "base/text.h"
#include "model/event_type.h"
#include "model/merged_usr.h"

namespace doorman::derive {
namespace {

using model::EventObject;
using model::EventRecord;
using model::EventType;
using model::FileUse;
using model::FileUses;
using model::FoundPackage;
using model::Inventory;
using model::PackageType;

constexpr std::size_t max_path_bytes = 4096;

bool is_open(EventType type) {
  return type == EventType::open || type == EventType::openat || type == EventType::openat2;
}

/// Folders whose every file is the package's, by the file that told of it; empty: there is none.
///
/// Sources: npm-folders(5); packaging.python.org, "Recording installed projects"; rubygems.org, `gem environment`.
std::vector<std::string> folders_of(const FoundPackage& package, std::string_view told) {
  const std::string parent(base::parent_of(told));
  switch (package.package.type) {
    case PackageType::npm:
      if (base::basename_of(told) != "package.json" || parent.empty()) return {};
      return {parent};
    case PackageType::pypi: {
      // site-packages/NAME-VERSION.dist-info/METADATA, or .egg-info/PKG-INFO
      const std::string site(base::parent_of(parent));
      if (!parent.ends_with(".dist-info") && !parent.ends_with(".egg-info")) return {};
      std::string module = base::to_lower(package.package.name);
      std::ranges::replace(module, '-', '_');
      std::ranges::replace(module, '.', '_');
      return {site + "/" + module, parent};
    }
    case PackageType::gem: {
      // GEMS/specifications/NAME-VERSION.gemspec beside GEMS/gems/NAME-VERSION/
      std::string_view name = base::basename_of(told);
      if (!name.ends_with(".gemspec") || base::basename_of(parent) != "specifications") return {};
      name.remove_suffix(std::string_view(".gemspec").size());
      return {std::string(base::parent_of(parent)) + "/gems/" + std::string(name)};
    }
    case PackageType::deb:
    case PackageType::apk:
    case PackageType::rpm:
    case PackageType::golang:
    case PackageType::maven:
    case PackageType::composer:
    case PackageType::cargo:
    case PackageType::nuget:
    case PackageType::generic:
      return {};
  }
  return {};
}

bool is_earlier(const FileUse& a, const FileUse& b) { return a.first < b.first; }

class Finder {
 public:
  Finder(const Inventory& inventory, const FileUses& uses) : inventory_(inventory) {
    found_.resize(inventory.packages.size());
    for (const auto& [path, use] : uses) {
      const std::string_view place = model::merged_usr(path);
      by_place_.try_emplace(std::string(place), path, &use);
      by_id_.try_emplace(base::path_id(place), path, &use);
    }
  }

  std::vector<PackageUse> run() {
    for (const model::FoundProgram& program : inventory_.programs) {
      if (program.owner != FoundPackage::none) note_file(program.owner, program.file.path);
    }
    for (std::uint32_t i = 0; i < inventory_.packages.size(); ++i) {
      const FoundPackage& package = inventory_.packages[i];
      for (const base::PathId file : package.files) {
        if (const auto seen = by_id_.find(file); seen != by_id_.end()) note(i, seen->second);
      }
      if (model::is_of_distribution(package.package.type) || package.package.evidence == model::Evidence::declared)
        continue;
      for (const std::string& path : package.paths) {
        const std::string_view told = std::string_view(path).substr(0, path.find("!/"));
        note_file(i, told);
        for (const std::string& folder : folders_of(package, told)) note_folder(i, folder);
      }
    }
    return std::move(found_);
  }

 private:
  struct Use {
    Use(std::string_view where, const FileUse* what) : path(where), use(what) {}
    std::string_view path;
    const FileUse* use;
  };

  void note(std::uint32_t package, const Use& seen) {
    PackageUse& known = found_[package];
    if (known.use == nullptr || is_earlier(*seen.use, *known.use)) known = {seen.use, seen.path};
  }
  void note_file(std::uint32_t package, std::string_view path) {
    const auto seen = by_place_.find(std::string(model::merged_usr(path)));
    if (seen != by_place_.end()) note(package, seen->second);
  }
  /// All that is below it, but for packages that lie in it.
  void note_folder(std::uint32_t package, std::string_view folder) {
    const std::string below = std::string(model::merged_usr(folder)) + "/";
    for (auto seen = by_place_.lower_bound(below); seen != by_place_.end() && seen->first.starts_with(below);
         ++seen) {
      if (std::string_view(seen->first).substr(below.size()).find("node_modules/") == std::string_view::npos)
        note(package, seen->second);
    }
  }

  const Inventory& inventory_;
  std::map<std::string, Use, std::less<>> by_place_;
  std::unordered_map<base::PathId, Use> by_id_;
  std::vector<PackageUse> found_;
};

}  // namespace

void UsedFiles::add(const EventStream::Seen& seen, const EventRecord& record, std::uint64_t time) {
  if (seen.container == nullptr || seen.container->image_id.empty()) return;
  if (record.kind == EventRecord::Kind::call) {
    const bool of_image =
        record.object.type == EventObject::Type::file && !record.object.is(EventObject::upper_layer);
    if (is_open(record.type) && record.result >= 0 && record.has_object && of_image)
      add(*seen.container, record.path(), FileUse::How::opened, time);
    return;
  }
  if (record.kind == EventRecord::Kind::mapped) {
    add(*seen.container, record.path(), FileUse::How::mapped, time);
    return;
  }
  const bool began = record.kind == EventRecord::Kind::exec;
  if ((!began && record.kind != EventRecord::Kind::change) || seen.process == nullptr) return;
  const model::Process& process = *seen.process;
  if (process.state.exe_from_memfd || process.program == nullptr) return;
  const auto how = began ? FileUse::How::executed : FileUse::How::ran;
  if (!process.state.exe_upper_layer) add(*seen.container, process.program->exe_path, how, began ? time : 0);
  add(*seen.container, process.program->script_path, how, began ? time : 0);
}

void UsedFiles::add(const model::Container& container, std::string_view path, FileUse::How how,
                    std::uint64_t time) {
  if (!path.starts_with('/') || path.size() > max_path_bytes) return;
  path.remove_prefix(1);
  auto image = by_image_.find(container.image_id);
  if (image == by_image_.end()) {
    if (by_image_.size() >= limits_.images) {
      ++not_kept_;
      return;
    }
    image = by_image_.try_emplace(container.image_id).first;
  }
  if (image->second.contains(path)) return;  // records come in the order of time
  if (image->second.size() >= limits_.files) {
    ++not_kept_;
    return;
  }
  image->second.try_emplace(std::string(path), FileUse{how, time, container.id});
}

const FileUses* UsedFiles::of(std::string_view image_id) const {
  const auto found = by_image_.find(image_id);
  return found == by_image_.end() ? nullptr : &found->second;
}

std::vector<PackageUse> packages_in_use(const Inventory& inventory, const FileUses& uses) {
  return Finder(inventory, uses).run();
}

}  // namespace doorman::derive
