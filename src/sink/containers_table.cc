// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sink/container_parts.h"
#include "sink/containers.h"
#include "sink/table_page.h"

namespace doorman::sink {
namespace {

using model::ContainerHistory;

constexpr std::size_t id_letters = 12, indent = 2, value_column = 12;
constexpr std::string_view sha256 = "sha256:";

std::string brief_digest(std::string_view digest) {
  const std::size_t colon = digest.find(':');
  return std::string(digest.substr(colon == std::string_view::npos ? 0 : colon + 1).substr(0, id_letters));
}

void put_programs(TablePage& page, const model::ProgramNode& node, std::size_t column) {
  constexpr std::size_t deepest = 24;
  for (const auto& [path, each] : node.started) {
    page.pad_to(std::min(column, deepest));
    if (each.runs.count == 0) {
      // It ran before the log begins, or its start was lost; what it started is known.
      page.put(cut_start(page.clean(path), page.room(), page.ellipsis()), Style::quiet);
    } else {
      const std::string times = times_text(each.runs);
      const std::size_t taken = display_width(times) + 2;
      const std::size_t room = page.room() > taken + 12 ? page.room() - taken : 12;
      page.put(cut_start(page.clean(path), room, page.ellipsis()));
      page.pad_to(0, 2);
      page.put(times, Style::quiet);
    }
    page.end_line();
    put_programs(page, each, column + indent);
  }
}

void put_as_of(TablePage& page, std::uint64_t as_of) {
  if (as_of == 0) return;
  page.put(fmt::format("as of {} (UTC)", second_time(as_of)), Style::quiet);
  page.end_line();
}

}  // namespace

std::string containers_table(std::span<const ContainerHistory* const> histories, std::uint64_t as_of, bool programs,
                             const Options& options) {
  TablePage page(options);
  put_as_of(page, as_of);
  for (const ContainerHistory* history : histories) {
    const model::Container& container = history->container;
    const std::string id = container.id.substr(0, id_letters);
    page.put(page.clean(container.name.empty() ? id : container.name),
             history->is_there ? Style::strong : Style::plain);
    page.pad_to(0, 2);
    page.put(page.clean(id), Style::quiet);
    page.pad_to(0, 2);
    const std::string digest = brief_digest(container.image_id);
    const std::size_t room = page.room() > digest.size() + 3 ? page.room() - digest.size() - 3 : 0;
    page.put(cut_start(page.clean(container.image), room, page.ellipsis()));
    page.pad_to(0, 2);
    page.put(page.clean(digest), Style::quiet);
    page.end_line();
    page.pad_to(indent);
    page.put(life_text(*history));
    page.pad_to(0, 2);
    put_counts(page, *history);
    page.end_line();
    if (programs) put_programs(page, history->programs, 2 * indent);
  }
  return page.take();
}

std::string container_page(const ContainerHistory& history, std::uint64_t as_of, const Options& options) {
  TablePage page(options);
  const model::Container& container = history.container;
  put_as_of(page, as_of);
  page.put(page.clean(container.name.empty() ? container.id : container.name), Style::strong);
  page.end_line();
  const auto line = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) page.line(label, page.clean(value));
  };
  line("Id", container.id);
  line("Image", container.image);
  // Whole, in 80 columns too: it is who the container is.
  line("Digest",
       container.image_id.starts_with(sha256) ? container.image_id.substr(sha256.size()) : container.image_id);
  line("Engine", container.engine);
  if (!container.pod_name.empty()) line("Pod", fmt::format("{}/{}", container.pod_namespace, container.pod_name));
  line("Life", life_text(history));
  page.pad_to(indent);
  page.put("Seen", Style::quiet);
  page.pad_to(value_column);
  put_counts(page, history);
  page.end_line();
  if (!history.programs.started.empty()) page.title("Programs");
  put_programs(page, history.programs, indent);
  put_peers(page, history);
  put_findings(page, history);
  if (history.not_kept != 0) page.more_line(history.not_kept);
  return page.take();
}

}  // namespace doorman::sink
