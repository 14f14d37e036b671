// SPDX-License-Identifier: Apache-2.0
#include "derive/overlay.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <unordered_map>

namespace doorman::derive {
namespace {

using base::PathId;
using model::LayerFacts;

bool holds(const std::vector<PathId>& sorted, PathId id) { return std::ranges::binary_search(sorted, id); }

/// The folders of all paths that are still to be seen, each once, with its parent before it: so that a layer's
/// question "does this folder still show?" is asked once a folder, not once a file.
class Folders {
 public:
  static constexpr std::uint32_t root = 0;

  std::uint32_t add(std::string_view path) {
    if (path.empty()) return root;
    if (const auto found = index_.find(path); found != index_.end()) return found->second;
    const std::uint32_t parent = add(base::parent_of(path));
    const auto index = static_cast<std::uint32_t>(folders_.size());
    folders_.push_back({path, base::path_id(path), parent});
    index_.emplace(path, index);
    return index;
  }

  /// For each folder, whether the layer hides what lower layers hold in it.
  [[nodiscard]] std::vector<bool> hidden_by(const LayerFacts& layer) const {
    std::vector<bool> hidden(folders_.size(), false);
    for (std::size_t i = 0; i < folders_.size(); ++i) {
      const Folder& folder = folders_[i];
      hidden[i] = (i != root && hidden[folder.parent]) || std::ranges::binary_search(layer.opaque, folder.path) ||
                  (i != root &&
                   (holds(layer.covers, folder.id) || std::ranges::binary_search(layer.whiteouts, folder.path)));
    }
    return hidden;
  }

 private:
  struct Folder {
    std::string_view path;
    PathId id = 0;
    std::uint32_t parent = root;
  };
  std::vector<Folder> folders_ = {{}};
  std::unordered_map<std::string_view, std::uint32_t> index_;
};

template <typename Item>
struct Seen {
  Item* item;
  std::uint32_t layer;
  std::uint32_t folder;
  PathId id;
};

template <typename Item>
bool is_hidden(const Seen<Item>& one, const LayerFacts& layer, const std::vector<bool>& hidden) {
  return hidden[one.folder] || holds(layer.covers, one.id) ||
         std::ranges::binary_search(layer.whiteouts, one.item->path);
}

template <typename Item>
void hide(std::vector<Seen<Item>>& seen, const LayerFacts& layer, const std::vector<bool>& hidden) {
  std::erase_if(seen, [&](const Seen<Item>& one) { return is_hidden(one, layer, hidden); });
}

/// Moves what is hidden to `gone`.
template <typename Item>
void bury(std::vector<Seen<Item>>& seen, std::vector<Seen<Item>>& gone, const LayerFacts& layer,
          const std::vector<bool>& hidden) {
  const auto first = std::stable_partition(seen.begin(), seen.end(),
                                           [&](const Seen<Item>& one) { return !is_hidden(one, layer, hidden); });
  gone.insert(gone.end(), first, seen.end());
  seen.erase(first, seen.end());
}

template <typename Item>
void show(std::vector<Seen<Item>>& seen, std::vector<Item>& items, std::uint32_t layer, Folders& folders) {
  std::string_view folder;  // that of most items is that of the one before
  std::uint32_t index = Folders::root;
  for (Item& item : items) {
    if (const std::string_view parent = base::parent_of(item.path); parent != folder) {
      folder = parent;
      index = folders.add(folder);
    }
    seen.push_back({&item, layer, index, base::path_id(item.path)});
  }
}

template <typename Item>
std::string_view path_of(const Seen<Item>& one) {
  return one.item->path;
}

/// Every layer's items are sorted: what is left of each is merged, two by two.
template <typename Item>
void sort_by_path(std::vector<Seen<Item>>& seen) {
  std::vector<std::size_t> bounds = {0};
  for (std::size_t i = 1; i < seen.size(); ++i) {
    if (path_of(seen[i]) < path_of(seen[i - 1])) bounds.push_back(i);
  }
  bounds.push_back(seen.size());
  const auto at = [&](std::size_t bound) { return seen.begin() + static_cast<std::ptrdiff_t>(bounds[bound]); };
  while (bounds.size() > 2) {
    std::vector<std::size_t> merged = {0};
    for (std::size_t i = 0; i + 1 < bounds.size(); i += 2) {
      const std::size_t end = std::min(i + 2, bounds.size() - 1);
      std::ranges::inplace_merge(at(i), at(i + 1), at(end), {}, path_of<Item>);
      merged.push_back(bounds[end]);
    }
    bounds = std::move(merged);
  }
}

}  // namespace

Overlay lay_over(std::span<LayerFacts> layers) {
  Folders folders;
  std::vector<Seen<model::FileFacts>> files;
  std::vector<Seen<model::FileFacts>> hidden_files;
  std::vector<Seen<model::ProgramFile>> programs;
  std::vector<Seen<model::NotableFile>> notable;
  std::vector<Seen<model::Secret>> secrets;
  std::vector<Seen<model::Secret>> deleted;
  for (std::uint32_t i = 0; i < layers.size(); ++i) {
    LayerFacts& layer = layers[i];
    if (i > 0) {
      const std::vector<bool> hidden = folders.hidden_by(layer);
      bury(files, hidden_files, layer, hidden);
      hide(programs, layer, hidden);
      hide(notable, layer, hidden);
      bury(secrets, deleted, layer, hidden);
    }
    show(files, layer.files, i, folders);
    show(programs, layer.programs, i, folders);
    show(notable, layer.notable, i, folders);
    show(secrets, layer.secrets, i, folders);
  }
  sort_by_path(files);
  sort_by_path(programs);
  sort_by_path(notable);
  Overlay overlay;
  for (const auto& one : files) overlay.files.push_back({one.item, one.layer});
  for (const auto& one : hidden_files) overlay.hidden.push_back({one.item, one.layer});
  for (const auto& one : programs) overlay.programs.push_back({one.item, one.layer});
  for (const auto& one : notable) overlay.notable.push_back({one.item, one.layer});
  for (const auto& one : secrets) overlay.secrets.push_back({one.item, one.layer, false});
  for (const auto& one : deleted) overlay.secrets.push_back({one.item, one.layer, true});
  std::ranges::stable_sort(overlay.secrets, {}, [](const Overlay::Secret& one) {
    return std::tuple(std::string_view(one.secret->path), one.layer);
  });
  return overlay;
}

}  // namespace doorman::derive
