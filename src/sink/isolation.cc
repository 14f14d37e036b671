// SPDX-License-Identifier: Apache-2.0
#include "sink/isolation.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/text.h"
#include "model/container.h"
#include "sink/age.h"
#include "sink/host_images.h"
#include "sink/table_page.h"

namespace doorman::sink {
namespace {

using model::Isolation;

std::string_view name_of(const Isolation::Container& container) {
  return model::name_or_id(container.who.name, container.who.id);
}

std::string ground_text(const Isolation::Ground& ground) {
  if (ground.package.empty()) return ground.version + ", no package's: its flaws are not known";
  std::string text = fmt::format("{}: {}", ground.version, flaws_text(ground.flaws));
  if (ground.flaws.total() == 0) return fmt::format("{}: no known flaw", ground.version);
  text += fmt::format(", {} repaired by an update", grouped(ground.fixable.total()));
  if (!ground.worst.empty()) text += fmt::format(" ({})", base::join(ground.worst, ", "));
  return text;
}

Style style_of(const Isolation::Ground& ground) {
  if (ground.package.empty()) return Style::warning;
  if (ground.flaws.exploited + ground.flaws.critical != 0) return Style::critical;
  if (ground.flaws.high != 0) return Style::high;
  return ground.flaws.total() == 0 ? Style::good : Style::plain;
}

std::string machine_text(const Isolation::Machine& machine) {
  std::string text = machine.is_virtual ? "virtual" : "not virtual, as far as it says";
  text += machine.can_run_machines ? "; can run others (/dev/kvm)" : "; cannot run others (no /dev/kvm)";
  text += machine.runtimes.empty() ? "; no runtime here gives containers machines of their own"
                                   : "; such runtimes are here: " + base::join(machine.runtimes, ", ");
  return text;
}

std::string head_text(const Isolation::Container& container) {
  std::vector<std::string> parts;
  if (!container.who.image.empty()) parts.push_back(container.who.image);
  parts.push_back(container.who.trust ? fmt::format("trust {}", *container.who.trust) : "trust not known");
  parts.emplace_back(!container.runs_as_root               ? "not root"
                     : container.host_users.value_or(true) ? "root"
                                                           : "root of its own users");
  return base::join(parts, ", ");
}

/// What is closed, and for whom.
std::string closes_text(const Isolation::Container& container) {
  std::vector<std::string> closed;
  for (const Isolation::Way& way : container.ways) {
    if (way.closed_by_machine) closed.push_back(way.rule);
  }
  const std::string kernel = "the shared kernel";
  return closed.empty() ? kernel : kernel + "; " + base::join(closed, "; ");
}

/// What leads out of the machine as well.
std::string leaves_text(const Isolation::Container& container) {
  std::vector<std::string> left;
  for (const Isolation::Way& way : container.ways) {
    if (!way.closed_by_machine) left.push_back(way.rule);
  }
  for (const Isolation::Tie& tie : container.ties) {
    if (tie.by.starts_with('/')) left.push_back(fmt::format("{} with {}", tie.by, tie.name));
  }
  return base::join(left, "; ");
}

class IsolationTable {
 public:
  IsolationTable(const Isolation& isolation, std::optional<base::Time> database, const Options& options)
      : isolation_(isolation), database_(database), page_(options) {}

  std::string write() {
    page_.put("What holds the containers apart", Style::strong);
    page_.end_line();
    for (const Isolation::Ground& ground : isolation_.grounds) ground_line(ground);
    line("Machine", machine_text(isolation_.machine));
    line("Database", database_ ? base::format_date(*database_) : "no date", Style::quiet);
    line("Runs", isolation_.containers.empty()
                     ? "no container"
                     : plural(isolation_.containers.size(), "container") + " on one kernel");
    for (const Isolation::Container& each : isolation_.containers) container(each);
    page_.sentences("Not known", isolation_.unknown);
    return page_.take();
  }

 private:
  void line(std::string_view label, const std::string& text, Style style = Style::plain) {
    page_.line(label, page_.clean(text), style);
  }

  /// The kernel, then a line for each of the others under one label.
  void ground_line(const Isolation::Ground& ground) {
    const std::size_t number = static_cast<std::size_t>(&ground - isolation_.grounds.data());
    if (number == 0) {
      line("Kernel", ground_text(ground), style_of(ground));
    } else {
      line(number == 1 ? "Programs" : "", ground.name + " " + ground_text(ground), style_of(ground));
    }
  }

  void container(const Isolation::Container& each) {
    page_.title(page_.clean(name_of(each)));
    line("Is", head_text(each));
    for (const Isolation::Way& way : each.ways) line("Leads out", way.rule + ": " + way.output, Style::critical);
    for (const Isolation::Tie& tie : each.ties)
      line("Shares", fmt::format("{} with {}", tie.by, tie.name), Style::warning);
    beside(each);
    if (each.neighbours == 0) return;
    line("A machine", "of its own would close " + closes_text(each), Style::good);
    if (const std::string left = leaves_text(each); !left.empty()) line("", "and leave " + left, Style::quiet);
  }

  void beside(const Isolation::Container& each) {
    std::string text = plural(each.neighbours, "neighbour");
    if (!each.ways.empty() && each.neighbours != 0) text += ", all of them within its reach by the host";
    if (each.farthest)
      text += fmt::format("; farthest in trust: {}, {} apart", each.farthest->name, each.farthest->distance);
    line("Beside", text);
  }

  const Isolation& isolation_;
  std::optional<base::Time> database_;
  TablePage page_;
};

void write_ground(base::JsonWriter& json, const Isolation::Ground& ground) {
  json.begin_object();
  json.member("name", ground.name);
  json.member("version", base::printable(ground.version));
  if (!ground.package.empty()) {
    json.member("package", base::printable(ground.package));
    write_counts(json, "flaws", ground.flaws);
    write_counts(json, "fixable", ground.fixable);
    write_texts(json, "worst", ground.worst);
  }
  json.end_object();
}

void write_container(base::JsonWriter& json, const Isolation::Container& container) {
  json.begin_object();
  json.member("id", base::printable(container.who.id));
  json.member_if("name", base::printable(container.who.name));
  json.member("engine", container.engine);
  json.member_if("image", base::printable(container.who.image));
  json.member_if("image_id", base::printable(container.image_id));
  json.member_if("pod", base::printable(container.who.pod));
  if (container.who.trust) json.member("trust", *container.who.trust);
  json.member("root", container.runs_as_root);
  if (container.host_users) json.member("host_users", *container.host_users);
  json.begin_array("ways");
  for (const Isolation::Way& way : container.ways) {
    json.begin_object();
    json.member("rule", base::printable(way.rule));
    json.member("output", base::printable(way.output));
    json.member_if("remediation", base::printable(way.remediation));
    json.member("closed_by_machine", way.closed_by_machine);
    json.end_object();
  }
  json.end_array();
  json.begin_array("shares");
  for (const Isolation::Tie& tie : container.ties) {
    json.begin_object();
    json.member("with", base::printable(tie.name));
    json.member("what", base::printable(tie.by));
    json.end_object();
  }
  json.end_array();
  json.member("neighbours", container.neighbours);
  if (container.farthest) {
    json.begin_object("farthest");
    json.member("name", base::printable(container.farthest->name));
    json.member("distance", container.farthest->distance);
    json.end_object();
  }
  json.end_object();
}

}  // namespace

std::string isolation_table(const Isolation& isolation, std::optional<base::Time> database,
                            const Options& options) {
  return IsolationTable(isolation, database, options).write();
}

std::string isolation_json(const Isolation& isolation, std::optional<base::Time> database) {
  base::JsonWriter json;
  json.begin_object();
  json.member("schema_version", 1);
  if (database) json.member("database", base::format_time(*database));
  json.begin_array("grounds");
  for (const Isolation::Ground& ground : isolation.grounds) write_ground(json, ground);
  json.end_array();
  json.begin_object("machine");
  json.member("virtual", isolation.machine.is_virtual);
  json.member("can_run_machines", isolation.machine.can_run_machines);
  write_texts(json, "runtimes", isolation.machine.runtimes);
  json.end_object();
  json.begin_array("containers");
  for (const Isolation::Container& each : isolation.containers) write_container(json, each);
  json.end_array();
  write_texts(json, "unknown", isolation.unknown);
  json.end_object();
  return json.take();
}

}  // namespace doorman::sink
