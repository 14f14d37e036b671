// SPDX-License-Identifier: Apache-2.0
#include "derive/compose.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "derive/exposure.h"
#include "derive/overlay.h"
#include "derive/removable.h"
#include "model/merged_usr.h"
#include "model/purl.h"

namespace doorman::derive {

using base::PathId;
using model::FoundPackage;
using model::FoundProgram;
using model::Inventory;
using model::LayerFacts;
using model::Package;
using model::PackageType;

namespace {

constexpr std::uint32_t none = FoundPackage::none;

PathId owner_id(std::string_view path) { return base::path_id(model::merged_usr(path)); }

/// os-release(5) says which file wins; the older files speak only where there is none.
std::optional<model::Distribution> choose_distribution(const Overlay& overlay) {
  const Overlay::File* best = nullptr;
  const auto rank = [](const Overlay::File& file) {
    static constexpr std::array<std::string_view, 2> first = {"etc/os-release", "usr/lib/os-release"};
    return std::ranges::find(first, file.facts->path) - first.begin();
  };
  for (const Overlay::File& file : overlay.files) {
    if (file.facts->distribution && (best == nullptr || rank(file) < rank(*best))) best = &file;
  }
  return best == nullptr ? std::nullopt : best->facts->distribution;
}

/// The facts of one path through all layers, to find when a package first appeared in it. Few files have a past:
/// only those are kept.
class History {
 public:
  explicit History(const std::vector<Overlay::File>& hidden) {
    for (const Overlay::File& file : hidden) versions_[file.facts->path].push_back({file.layer, file.facts, {}});
  }

  /// The lowest layer from which on the file at `path`, up to `top`, lists this package.
  std::uint32_t first_layer(std::string_view path, const Package& package, std::uint32_t top) {
    std::uint32_t layer = top;
    const auto past = versions_.find(path);
    if (past == versions_.end()) return layer;
    auto& versions = past->second;
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
      if (version->layer >= top) continue;
      if (!version->lists(package)) break;
      layer = version->layer;
    }
    return layer;
  }

 private:
  struct Version {
    std::uint32_t layer;
    const model::FileFacts* file;
    std::set<std::tuple<std::string_view, std::string_view, std::string_view>> names;

    bool lists(const Package& package) {
      if (names.empty()) {
        for (const Package& one : file->packages) names.emplace(one.name, one.version, one.architecture);
      }
      return names.contains({package.name, package.version, package.architecture});
    }
  };
  std::unordered_map<std::string_view, std::vector<Version>> versions_;
};

/// The packages that were found, each once: same type, name, version, architecture and owner.
class PackageSet {
 public:
  explicit PackageSet(const std::vector<FoundPackage>& packages)
      : packages_(packages), known_(0, Hash{this}, Equal{this}) {}
  void reserve(std::size_t count) { known_.reserve(count); }

  struct Wanted {
    const Package& package;
    std::uint32_t owner;
  };
  [[nodiscard]] std::optional<std::uint32_t> find(const Package& package, std::uint32_t owner) const {
    const auto at = known_.find(Wanted{package, owner});
    return at == known_.end() ? std::nullopt : std::optional(*at);
  }
  void add(std::uint32_t index) { known_.insert(index); }

 private:
  [[nodiscard]] Wanted of(std::uint32_t index) const { return {packages_[index].package, packages_[index].owner}; }
  static Wanted of(Wanted wanted) { return wanted; }

  struct Hash {
    using is_transparent = void;
    const PackageSet* set;
    std::size_t operator()(auto which) const {
      const Wanted one = set->of(which);
      const std::uint64_t seed = (std::uint64_t{one.owner} << 8U) | static_cast<std::uint8_t>(one.package.type);
      return base::hash64(one.package.version, base::hash64(one.package.name, seed));
    }
  };
  struct Equal {
    using is_transparent = void;
    const PackageSet* set;
    bool operator()(auto left, auto right) const {
      const Wanted a = set->of(left), b = set->of(right);
      return a.owner == b.owner && a.package.type == b.package.type && a.package.name == b.package.name &&
             a.package.version == b.package.version && a.package.architecture == b.package.architecture;
    }
  };

  const std::vector<FoundPackage>& packages_;
  std::unordered_set<std::uint32_t, Hash, Equal> known_;
};

/// Puts at each place the item that stands at `from[place]`, without room for all of them twice.
template <typename Item>
void permute(std::vector<Item>& items, std::vector<std::uint32_t> from) {
  for (std::uint32_t start = 0; start < from.size(); ++start) {
    if (from[start] == start) continue;
    Item first = std::move(items[start]);
    std::uint32_t place = start;
    for (std::uint32_t next = from[place]; next != start; next = from[place]) {
      items[place] = std::move(items[next]);
      from[place] = place;
      place = next;
    }
    items[place] = std::move(first);
    from[place] = place;
  }
}

/// Which operating-system package owns which of the paths that are asked about.
class Owners {
 public:
  /// To be called for every path before `claim`.
  void ask(std::string_view path) {
    const PathId id = owner_id(path);
    owners_.emplace(id, none);
    asked_[id % filter_bits] = true;
  }
  void claim(const model::Ownership& owned, std::uint32_t package) {
    for (const PathId id : owned.files) {
      if (!asked_[id % filter_bits]) continue;
      if (const auto asked = owners_.find(id); asked != owners_.end() && asked->second == none)
        asked->second = package;
    }
  }
  [[nodiscard]] std::uint32_t of(std::string_view path) const {
    const auto asked = owners_.find(owner_id(path));
    return asked == owners_.end() ? none : asked->second;
  }

 private:
  /// Packages own far more files than are asked about: most are told apart by a bit.
  static constexpr std::size_t filter_bits = 1U << 17U;

  std::unordered_map<PathId, std::uint32_t> owners_;
  std::vector<bool> asked_ = std::vector<bool>(filter_bits);
};

class Composer {
 public:
  /// Takes from the layers what goes into the inventory.
  Composer(Inventory& inventory, std::vector<LayerFacts>& layers)
      : inventory_(inventory), overlay_(lay_over(layers)), history_(overlay_.hidden), known_(inventory.packages) {}

  void run(const std::vector<model::Secret>& settings) {
    inventory_.distribution = choose_distribution(overlay_);
    make_room();
    add_packages([](const Package& package) { return model::is_of_distribution(package.type); });
    find_owners();
    add_packages([](const Package& package) { return !model::is_of_distribution(package.type); });
    add_programs();
    const auto owner = [this](std::string_view path) { return owners_.of(path); };
    inventory_.secrets = found_secrets(overlay_, settings, owner);
    inventory_.notable = found_notable(overlay_, owner);
    finish();
    tell_needed(inventory_, install_marks());
  }

 private:
  void make_room() {
    std::size_t packages = 0;
    for (const Overlay::File& file : overlay_.files) packages += file.facts->packages.size();
    inventory_.packages.reserve(packages);
    known_.reserve(packages);
    inventory_.programs.reserve(overlay_.programs.size());
  }

  template <typename Predicate>
  void add_packages(Predicate wanted) {
    for (const Overlay::File& file : overlay_.files) {
      for (Package& package : file.facts->packages) {
        if (wanted(package)) add_package(file, package);
      }
    }
  }

  void add_package(const Overlay::File& file, Package& package) {
    const std::string& path = file.facts->path;
    const std::uint32_t owner = model::is_of_distribution(package.type) ? none : owners_.of(path);
    if (package.type == PackageType::generic && owner != none) return;
    std::string place = package.inner_path.empty() ? path : path + "!/" + package.inner_path;
    const std::uint32_t layer = history_.first_layer(path, package, file.layer);

    const auto at = known_.find(package, owner);
    if (!at) {
      FoundPackage& found = inventory_.packages.emplace_back();
      found.package = std::move(package);
      found.paths.push_back(std::move(place));
      found.layer = layer;
      found.owner = owner;
      known_.add(static_cast<std::uint32_t>(inventory_.packages.size() - 1));
      return;
    }
    FoundPackage& found = inventory_.packages[*at];
    found.paths.push_back(std::move(place));
    found.layer = std::min(found.layer, layer);
    found.package.evidence = std::min(found.package.evidence, package.evidence);
    found.package.development = found.package.development && package.development;
    if (found.package.licenses.empty()) found.package.licenses = std::move(package.licenses);
  }

  void find_owners() {
    for (const Overlay::File& file : overlay_.files) owners_.ask(file.facts->path);
    for (const Overlay::Program& program : overlay_.programs) owners_.ask(program.program->path);
    for (const Overlay::Secret& secret : overlay_.secrets) owners_.ask(secret.secret->path);
    for (const Overlay::Notable& notable : overlay_.notable) owners_.ask(notable.file->path);
    std::unordered_map<std::string_view, std::uint32_t> by_name;
    for (std::uint32_t i = 0; i < inventory_.packages.size(); ++i)
      by_name.emplace(inventory_.packages[i].package.name, i);
    // Sorted by path, by which dpkg's diversions come before its lists: who claims first has it.
    for (const Overlay::File& file : overlay_.files) {
      for (model::Ownership& owned : file.facts->owned) {
        const auto owner = by_name.find(owned.package);
        if (owner == by_name.end()) continue;
        owners_.claim(owned, owner->second);
        if (file.facts->path == model::dpkg_diversions) note_diverted(owned, owner->second);
        keep_files(inventory_.packages[owner->second].files, std::move(owned.files));
      }
    }
    take_diverted();
  }

  void note_diverted(const model::Ownership& owned, std::uint32_t package) {
    for (const PathId id : owned.files) diverted_.emplace_back(id, package);
  }

  /// The package whose file was moved aside lists the path as before.
  void take_diverted() {
    if (diverted_.empty()) return;
    std::ranges::sort(diverted_);
    constexpr std::size_t filter_bits = 1U << 16U;
    std::vector<bool> perhaps(filter_bits);  // few of the many files are diverted
    for (const auto& [id, package] : diverted_) perhaps[id % filter_bits] = true;
    for (std::uint32_t i = 0; i < inventory_.packages.size(); ++i) {
      std::erase_if(inventory_.packages[i].files, [&](PathId id) {
        if (!perhaps[id % filter_bits]) return false;
        const auto found = std::ranges::lower_bound(diverted_, std::pair(id, std::uint32_t{0}));
        return found != diverted_.end() && found->first == id && found->second != i;
      });
    }
  }

  /// Where two architectures of a package are there, the first has the files of both.
  static void keep_files(std::vector<PathId>& kept, std::vector<PathId> more) {
    if (kept.empty()) {
      kept = std::move(more);
      return;
    }
    kept.insert(kept.end(), more.begin(), more.end());
    std::ranges::sort(kept);
    kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  }

  void add_programs() {
    for (const Overlay::Program& program : overlay_.programs) {
      const std::uint32_t owner = owners_.of(program.program->path);
      inventory_.programs.push_back({std::move(*program.program), program.layer, owner});
    }
  }

  [[nodiscard]] InstallMarks install_marks() const {
    InstallMarks marks;
    for (const Overlay::File& file : overlay_.files) {
      const model::FileFacts& facts = *file.facts;
      if (!facts.automatic.empty()) marks.automatic.emplace(facts.automatic.begin(), facts.automatic.end());
      if (!facts.requested.empty()) marks.requested.emplace(facts.requested.begin(), facts.requested.end());
    }
    return marks;
  }

  void finish() {
    const model::Distribution* distribution = inventory_.distribution ? &*inventory_.distribution : nullptr;
    for (FoundPackage& found : inventory_.packages) {
      found.purl = model::purl_of(found.package, distribution);
      found.package.inner_path.clear();
      std::ranges::sort(found.paths);
      found.paths.erase(std::unique(found.paths.begin(), found.paths.end()), found.paths.end());
    }
    sort_packages();
    for (const Overlay::File& file : overlay_.files) {
      for (const model::Note& note : file.facts->notes) inventory_.notes.push_back(note);
    }
    std::ranges::sort(inventory_.notes);
  }

  /// By type, name, version, architecture, owner's name and first path.
  [[nodiscard]] bool before(const FoundPackage& a, const FoundPackage& b) const {
    if (a.package.type != b.package.type) return a.package.type < b.package.type;
    if (const int order = a.package.name.compare(b.package.name); order != 0) return order < 0;
    const auto rest = [this](const FoundPackage& found) {
      const std::string_view owner =
          found.owner == none ? std::string_view() : inventory_.packages[found.owner].package.name;
      return std::tuple(std::string_view(found.package.version), std::string_view(found.package.architecture),
                        owner, std::string_view(found.paths.front()));
    };
    return rest(a) < rest(b);
  }

  /// Sorts the packages and renames the owners, which are known by position.
  void sort_packages() {
    auto& packages = inventory_.packages;
    std::vector<std::uint32_t> order(packages.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return before(packages[a], packages[b]); });
    std::vector<std::uint32_t> new_place(packages.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) new_place[order[i]] = i;
    permute(packages, order);
    const auto rename = [&](auto& items) {
      for (auto& item : items) {
        if (item.owner != none) item.owner = new_place[item.owner];
      }
    };
    rename(packages);
    rename(inventory_.programs);
    rename(inventory_.secrets);
    rename(inventory_.notable);
  }

  Inventory& inventory_;
  Overlay overlay_;
  History history_;
  Owners owners_;
  std::vector<std::pair<PathId, std::uint32_t>> diverted_;  // a path, and the package whose file lies there
  PackageSet known_;
};

/// A folder or host has no digest of its own: that of what was found in it says whether it changed.
base::Digest content_digest(const Inventory& inventory) {
  base::Hasher hasher;
  for (const FoundPackage& found : inventory.packages) {
    hasher.update(found.purl);
    hasher.update("\n");
  }
  for (const FoundProgram& found : inventory.programs) {
    hasher.update(found.file.path);
    hasher.update(base::Bytes("\0", 1));
    hasher.update(found.file.sha256.raw());
  }
  return hasher.finish();
}

}  // namespace

Inventory compose(Target target, std::vector<LayerFacts> layers) {
  const base::Digest identity = target.identity ? target.identity->config : base::digest_of({});
  Inventory inventory(model::Subject::image(identity));
  inventory.target = std::move(target.name);
  inventory.identity = std::move(target.identity);
  inventory.config = std::move(target.config);
  inventory.verified = target.verified;
  for (std::uint32_t i = 0; i < layers.size(); ++i) {
    const LayerFacts& layer = layers[i];
    const model::BuildStep* step = inventory.config ? inventory.config->step_of_layer(i) : nullptr;
    // The settings say the diffID whether or not it was computed this time: the report is the same.
    std::optional<base::Digest> diff_id = layer.diff_id;
    if (inventory.config && i < inventory.config->diff_ids.size()) diff_id = inventory.config->diff_ids[i];
    inventory.layers.push_back({layer.blob, diff_id, layer.stored_bytes, layer.plain_bytes, layer.entries,
                                step == nullptr ? std::string() : step->created_by});
    inventory.notes.insert(inventory.notes.end(), layer.notes.begin(), layer.notes.end());
  }
  inventory.secrets_sought = !layers.empty() && std::ranges::all_of(layers, [](const LayerFacts& layer) {
    return layer.secret_rules != 0;
  });
  Composer(inventory, layers).run(target.secrets);
  switch (target.kind) {
    case model::Subject::Kind::image:
      break;
    case model::Subject::Kind::root:
      inventory.subject = model::Subject::root(content_digest(inventory));
      break;
    case model::Subject::Kind::host:
      inventory.subject = model::Subject::host(content_digest(inventory));
      break;
  }
  return inventory;
}

}  // namespace doorman::derive
