// SPDX-License-Identifier: Apache-2.0
#include "derive/host_images.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "model/container.h"

namespace doorman::derive {
namespace {

using base::Digest;
using model::FlawCounts;
using model::HostImages;
using model::ImageOverview;
using model::ImageState;
using model::LocalContainer;
using model::LocalImage;
using model::RebuildStep;

constexpr std::string_view base_label = "org.opencontainers.image.base.name";

/// By what two findings are the same flaw.
using FlawKey = std::pair<std::string_view, std::string_view>;

FlawKey key_of(const model::Inventory& inventory, const model::Finding& finding) {
  const model::Package& package = inventory.packages[finding.package].package;
  const std::string& name = package.source_name.empty() ? package.name : package.source_name;
  return {finding.vulnerability.id, name};
}

bool is_fixable(const model::Finding& finding) { return finding.fix == model::FixState::fixed; }

void add_once(std::vector<std::string>& list, const std::string& text) {
  if (!text.empty() && std::ranges::find(list, text) == list.end()) list.push_back(text);
}

class Join {
 public:
  explicit Join(const HostFacts& facts) : facts_(facts) {}

  HostImages run() {
    host_.knows_running = facts_.knows_running;
    for (const LocalImage& image : facts_.images) add_image(image);
    for (const LocalContainer& container : facts_.containers) add_container(container);
    for (auto& [digest, each] : known_) finish(each);
    for (auto& [digest, each] : known_) settle_base(each);
    for (auto& [digest, each] : known_) add_steps(each);
    for (auto& [digest, each] : known_) host_.images.push_back(std::move(each.overview));
    std::ranges::sort(host_.images, [](const ImageOverview& a, const ImageOverview& b) {
      const auto runs = [](const ImageOverview& each) { return each.running.empty(); };
      return std::forward_as_tuple(runs(a), a.names.empty(), a.names, a.digest) <
             std::forward_as_tuple(runs(b), b.names.empty(), b.names, b.digest);
    });
    for (auto& [key, step] : steps_) host_.steps.push_back(finished(std::move(step)));
    std::ranges::sort(host_.steps, [](const RebuildStep& a, const RebuildStep& b) {
      return std::tie(b.clears, a.name, a.image, a.action) < std::tie(a.clears, b.name, b.image, b.action);
    });
    return std::move(host_);
  }

 private:
  struct Known {
    explicit Known(Digest digest) : overview(digest) {}
    ImageOverview overview;
    const LocalImage* image = nullptr;
    bool has_stale_container = false;
    const Known* base = nullptr;
  };

  Known& known(const Digest& digest) { return known_.try_emplace(digest, digest).first->second; }

  void add_image(const LocalImage& image) {
    Known& each = known(image.digest);
    each.image = &image;
    each.overview.stored = true;
    add_once(each.overview.engines, image.engine);
    for (const std::string& name : image.names) {
      add_once(each.overview.names, name);
      leads_to_.insert_or_assign({image.engine, name}, image.digest);
    }
    for (const std::string& name : image.former_names) add_once(each.overview.former_names, name);
  }

  /// Of the same engine: each has names of its own.
  [[nodiscard]] const Digest* where_leads(const std::string& engine, const std::string& name) const {
    const auto found = leads_to_.find({engine, name});
    return found == leads_to_.end() ? nullptr : &found->second;
  }

  void add_container(const LocalContainer& container) {
    const auto digest = Digest::parse(container.image_id);
    if (!digest.ok()) {
      if (container.running) ++host_.nameless_running;
      return;
    }
    Known& each = known(*digest);
    ++each.overview.containers;
    add_once(each.overview.engines, container.engine);
    if (!each.overview.stored) add_once(each.overview.names, container.image);
    if (!container.running) return;
    add_once(each.overview.running, std::string(model::name_or_id(container.name, container.id)));
    const Digest* const now = where_leads(container.engine, container.image);
    if (now == nullptr || *now == *digest) return;
    each.has_stale_container = true;
    add_once(each.overview.former_names, container.image);
    each.overview.replaced_by = *now;
  }

  void finish(Known& each) {
    ImageOverview& overview = each.overview;
    std::ranges::sort(overview.names);
    std::ranges::sort(overview.running);
    std::ranges::sort(overview.former_names);
    std::erase_if(overview.former_names, [&](const std::string& name) {
      return std::ranges::find(overview.names, name) != overview.names.end();
    });
    if (overview.names.empty() && !overview.replaced_by && each.image != nullptr) {
      for (const std::string& name : overview.former_names) {
        if (const Digest* now = where_leads(each.image->engine, name); now != nullptr) overview.replaced_by = *now;
      }
    }
    const bool runs = !overview.running.empty();
    if (runs) {
      const bool stale = each.has_stale_container || (overview.replaced_by && overview.names.empty());
      overview.state = stale ? ImageState::stale : ImageState::running;
    } else if (overview.replaced_by) {
      overview.state = ImageState::superseded;
    } else {
      overview.state = overview.containers == 0 ? ImageState::unused : ImageState::stopped;
    }
    const auto scan = facts_.scanned.find(overview.digest);
    if (scan != facts_.scanned.end()) {
      overview.scanned = true;
      overview.flaws = count_flaws(*scan->second.inventory, scan->second.findings, false);
      overview.fixable = count_flaws(*scan->second.inventory, scan->second.findings, true);
    }
    if (const model::ImageConfig* config = config_of(each)) overview.created = meant_date(config->created);
  }

  [[nodiscard]] const model::ImageConfig* config_of(const Known& each) const {
    if (each.image != nullptr) return &each.image->config;
    const auto scan = facts_.scanned.find(each.overview.digest);
    if (scan == facts_.scanned.end() || !scan->second.inventory->config) return nullptr;
    return &*scan->second.inventory->config;
  }

  void settle_base(Known& each) {
    const model::ImageConfig* const config = config_of(each);
    if (config == nullptr || config->diff_ids.empty()) return;
    std::size_t longest = 0;
    for (auto& [digest, other] : known_) {
      if (other.image == nullptr) continue;
      const auto& lower = other.image->config.diff_ids;
      if (lower.size() <= longest || lower.size() >= config->diff_ids.size()) continue;
      if (!std::equal(lower.begin(), lower.end(), config->diff_ids.begin())) continue;
      longest = lower.size();
      each.base = &other;
    }
    model::ImageBase base;
    if (each.base != nullptr) {
      ++known_.at(each.base->overview.digest).overview.children;
      base.digest = each.base->overview.digest;
      base.created = each.base->overview.created;
      base.replaced = each.base->overview.replaced_by.has_value();
      base.name = name_of(*each.base);
    } else {
      if (const std::string* const label = model::find_label(config->labels, base_label)) base.name = *label;
      if (const model::BuildStep* step = config->step_of_layer(0)) base.created = meant_date(step->created);
    }
    if (base.digest || base.created || !base.name.empty()) each.overview.base = std::move(base);
  }

  static std::string name_of(const Known& each) {
    if (!each.overview.names.empty()) return each.overview.names.front();
    return each.overview.former_names.empty() ? std::string() : each.overview.former_names.front();
  }

  void add_steps(const Known& each) {
    const auto scan = facts_.scanned.find(each.overview.digest);
    if (each.overview.running.empty() || scan == facts_.scanned.end()) return;
    if (each.overview.state == ImageState::stale && each.overview.replaced_by)
      return add_recreation(each, scan->second);
    const model::Inventory& inventory = *scan->second.inventory;
    std::set<FlawKey> seen;
    for (const model::Finding& finding : scan->second.findings) {
      if (!is_fixable(finding) || !seen.insert(key_of(inventory, finding)).second) continue;
      const Known& owner = owner_of(each, inventory, finding);
      RebuildStep& step = step_of(owner, RebuildStep::Action::rebuild, each);
      step.clears.add(finding.vulnerability);
      // What lies between the two is rebuilt on the way.
      for (const Known* above = &each; above != &owner; above = above->base) {
        const std::string name = name_of(*above);
        add_once(step.then, name.empty() ? above->overview.digest.brief() : name);
      }
    }
  }

  /// The lowest image of the chain that has the layer which brought the package.
  [[nodiscard]] static const Known& owner_of(const Known& each, const model::Inventory& inventory,
                                             const model::Finding& finding) {
    const std::uint32_t layer = inventory.packages[finding.package].layer;
    const Known* owner = &each;
    const bool told = each.image != nullptr && inventory.layers.size() == each.image->config.diff_ids.size();
    while (told && owner->base != nullptr && layer < owner->base->image->config.diff_ids.size())
      owner = owner->base;
    return *owner;
  }

  void add_recreation(const Known& each, const ScannedImage& scan) {
    const auto successor = facts_.scanned.find(*each.overview.replaced_by);
    std::set<FlawKey> left;
    if (successor != facts_.scanned.end()) {
      for (const model::Finding& finding : successor->second.findings)
        left.insert(key_of(*successor->second.inventory, finding));
    }
    std::set<FlawKey> seen;
    for (const model::Finding& finding : scan.findings) {
      const FlawKey key = key_of(*scan.inventory, finding);
      if (!is_fixable(finding) || !seen.insert(key).second) continue;
      // Of a successor that nobody scanned it is not known what it repairs; it is told all the same.
      RebuildStep& step = step_of(each, RebuildStep::Action::recreate, each);
      step.compared = successor != facts_.scanned.end();
      if (step.compared && !left.contains(key)) step.clears.add(finding.vulnerability);
    }
  }

  RebuildStep& step_of(const Known& target, RebuildStep::Action action, const Known& loser) {
    const auto key = std::pair(target.overview.digest, action);
    RebuildStep& step = steps_.try_emplace(key, RebuildStep(target.overview.digest)).first->second;
    step.action = action;
    step.name = name_of(target);
    if (std::ranges::find(step.images, loser.overview.digest) == step.images.end()) {
      step.images.push_back(loser.overview.digest);
      for (const std::string& name : loser.overview.running) add_once(step.containers, name);
    }
    return step;
  }

  static RebuildStep finished(RebuildStep step) {
    std::ranges::sort(step.containers);
    std::ranges::sort(step.then);
    return step;
  }

  const HostFacts& facts_;
  HostImages host_;
  std::map<Digest, Known> known_;
  std::map<std::pair<std::string, std::string>, Digest> leads_to_;  // engine and name
  std::map<std::pair<Digest, RebuildStep::Action>, RebuildStep> steps_;
};

}  // namespace

FlawCounts count_flaws(const model::Inventory& inventory, std::span<const model::Finding> findings,
                       bool only_fixable) {
  FlawCounts counts;
  std::set<FlawKey> seen;
  for (const model::Finding& finding : findings) {
    if (only_fixable && !is_fixable(finding)) continue;
    if (seen.insert(key_of(inventory, finding)).second) counts.add(finding.vulnerability);
  }
  return counts;
}

std::optional<base::Time> meant_date(std::optional<base::Time> date) {
  using std::chrono::sys_days, std::chrono::year;
  if (date && *date < sys_days(year(2000) / 1 / 1)) return std::nullopt;
  return date;
}

HostImages host_images(const HostFacts& facts) { return Join(facts).run(); }

}  // namespace doorman::derive
