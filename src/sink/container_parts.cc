// SPDX-License-Identifier: Apache-2.0
#include "sink/container_parts.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include "model/flow.h"
#include "sink/alert.h"
#include "sink/containers.h"

namespace doorman::sink {
namespace {

using model::ContainerHistory;
using model::SeenTimes;

constexpr std::size_t value_column = 12, seconds_letters = 19;

}  // namespace

std::string second_time(std::uint64_t since_1970) {
  std::string text = nanosecond_time(since_1970).substr(0, seconds_letters);
  text[10] = ' ';
  return text;
}

std::string span_text(std::uint64_t first, std::uint64_t last) {
  std::string from = second_time(first);
  const std::string to = second_time(last);
  if (from == to) return from;
  return fmt::format("{} to {}", from, from.substr(0, 10) == to.substr(0, 10) ? to.substr(11) : to);
}

std::string times_text(const SeenTimes& times) {
  return fmt::format("{}, {}", plural(times.count, "time"), span_text(times.first, times.last));
}

std::string life_text(const ContainerHistory& history) {
  if (history.records.count == 0) return history.is_there ? "there" : "gone";
  const std::uint64_t first = history.records.first;
  if (history.is_there) return fmt::format("since {}", second_time(first));
  std::string text = history.ended != 0 ? fmt::format("{}, gone", span_text(first, history.ended))
                                        : fmt::format("{}, then no more", span_text(first, history.records.last));
  if (!history.exit) return text;
  if (WIFSIGNALED(*history.exit)) return text + fmt::format(", killed by signal {}", WTERMSIG(*history.exit));
  return text + fmt::format(", exit {}", WEXITSTATUS(*history.exit));
}

void put_counts(TablePage& page, const ContainerHistory& history) {
  page.put(plural(history.executions, "execution"), Style::quiet);
  const auto put = [&](std::uint64_t count, std::string_view text, Style style) {
    if (count == 0) return;
    page.put(", ", Style::quiet);
    page.put(text, style);
  };
  put(history.alerts, plural(history.alerts, "alert"), Style::warning);
  put(history.drift, fmt::format("{} drift", grouped(history.drift)), Style::critical);
  put(history.refused, fmt::format("{} refused", grouped(history.refused)), Style::high);
  put(history.lost, fmt::format("{} lost", grouped(history.lost)), Style::warning);
}

void put_peers(TablePage& page, const ContainerHistory& history) {
  if (history.peers.empty()) return;
  page.title("Peers");
  for (const model::PeerSeen& peer : history.peers) {
    const std::string address = base::to_text(peer.address);
    const std::string_view protocol = model::protocol_name(peer.protocol);
    std::string text;
    if (peer.inbound) text = fmt::format("{} to its port {}", address, peer.port);
    else
      text = peer.address.is_v6 ? fmt::format("[{}]:{}", address, peer.port)
                                : fmt::format("{}:{}", address, peer.port);
    if (!protocol.empty()) text += fmt::format(" {}", protocol);
    if (!peer.name.empty()) text += fmt::format(" ({})", page.clean(peer.name));
    text += fmt::format(", {}", times_text(peer.times));
    if (peer.sent + peer.received != 0) {
      text += fmt::format(", {} sent, {} received", size_text(peer.sent), size_text(peer.received));
    }
    if (peer.unknown != 0) text += fmt::format(", {} new", grouped(peer.unknown));
    if (peer.refused != 0) text += fmt::format(", {} refused", grouped(peer.refused));
    page.line(peer.inbound ? "from" : "to", text, peer.refused != 0 ? Style::high : Style::plain);
  }
}

void put_findings(TablePage& page, const ContainerHistory& history) {
  if (!history.drifted.empty()) page.title("Drift");
  for (const model::DriftSeen& drift : history.drifted) {
    page.line(to_text(drift.done),
              fmt::format("{} ({}), {}", page.clean(drift.path), to_text(drift.reason), times_text(drift.times)),
              Style::critical);
  }
  if (!history.alerted.empty()) page.title("Alerts");
  for (const model::AlertSeen& alert : history.alerted) {
    page.line(model::to_text(alert.priority),
              fmt::format("{}, {}", page.clean(alert.rule), times_text(alert.times)), Style::warning);
    page.pad_to(value_column);
    page.flow(page.clean(alert.output), value_column);
    page.end_line();
  }
}

}  // namespace doorman::sink
