// SPDX-License-Identifier: Apache-2.0
#include "sink/table_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sink/packages.h"
#include "sink/summary.h"

namespace doorman::sink {
namespace {

using model::Finding;
using model::FixState;
using model::Inventory;
using model::Severity;

constexpr std::size_t id_lines = 2;  ///< of one severity, unless wide
constexpr std::size_t gap = 2;

std::string_view text_of(FixState state) {
  switch (state) {
    case FixState::fixed:
      return "fixed";
    case FixState::affected:
      return "no fix yet";
    case FixState::will_not_fix:
      return "won't be fixed";
    case FixState::end_of_life:
      return "end of life";
  }
  return "no fix yet";
}

class FindingsSection {
 public:
  FindingsSection(TablePage& page, const model::Report& report)
      : page_(page),
        options_(page.options()),
        report_(report),
        inventory_(report.inventory),
        groups_(group_findings(report)),
        counts_(count(groups_)) {}

  void write() {
    if (groups_.empty()) nothing_wrong();
    else findings();
  }

 private:
  void nothing_wrong() {
    std::string text;
    if (inventory_.packages.empty()) {
      text = "No packages found, so there is nothing to look up.";
    } else if (report_.database.sources.empty()) {
      text = "Not judged: there is no database.";
    } else if (report_.hidden != 0) {
      text = fmt::format("Nothing of the asked severity; {} not shown.", plural(report_.hidden, "lesser finding"));
    } else {
      text = fmt::format("No known vulnerabilities in {}.",
                         plural(told_packages(inventory_, options_.all).size(), "package"));
    }
    const bool good = !inventory_.packages.empty() && !report_.database.sources.empty();
    page_.flow(text, 0, good ? Style::good : Style::warning);
    page_.end_line();
    advice_line();
  }

  struct Place {
    std::string kind, path;
  };

  /// The texts of a group's first line.
  struct Row {
    const Group* group;
    std::string name, installed, fixed;
    Place place;
    bool many_versions = false;  ///< the flaws have different fixed versions: each is told with its own
  };

  [[nodiscard]] Row row_of(const Group& group) const {
    const model::FoundPackage& found = inventory_.packages[group.packages.front()];
    std::set<std::string> names;
    std::string name = page_.clean(found.package.name);
    names.insert(name);
    for (const std::uint32_t index : group.packages) {
      const std::string other = page_.clean(inventory_.packages[index].package.name);
      if (names.insert(other).second) name += ", " + other;
    }
    std::string fixed;
    bool many_versions = false;
    for (const Finding* finding : group.findings) {
      if (finding->fix != FixState::fixed) continue;
      fixed = fmt::format("{} {}", page_.arrow(), page_.clean(finding->upgrade_to));
      many_versions = many_versions || finding->fixed_version != finding->upgrade_to;
    }
    if (fixed.empty()) fixed = uniform_state(group);
    return {&group,           std::move(name), page_.clean(found.package.version),
            std::move(fixed), place_of(found), many_versions};
  }

  /// What a group without any fix says of itself.
  static std::string uniform_state(const Group& group) {
    const FixState state = group.findings.front()->fix;
    const bool same =
        std::ranges::all_of(group.findings, [&](const Finding* finding) { return finding->fix == state; });
    return std::string(same ? text_of(state) : "no fix");
  }

  [[nodiscard]] Place place_of(const model::FoundPackage& found) const {
    Place place{std::string(model::to_text(found.package.type)), ""};
    if (inventory_.subject.kind() == model::Subject::Kind::image && found.layer < inventory_.layers.size()) {
      place.kind += fmt::format(", layer {}", found.layer + 1);
    }
    switch (found.package.type) {
      case model::PackageType::deb:
      case model::PackageType::apk:
      case model::PackageType::rpm:
        return place;
      case model::PackageType::npm:
      case model::PackageType::pypi:
      case model::PackageType::golang:
      case model::PackageType::maven:
      case model::PackageType::gem:
      case model::PackageType::composer:
      case model::PackageType::cargo:
      case model::PackageType::nuget:
      case model::PackageType::generic:
        break;
    }
    if (found.paths.empty()) return place;
    std::string_view path = found.paths.front();
    constexpr std::string_view manifest = "/package.json";
    if (path.ends_with(manifest)) path.remove_suffix(manifest.size());
    if (found.paths.size() > 1) place.kind += fmt::format(", {} places", found.paths.size());
    place.path = page_.clean(path);
    return place;
  }

  void findings() {
    std::vector<Row> rows;
    rows.reserve(groups_.size());
    for (const Group& group : groups_) digits_ = std::max(digits_, std::to_string(group.findings.size()).size());
    std::size_t name_width = 0, installed_width = 0, fixed_width = 0;
    for (const Group& group : groups_) rows.push_back(row_of(group));
    for (const Row& row : rows) {
      const auto widen = [&](std::size_t& column, const std::string& text, std::size_t most) {
        const std::size_t width = display_width(text);
        if (width <= most) column = std::max(column, width);
      };
      widen(name_width, row.name, page_.width() / 3);
      widen(installed_width, row.installed, page_.width() / 4);
      widen(fixed_width, row.fixed, page_.width() / 4);
    }
    const std::size_t installed_column = 2 + name_width + gap;
    const std::size_t fixed_column = installed_column + installed_width + gap;
    for (const Row& row : rows) {
      page_.pad_to(2);
      page_.put(cut_end(row.name, page_.width() - 2, page_.ellipsis()), Style::strong);
      if (display_width(row.name) > name_width) page_.end_line();
      cell(row.installed, installed_column, Style::plain);
      const bool open = row.group->findings.front()->fix != FixState::fixed;
      cell(row.fixed, fixed_column,
           row.fixed.starts_with(page_.arrow()) ? Style::good
           : open                               ? Style::quiet
                                                : Style::plain);
      place_cell(row, fixed_column + fixed_width + gap);
      page_.end_line();
      severities(row);
    }
    page_.end_line();
    totals();
    advice_line();
  }

  /// A text at its column, or where there is no room on a line of its own.
  void cell(const std::string& text, std::size_t column, Style style) {
    const std::size_t width = display_width(text);
    const std::size_t start = std::max(column, page_.column() + gap);
    if (start + width > page_.width()) {
      if (page_.column() != 0) page_.end_line();
      page_.pad_to(6);
    } else {
      page_.pad_to(start);
    }
    page_.put(cut_end(text, page_.room(), page_.ellipsis()), style);
  }

  /// Type and layer, and as much of the path's end as there is room for; every path where all is told.
  void place_cell(const Row& row, std::size_t column) {
    constexpr std::size_t least_path = 12;
    const auto& paths = inventory_.packages[row.group->packages.front()].paths;
    page_.pad_to(column, gap);
    const std::string whole = row.place.path.empty() ? row.place.kind : row.place.kind + ", " + row.place.path;
    const std::size_t kind = display_width(row.place.kind);
    const bool fits = display_width(whole) <= page_.room();
    if (fits && (paths.size() == 1 || !options_.wide)) return page_.put(whole, Style::quiet);
    if (kind > page_.room()) return;
    page_.put(row.place.kind, Style::quiet);
    if (row.place.path.empty()) return;
    if (options_.wide) {
      for (const std::string& path : paths) {
        page_.end_line();
        page_.pad_to(4);
        page_.put(cut_start(page_.clean(path), page_.room(), page_.ellipsis()), Style::quiet);
      }
    } else if (least_path + 2 <= page_.room()) {
      page_.put(", " + cut_start(row.place.path, page_.room() - 2, page_.ellipsis()), Style::quiet);
    }
  }

  void severities(const Row& row) {
    std::map<std::pair<int, FixState>, std::vector<const Finding*>> lines;
    for (const Finding* finding : row.group->findings) {
      lines[{-static_cast<int>(finding->vulnerability.severity), finding->fix}].push_back(finding);
    }
    const std::size_t ids_column = 13 + digits_ + gap;
    for (const auto& [key, list] : lines) {
      const Severity severity = list.front()->vulnerability.severity;
      page_.pad_to(4);
      page_.put(model::to_text(severity), style_of(severity));
      page_.pad_to(13);
      page_.put(fmt::format("{:>{}}", list.size(), digits_), style_of(severity));
      page_.pad_to(ids_column);
      const std::string_view state = text_of(key.second);
      if (key.second != FixState::fixed && row.fixed != state) {
        page_.put(fmt::format("{}:", state), Style::quiet);
        page_.pad_to(0, 1);
      }
      ids(list, ids_column, row.many_versions);
      page_.end_line();
    }
  }

  /// The ids one after the other, from column `indent` on; what does not fit on id_lines lines is counted.
  void ids(const std::vector<const Finding*>& list, std::size_t indent, bool with_versions) {
    constexpr std::size_t room_for_more = 12;
    std::size_t lines = 1;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string id =
          cut_end(page_.clean(list[i]->vulnerability.id), page_.width() - indent, page_.ellipsis());
      const std::string remark = remark_of(*list[i], with_versions, page_.width() - indent - display_width(id));
      const bool last_line = !options_.wide && lines == id_lines;
      const std::size_t keep = last_line && i + 1 != list.size() ? room_for_more : 0;
      if (page_.column() > indent && display_width(id + remark) + gap + keep > page_.room()) {
        if (last_line) return more(list.size() - i, indent);
        page_.end_line();
        ++lines;
      }
      page_.pad_to(indent, i == 0 || page_.column() == 0 ? 0 : gap);
      const bool exploited = list[i]->vulnerability.known_exploited;
      page_.put(id, exploited ? Style::critical : Style::plain);
      page_.put(remark, exploited ? Style::critical : Style::quiet);
    }
  }

  void more(std::size_t count, std::size_t indent) {
    const std::string text = fmt::format("+{} more", count);
    if (text.size() + gap > page_.room()) page_.end_line();
    page_.pad_to(indent, page_.column() == 0 ? 0 : gap);
    page_.put(text, Style::quiet);
  }

  /// What stands behind an id: as much of it as has `room`.
  [[nodiscard]] std::string remark_of(const Finding& finding, bool with_version, std::size_t room) const {
    const std::string version = with_version && finding.fix == FixState::fixed
                                    ? fmt::format("{} {}", page_.arrow(), page_.clean(finding.fixed_version))
                                    : "";
    const std::string exploited = finding.vulnerability.known_exploited ? "exploited" : "";
    const std::string both = exploited + (exploited.empty() || version.empty() ? "" : ", ") + version;
    for (const std::string& remark : {both, exploited}) {
      if (!remark.empty() && display_width(remark) + 3 <= room) return fmt::format(" ({})", remark);
    }
    return "";
  }

  void totals() {
    page_.put(fmt::format("Total: {}", grouped(counts_.total)), Style::strong);
    std::uint64_t left = counts_.total;
    for (const Severity severity :
         {Severity::critical, Severity::high, Severity::medium, Severity::low, Severity::none, Severity::unknown}) {
      const std::uint64_t here = counts_.of(severity);
      if (here == 0) continue;
      const bool first = left == counts_.total;
      left -= here;
      part(first ? "(" : "", fmt::format("{} {}", model::to_text(severity), grouped(here)), left == 0 ? ")," : ",",
           style_of(severity));
    }
    part("", fmt::format("{} fixable", grouped(counts_.fixable)), report_.hidden != 0 ? ";" : "", Style::plain);
    if (report_.hidden != 0)
      part("", fmt::format("{} lesser not shown", grouped(report_.hidden)), "", Style::quiet);
    page_.end_line();
  }

  /// One part of the total, on the next line where there is no room.
  void part(std::string_view before, std::string_view text, std::string_view after, Style style) {
    if (1 + before.size() + text.size() + after.size() > page_.room()) page_.end_line();
    page_.pad_to(page_.column() == 0 ? 2 : page_.column() + 1);
    page_.put(before);
    page_.put(text, style);
    page_.put(after);
  }

  void advice_line() {
    const std::string text = advice(report_, groups_);
    if (text.empty()) return;
    page_.flow(page_.clean(text), 0, Style::strong);
    page_.end_line();
  }

  TablePage& page_;
  const Options& options_;
  const model::Report& report_;
  const Inventory& inventory_;
  std::vector<Group> groups_;
  Counts counts_;
  std::size_t digits_ = 1;  ///< of the largest number of one severity in one group
};

}  // namespace

void write_findings(TablePage& page, const model::Report& report) { FindingsSection(page, report).write(); }

}  // namespace doorman::sink
