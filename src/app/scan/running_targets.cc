// SPDX-License-Identifier: Apache-2.0
#include "app/scan/running_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace doorman::app {

using base::Digest;
using base::Error;
using base::ErrorCode;
using base::Result;

std::vector<ScanTarget> running_targets(const source::LocalImages& local) {
  std::map<Digest, ScanTarget> found;
  std::vector<ScanTarget> nameless;
  for (const model::LocalContainer& container : local.containers) {
    if (!container.running) continue;
    const auto digest = Digest::parse(container.image_id);
    if (!digest.ok()) {
      nameless.push_back({container.name.empty() ? container.id : container.name, "", "", std::nullopt,
                          "no engine's files say which image it runs"});
      continue;
    }
    ScanTarget& target = found[*digest];
    target.digest = *digest;
    if (target.name.empty()) target.name = container.image;
    target.problem = "no engine has it any more";
  }
  for (const model::LocalImage& image : local.images) {
    const auto target = found.find(image.digest);
    if (target == found.end()) continue;
    if (!image.names.empty()) target->second.name = image.names.front();
    if (target->second.target.empty()) target->second.target = image.target;
  }
  std::vector<ScanTarget> targets;
  for (auto& [digest, target] : found) {
    target.text = target.name.empty() ? digest.text() : target.name;
    if (!target.target.empty()) target.problem.clear();
    targets.push_back(std::move(target));
  }
  std::ranges::sort(targets, [](const ScanTarget& a, const ScanTarget& b) {
    return std::tie(a.text, a.digest) < std::tie(b.text, b.digest);
  });
  std::ranges::move(nameless, std::back_inserter(targets));
  return targets;
}

std::optional<ScanTarget> target_of_digest(const source::LocalImages& local, const Digest& digest) {
  for (const model::LocalImage& image : local.images) {
    const bool is_meant = image.digest == digest || std::ranges::find(image.aliases, digest) != image.aliases.end();
    if (!is_meant || image.target.empty()) continue;
    const std::string name = image.names.empty() ? std::string() : image.names.front();
    return ScanTarget{name.empty() ? image.digest.text() : name, image.target, name, image.digest, ""};
  }
  return std::nullopt;
}

Result<std::vector<ScanTarget>> scan_targets(const std::vector<std::string>& operands) {
  std::vector<ScanTarget> targets;
  for (const std::string& operand : operands) {
    const auto digest = Digest::parse(operand);
    if (operand != running_word && !digest.ok()) {
      targets.push_back({operand, operand, "", std::nullopt, ""});
      continue;
    }
    const source::LocalImages local = source::read_local_images(source::local_engine_folders());
    if (digest.ok()) {
      const ScanTarget as_named{operand, operand, "", std::nullopt, ""};
      targets.push_back(target_of_digest(local, *digest).value_or(as_named));
      continue;
    }
    for (const std::string& problem : local.problems) base::log(base::LogLevel::warning, problem);
    if (!local.knows_running) {
      return Error(ErrorCode::unsupported, "scan running: no control groups of version 2 tell what runs here");
    }
    std::ranges::move(running_targets(local), std::back_inserter(targets));
  }
  return targets;
}

}  // namespace doorman::app
