// SPDX-License-Identifier: Apache-2.0
#include "sink/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sink/packages.h"
#include "sink/summary.h"
#include "sink/table_findings.h"
#include "sink/table_page.h"
#include "sink/table_verdict.h"

namespace doorman::sink {
namespace {

using model::Inventory;

constexpr std::size_t most_notes = 10;

class Table {
 public:
  Table(const model::Report& report, const Options& options)
      : report_(report), inventory_(report.inventory), options_(options), page_(options) {}

  std::string write() {
    head();
    page_.end_line();
    write_findings(page_, report_);
    if (report_.verdict) write_verdict(page_, *report_.verdict);
    if (options_.all) owned();
    notes();
    return page_.take();
  }

 private:
  void head() {
    page_.put(cut_end(page_.clean(inventory_.target), page_.width(), page_.ellipsis()), Style::strong);
    page_.end_line();
    digest_line();
    if (inventory_.distribution) {
      system_line(*inventory_.distribution);
    } else {
      page_.line("System", "no distribution recognised");
    }
    layers_line();
    packages_line();
    programs_line();
    secrets_line();
    database_line();
  }

  void digest_line() {
    std::string text = inventory_.subject.digest().text();
    if (!inventory_.verified) text += " (not verified)";
    const Style style = inventory_.verified ? Style::plain : Style::warning;
    switch (inventory_.subject.kind()) {
      case model::Subject::Kind::image:
        return page_.line("Image", text, style);
      case model::Subject::Kind::root:
      case model::Subject::Kind::host:
        return page_.line("Content", text, Style::plain);
    }
  }

  void system_line(const model::Distribution& distribution) {
    const std::string name = page_.clean(name_of(distribution));
    const std::string until = page_.clean(inventory_.support.until);
    const auto with_date = [&](std::string_view before) {
      return until.empty() ? fmt::format("{}, {}", name, before) : fmt::format("{}, {} {}", name, before, until);
    };
    switch (inventory_.support.state) {
      case model::Support::State::unknown:
        return page_.line("System", name);
      case model::Support::State::supported:
        return page_.line("System", until.empty() ? name + ", supported" : with_date("supported until"));
      case model::Support::State::extended:
        return page_.line("System",
                          with_date(until.empty() ? "extended support only" : "extended support only until"),
                          Style::warning);
      case model::Support::State::ended:
        return page_.line("System", with_date(until.empty() ? "no longer supported" : "not supported since"),
                          Style::high);
    }
  }

  void layers_line() {
    std::uint64_t stored = 0, plain = 0, entries = 0;
    for (const model::LayerSummary& layer : inventory_.layers) {
      stored += layer.stored_bytes;
      plain += layer.plain_bytes;
      entries += layer.entries;
    }
    if (inventory_.subject.kind() != model::Subject::Kind::image) return page_.line("Files", grouped(entries));
    std::string text = grouped(inventory_.layers.size());
    if (stored != 0) text += fmt::format(", {} stored", size_text(stored));
    if (plain != 0) text += fmt::format(", {} unpacked", size_text(plain));
    if (entries != 0) text += fmt::format(", {}", plural(entries, "file"));
    page_.line("Layers", text);
  }

  void packages_line() {
    std::map<model::PackageType, std::uint64_t> by_type;
    const auto told = told_packages(inventory_, options_.all);
    for (const std::uint32_t index : told) ++by_type[inventory_.packages[index].package.type];
    std::vector<std::pair<model::PackageType, std::uint64_t>> ranked(by_type.begin(), by_type.end());
    std::ranges::sort(ranked, [](const auto& a, const auto& b) {
      return std::tie(b.second, a.first) < std::tie(a.second, b.first);
    });
    std::string text = grouped(told.size());
    for (const auto& [type, count] : ranked) {
      text += fmt::format("{}{} {}", &type == &ranked.front().first ? ": " : ", ", grouped(count),
                          model::to_text(type));
    }
    const std::size_t left_out = inventory_.packages.size() - told.size();
    if (left_out != 0) text += fmt::format(" (and {} that system packages own)", grouped(left_out));
    page_.line("Packages", text);
  }

  void programs_line() {
    if (inventory_.programs.empty()) return;
    std::uint64_t privileged = 0;
    for (const model::FoundProgram& program : inventory_.programs) {
      if (program.file.set_uid() || program.file.set_gid()) ++privileged;
    }
    std::string text = grouped(inventory_.programs.size());
    if (privileged != 0) text += fmt::format(", {} set-uid or set-gid", grouped(privileged));
    page_.line("Programs", text);
  }

  void secrets_line() {
    if (!inventory_.secrets_sought) return;
    const auto deleted =
        static_cast<std::uint64_t>(std::ranges::count(inventory_.secrets, true, &model::FoundSecret::deleted));
    std::string text = inventory_.secrets.empty() ? "none found" : grouped(inventory_.secrets.size());
    if (deleted != 0) text += fmt::format(", {} deleted again", grouped(deleted));
    page_.line("Secrets", text, inventory_.secrets.empty() ? Style::plain : Style::warning);
  }

  void database_line() {
    const model::DatabaseInfo& database = report_.database;
    if (database.sources.empty()) return page_.line("Database", "none: nothing was judged", Style::warning);
    std::string text = database.date ? base::format_date(*database.date) : "undated";
    if (database.built_in) text += " (built in)";
    for (const auto& source : database.sources) {
      text += (&source == &database.sources.front() ? ": " : ", ") + page_.clean(source.name);
    }
    page_.line("Database", text);
  }

  // --- the rest

  void owned() {
    bool first = true;
    for (std::uint32_t i = 0; i < inventory_.packages.size(); ++i) {
      if (!is_owned(inventory_, i)) continue;
      if (first) page_.title("Owned by system packages");
      first = false;
      const model::FoundPackage& found = inventory_.packages[i];
      page_.pad_to(2);
      page_.flow(page_.clean(fmt::format("{} {} ({}) in {}", found.package.name, found.package.version,
                                         model::to_text(found.package.type),
                                         inventory_.packages[found.owner].package.name)),
                 2);
      page_.end_line();
    }
  }

  void notes() {
    if (inventory_.notes.empty()) return;
    page_.title("Notes");
    const std::size_t all = inventory_.notes.size();
    const std::size_t told = options_.wide ? all : std::min(all, most_notes);
    for (std::size_t i = 0; i < told; ++i) {
      const model::Note& note = inventory_.notes[i];
      page_.pad_to(2);
      page_.flow(page_.clean(note.place + ": " + note.message), 4);
      page_.end_line();
    }
    if (told == all) return;
    page_.more_line(all - told);
  }

  const model::Report& report_;
  const Inventory& inventory_;
  const Options& options_;
  TablePage page_;
};

}  // namespace

base::Result<std::string> to_table(std::span<const model::Report> reports, const Options& options) {
  std::string text;
  for (const model::Report& report : reports) {
    if (!text.empty()) text += '\n';
    text += Table(report, options).write();
  }
  return text;
}

}  // namespace doorman::sink
