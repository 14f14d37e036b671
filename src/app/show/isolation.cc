// SPDX-License-Identifier: Apache-2.0
#include "app/show/isolation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <utility>

#include "app/policy/tell.h"
#include "app/runtime/judge.h"
#include "app/runtime/neighbours.h"
#include "app/show/knowledge.h"
#include "app/state.h"
#include "derive/compose.h"
#include "derive/isolation.h"
#include "derive/match.h"
#include "policy/alerter.h"
#include "sink/isolation.h"
#include "source/container/finder.h"
#include "source/host_machine.h"
#include "source/host_packages.h"

namespace doorman::app {
namespace {

using base::Result;
using model::Isolation;
using source::container::ContainerFinder;
using source::container::RunningContainer;
namespace options = cli::options;

/// Rules with one of these tags tell of a way out. A machine of its own keeps inside what the kernel or the host's
/// devices would let out; what is mounted into it leads where it led.
constexpr std::array<std::string_view, 3> inside_tags = {"privilege", "namespaces", "devices"};
constexpr std::string_view outside_tag = "mounts";

bool has_tag(const policy::Rule& rule, std::string_view tag) {
  return std::ranges::find(rule.tags, tag) != rule.tags.end();
}

void add_ways(policy::Alerter& rules, const model::AdmissionRequest& request, Isolation::Container& container) {
  for (const auto& match : rules.ask(model::AdmissionRecord(request), 0, std::chrono::nanoseconds(0))) {
    const bool inside =
        std::ranges::any_of(inside_tags, [&](std::string_view tag) { return has_tag(*match.rule, tag); });
    if (!match.rule->finds() || (!inside && !has_tag(*match.rule, outside_tag))) continue;
    container.ways.push_back({match.rule->name, match.output, match.rule->remediation, inside});
  }
}

derive::IsolatedContainer isolated(const RunningContainer& running, const model::AdmissionRequest& request,
                                   ContainerFinder& finder) {
  derive::IsolatedContainer made;
  made.container.who = resident_of(request);
  made.container.engine = request.container.engine;
  made.container.image_id = request.container.image_id;
  made.container.runs_as_root = request.uid == 0;
  made.container.host_users = request.host_users;
  if (auto namespaces = finder.namespaces(running.finding.group); namespaces.ok()) {
    made.namespaces = std::move(namespaces).value();
  }
  return made;
}

/// The running containers; what could not be read of them becomes a sentence.
Result<std::vector<Isolation::Container>> read_containers(const std::shared_ptr<const policy::Engine>& engine,
                                                          std::vector<std::string>& unknown) {
  DOORMAN_TRY(auto folders, source::container::EngineFolders::of_this_host());
  ContainerFinder finder(std::move(folders));
  DOORMAN_TRY(const auto running, finder.running(&unknown));
  std::vector<model::ImageWord> words;
  std::optional<policy::Alerter> rules;
  if (engine != nullptr) {
    words = engine->rules().images;
    rules.emplace(engine);
  }
  std::vector<derive::IsolatedContainer> containers;
  for (const RunningContainer& each : running) {
    const model::AdmissionRequest request = request_of_running(each, words);
    if (request.kind == "sandbox") continue;
    derive::IsolatedContainer made = isolated(each, request, finder);
    if (!each.finding.settings) {
      unknown.push_back(fmt::format("What {} may do: no bundle of it is there.",
                                    model::name_or_id(made.container.who.name, made.container.who.id)));
    } else if (rules) {
      add_ways(*rules, request, made.container);
    }
    containers.push_back(std::move(made));
  }
  return derive::isolation_of(containers);
}

Result<std::vector<Isolation::Ground>> read_grounds(const Database& database, std::vector<std::string>& unknown) {
  model::LayerFacts layer;
  DOORMAN_TRY(layer.files, source::read_package_status(""));
  if (std::ranges::none_of(layer.files, [](const auto& file) { return !file.packages.empty(); })) {
    unknown.emplace_back("Flaws of the kernel and the engines: only dpkg's packages are looked for.");
  }
  std::vector<model::LayerFacts> layers;
  layers.push_back(std::move(layer));
  const model::Inventory inventory =
      derive::compose({"host", model::Subject::Kind::host, std::nullopt, std::nullopt, false}, std::move(layers));
  return derive::grounds_of(source::kernel_release(), inventory, derive::match(inventory, database.reader()));
}

Result<std::string> told(const cli::ParsedCommand& command, const cli::Environment& environment) {
  DOORMAN_TRY(const auto state, open_state(command.get(options::state_dir), environment));
  DOORMAN_TRY(const Database database, Database::choose(command.get(options::db).value_or(""), state.path()));
  DOORMAN_TRY(const auto engine, open_admission_rules(command.get(options::rules)));
  Isolation isolation;
  DOORMAN_TRY(isolation.containers, read_containers(engine, isolation.unknown));
  DOORMAN_TRY(isolation.grounds, read_grounds(database, isolation.unknown));
  isolation.machine = source::host_machine("");
  if (database.info().built_in) {
    isolation.unknown.emplace_back(
        "Most flaws of the kernel and the engines: the database is the small snapshot of the program.");
  }
  if (command.get(options::policy_format) == cli::PolicyFormat::json) {
    return sink::isolation_json(isolation, database.info().date);
  }
  return sink::isolation_table(isolation, database.info().date, table_layout(command, environment));
}

}  // namespace

int report_isolation(const cli::ParsedCommand& command, const cli::Environment& environment) {
  const auto text = told(command, environment);
  return text.ok() ? tell(*text) : tell_failure(text.error());
}

}  // namespace doorman::app
