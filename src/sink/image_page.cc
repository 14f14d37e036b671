// SPDX-License-Identifier: Apache-2.0
#include "sink/image_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text.h"
#include "sink/age.h"
#include "sink/container_parts.h"
#include "sink/host_images.h"
#include "sink/summary.h"
#include "sink/table_page.h"
#include "sink/table_verdict.h"

namespace doorman::sink {
namespace {

using model::ImagePage;
using model::ImageState;

constexpr std::size_t indent = 2, gap = 2;
/// Of a list, unless --wide.
constexpr std::size_t most_flaws = 20, most_in_use = 10, most_containers = 10, most_programs = 20,
                      most_admissions = 10, most_past = 10;

std::string use_text(const model::FileUse& use) {
  const std::string_view how = model::to_text(use.how);
  if (use.first == 0) return fmt::format("{} before the log", how);
  return fmt::format("{} {}", how, second_time(use.first));
}

class PageWriter {
 public:
  PageWriter(const ImagePage& told, base::Time now, const Options& options)
      : told_(told), now_(now), page_(options) {}

  std::string write() {
    page_.put(page_.clean(title_of(told_.image)), Style::strong);
    page_.end_line();
    identity();
    if (told_.scan) {
      content();
      if (told_.scan->verdict) verdict();
      flaws();
      in_use();
    }
    containers();
    programs();
    put_peers(page_, told_.together);
    put_findings(page_, told_.together);
    if (told_.together.not_kept != 0) page_.more_line(told_.together.not_kept);
    admissions();
    past();
    page_.sentences("Not known", told_.unknown);
    return page_.take();
  }

 private:
  void line(std::string_view label, const std::string& text, Style style = Style::plain) {
    if (!text.empty()) page_.line(label, page_.clean(text), style);
  }

  void identity() {
    const model::ImageOverview& image = told_.image;
    line("Digest", image.digest.hex());
    if (image.names.size() > 1) line("Names", base::join({image.names.begin() + 1, image.names.end()}, ", "));
    line("Was", base::join(image.former_names, ", "));
    line("Engine", base::join(image.engines, ", "));
    line("State", state_text(), image.state == ImageState::stale ? Style::warning : Style::plain);
    if (image.created) {
      line("Created", fmt::format("{} ({} old)", base::format_date(*image.created), age_text(image.created, now_)));
    }
    if (image.base) line("Base", base_text(*image.base));
    if (image.children != 0) line("Base of", plural(image.children, "image") + " here");
  }

  [[nodiscard]] std::string state_text() const {
    const model::ImageOverview& image = told_.image;
    if (!image.stored && image.containers == 0) return "no engine here has it";
    std::string text(told_.knows_running ? model::to_text(image.state) : "not known");
    if (!image.running.empty()) text += ": " + base::join(image.running, ", ");
    else if (image.containers != 0) text += fmt::format(", {}", plural(image.containers, "container"));
    if (image.replaced_by) text += fmt::format("; its name leads to {} now", image.replaced_by->brief());
    if (!image.stored) text += "; no engine has the image any more";
    return text;
  }

  [[nodiscard]] std::string base_text(const model::ImageBase& base) const {
    std::string text = base.name;
    const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
    if (base.digest) add(base.digest->brief());
    if (base.created) {
      add(fmt::format("{}{} ({} old)", base.digest ? "" : "lowest layer of ", base::format_date(*base.created),
                      age_text(base.created, now_)));
    }
    if (base.replaced) add("a newer image has its name here");
    return text;
  }

  void content() {
    const model::Inventory& inventory = told_.scan->inventory;
    if (inventory.distribution) line("System", system_text(inventory));
    std::map<std::string_view, std::uint64_t> types;
    for (const model::FoundPackage& package : inventory.packages) ++types[model::to_text(package.package.type)];
    std::vector<std::string> parts;
    parts.reserve(types.size());
    for (const auto& [type, count] : types) parts.push_back(fmt::format("{} {}", grouped(count), type));
    std::string packages = plural(inventory.packages.size(), "package");
    if (!parts.empty()) packages += fmt::format(" ({})", base::join(parts, ", "));
    std::uint64_t bytes = 0;
    for (const model::LayerSummary& layer : inventory.layers) bytes += layer.plain_bytes;
    std::string rest = fmt::format("{}, {}", plural(inventory.programs.size(), "program"),
                                   plural(inventory.layers.size(), "layer"));
    if (bytes != 0) rest += ", " + size_text(bytes);
    line("Content", packages + ", " + rest);
    if (inventory.config) line("Starts", start_text(*inventory.config));
    if (inventory.secrets_sought && !inventory.secrets.empty())
      line("Secrets", plural(inventory.secrets.size(), "secret"), Style::warning);
  }

  static std::string system_text(const model::Inventory& inventory) {
    std::string text = name_of(*inventory.distribution);
    const model::Support& support = inventory.support;
    switch (support.state) {
      case model::Support::State::unknown:
        return text;
      case model::Support::State::supported:
        return text + (support.until.empty() ? ", supported" : ", supported until " + support.until);
      case model::Support::State::extended:
        return text + ", extended support" + (support.until.empty() ? "" : " until " + support.until);
      case model::Support::State::ended:
        return text + ", no longer supported" + (support.until.empty() ? "" : " since " + support.until);
    }
    return text;
  }

  static std::string start_text(const model::ImageConfig& config) {
    std::vector<std::string> words = config.entrypoint;
    words.insert(words.end(), config.cmd.begin(), config.cmd.end());
    const std::string who = config.starts_as_root() ? "as root" : "as " + config.user;
    return words.empty() ? who : fmt::format("{}: {}", who, base::join(words, " "));
  }

  void verdict() {
    write_verdict(page_, *told_.scan->verdict);
    if (told_.verdict_database && told_.verdict_database != told_.scan->database.date) {
      page_.pad_to(indent);
      page_.flow(fmt::format("judged with the database of {}; the flaws below are of {}",
                             base::format_date(*told_.verdict_database),
                             told_.scan->database.date ? base::format_date(*told_.scan->database.date) : "another"),
                 indent, Style::quiet);
      page_.end_line();
    }
  }

  using Row = std::array<std::pair<std::string, Style>, 6>;

  Row row_of(const model::Finding& finding) {
    const model::Package& package = told_.scan->inventory.packages[finding.package].package;
    const model::PackageInUse* const use = told_.use_of(finding.package);
    const std::string fix =
        finding.fix == model::FixState::fixed ? finding.fixed_version : std::string(model::to_text(finding.fix));
    return {std::pair(page_.clean(finding.vulnerability.id), Style::plain),
            std::pair(std::string(model::to_text(finding.vulnerability.severity)) +
                          (finding.vulnerability.known_exploited ? "!" : ""),
                      sink::style_of(finding.vulnerability.severity)),
            std::pair(page_.clean(package.name), Style::plain),
            std::pair(page_.clean(package.version), Style::quiet),
            std::pair(page_.clean(fix), finding.fix == model::FixState::fixed ? Style::good : Style::quiet),
            std::pair(use == nullptr ? std::string("-") : std::string(model::to_text(use->use.how)), Style::plain)};
  }

  /// Versions and names may be of any length: the longest of them gives way first.
  void narrow(std::array<std::size_t, std::tuple_size_v<Row>>& widths) const {
    constexpr std::size_t least = 8;
    const std::size_t gaps = indent + gap * (widths.size() - 1);
    while (gaps + std::accumulate(widths.begin(), widths.end(), std::size_t{0}) > page_.width()) {
      const auto longest = std::max_element(widths.begin() + 2, widths.begin() + 5);
      if (*longest <= least) return;
      --*longest;
    }
  }

  void put_rows(const std::vector<Row>& rows) {
    std::array<std::size_t, std::tuple_size_v<Row>> widths{};
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i].first));
    }
    if (!page_.options().wide) narrow(widths);
    for (const Row& row : rows) {
      std::size_t column = indent;
      for (std::size_t i = 0; i < row.size(); ++i) {
        page_.pad_to(column);
        page_.put(cut_end(row[i].first, widths[i], page_.ellipsis()), row[i].second);
        column += widths[i] + gap;
      }
      page_.end_line();
    }
  }

  void flaws() {
    page_.title("Flaws");
    const std::string of = told_.scan->database.date ? base::format_date(*told_.scan->database.date) : "no date";
    line("All", fmt::format("{}; by the database of {}", flaws_text(told_.image.flaws), of));
    if (told_.image.flaws.total() == 0) return;
    line("Fixable", flaws_text(told_.image.fixable));
    std::vector<Row> rows;
    const auto& findings = told_.scan->findings;
    const std::size_t shown = page_.options().wide ? findings.size() : std::min(findings.size(), most_flaws);
    constexpr std::array<std::string_view, 6> names = {"FLAW", "SEVERITY", "PACKAGE", "VERSION", "FIX", "IN USE"};
    Row heading;
    for (std::size_t i = 0; i < names.size(); ++i) heading[i] = {std::string(names[i]), Style::strong};
    rows.push_back(heading);
    for (std::size_t i = 0; i < shown; ++i) rows.push_back(row_of(findings[i]));
    put_rows(rows);
    if (shown < findings.size()) page_.more_line(findings.size() - shown);
  }

  void in_use() {
    if (told_.in_use.empty()) return;
    page_.title(fmt::format("In use: {} of {}", grouped(told_.in_use.size()),
                            plural(told_.scan->inventory.packages.size(), "package")));
    const std::size_t shown =
        page_.options().wide ? told_.in_use.size() : std::min(told_.in_use.size(), most_in_use);
    for (std::size_t i = 0; i < shown; ++i) {
      const model::PackageInUse& each = told_.in_use[i];
      const model::Package& package = told_.scan->inventory.packages[each.package].package;
      page_.pad_to(indent);
      page_.put(page_.clean(package.name), Style::strong);
      page_.flow_on(page_.clean(fmt::format("{} /{}, {}", package.version, each.path, use_text(each.use))),
                    2 * indent);
      page_.end_line();
    }
    if (shown < told_.in_use.size()) page_.more_line(told_.in_use.size() - shown);
  }

  void containers() {
    if (told_.containers.empty() && told_.histories.empty()) return;
    page_.title("Containers");
    std::vector<std::pair<std::string, std::string>> rows;
    for (const model::LocalContainer& each : told_.containers) {
      const model::ContainerHistory* const history = history_of(each.id);
      std::string text = each.running ? "runs" : "stopped";
      if (history != nullptr && history->records.count != 0) text += ", seen " + life_text(*history);
      rows.emplace_back(model::name_or_id(each.name, each.id), text);
    }
    for (const model::ContainerHistory* history : told_.histories) {
      if (is_local(history->container.id)) continue;
      const model::Container& container = history->container;
      rows.emplace_back(model::name_or_id(container.name, container.id), life_text(*history));
    }
    const std::size_t shown = page_.options().wide ? rows.size() : std::min(rows.size(), most_containers);
    for (std::size_t i = 0; i < shown; ++i) {
      page_.pad_to(indent);
      page_.put(page_.clean(rows[i].first), Style::strong);
      page_.flow_on(page_.clean(rows[i].second), 2 * indent);
      page_.end_line();
    }
    if (shown < rows.size()) page_.more_line(rows.size() - shown);
    if (told_.histories.empty()) return;
    page_.pad_to(indent);
    page_.put("all together: ", Style::quiet);
    put_counts(page_, told_.together);
    page_.end_line();
  }

  [[nodiscard]] bool is_local(const std::string& id) const {
    return std::ranges::find(told_.containers, id, &model::LocalContainer::id) != told_.containers.end();
  }
  [[nodiscard]] const model::ContainerHistory* history_of(const std::string& id) const {
    const auto found = std::ranges::find_if(
        told_.histories, [&](const model::ContainerHistory* each) { return each->container.id == id; });
    return found == told_.histories.end() ? nullptr : *found;
  }

  void programs() {
    if (told_.programs.empty()) return;
    page_.title("Programs");
    const std::size_t all = told_.programs.size();
    const std::size_t shown = page_.options().wide ? all : std::min(all, most_programs);
    for (std::size_t i = 0; i < shown; ++i) {
      const model::ProgramSeen& each = told_.programs[i];
      const std::string times = times_text({each.count, each.first, each.last});
      const std::size_t taken = display_width(times) + 2 * gap;
      const std::size_t room = page_.width() > taken + 12 ? page_.width() - taken : 12;
      page_.pad_to(indent);
      page_.put(cut_start(page_.clean(each.path), room, page_.ellipsis()));
      page_.pad_to(0, gap);
      page_.put(times, Style::quiet);
      page_.end_line();
    }
    if (shown < all) page_.more_line(all - shown);
  }

  void admissions() {
    if (told_.admissions.empty()) return;
    page_.title("At the runtime's door");
    const std::size_t all = told_.admissions.size();
    const std::size_t shown = page_.options().wide ? all : std::min(all, most_admissions);
    for (std::size_t i = all - shown; i < all; ++i) {
      const model::AdmissionTold& each = told_.admissions[i];
      std::vector<std::string> names;
      names.reserve(each.rules.size());
      for (const auto& rule : each.rules) names.push_back(rule.name);
      std::string text = fmt::format("{} {}", base::format_time(each.time), each.container);
      if (!names.empty()) text += ": " + base::join(names, ", ");
      if (!each.problem.empty()) text += ": " + each.problem;
      const bool refused = each.decision == model::Decision::deny && !each.broken_glass;
      line(each.broken_glass ? "broken"
           : refused         ? "refused"
                             : "told",
           text, refused ? Style::critical : Style::warning);
    }
    if (shown < all) page_.more_line(all - shown);
  }

  /// What the history alone knows; the rest stands above.
  void past() {
    if (!told_.past) return;
    const model::ImagePast& past = *told_.past;
    page_.title("Remembered");
    line("Seen", fmt::format("{} to {}", second_time(past.first), second_time(past.last)));
    const std::size_t scans = page_.options().wide ? past.scans.size() : std::min(past.scans.size(), most_past);
    for (std::size_t i = past.scans.size() - scans; i < past.scans.size(); ++i) {
      const model::PastScan& each = past.scans[i];
      line("Scanned", fmt::format("{}: {}", second_time(each.first), flaws_text(each.flaws)));
    }
    const std::size_t verdicts =
        page_.options().wide ? past.verdicts.size() : std::min(past.verdicts.size(), most_past);
    for (std::size_t i = 0; i < verdicts; ++i) {
      const model::PastVerdict& each = past.verdicts[i];
      line(model::to_text(each.door),
           fmt::format("{}{}, {}", each.rule, each.refused ? ": refused" : "", times_text(each.times)));
    }
    if (verdicts < past.verdicts.size()) page_.more_line(past.verdicts.size() - verdicts);
  }

  const ImagePage& told_;
  base::Time now_;
  TablePage page_;
};

}  // namespace

std::string image_page_table(const ImagePage& page, base::Time now, const Options& options) {
  return PageWriter(page, now, options).write();
}

}  // namespace doorman::sink
