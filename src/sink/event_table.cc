// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sink/alert.h"
#include "sink/event.h"

namespace doorman::sink {
namespace {

constexpr std::size_t time_width = 12, digest_width = 7;
constexpr std::size_t container_column = time_width + 2;
constexpr std::size_t room_for_words = 40;

Style style_of(ToldEvent::Weight weight) {
  switch (weight) {
    case ToldEvent::Weight::quiet:
      return Style::quiet;
    case ToldEvent::Weight::plain:
      return Style::plain;
    case ToldEvent::Weight::notable:
      return Style::warning;
    case ToldEvent::Weight::bad:
      return Style::critical;
  }
  return Style::plain;
}

/// The first hexadecimal digits of `sha256:…`.
std::string_view brief(std::string_view digest) {
  const std::size_t colon = digest.find(':');
  return digest.substr(colon == std::string_view::npos ? 0 : colon + 1).substr(0, digest_width);
}

std::string process_text(const model::SystemEvent& event) {
  const model::Process* const process = event.process();
  if (event.record().pid == 0) return "";
  const std::string_view name = process == nullptr ? "?" : std::string_view(process->program->comm);
  return fmt::format("{}[{}]", name, event.record().pid);
}

}  // namespace

std::string EventTable::lines(const ToldEvent& told) {
  const model::Container* const container = told.event.container();
  const bool in_container = container != nullptr && !container->id.empty();
  return lines(ToldLine{
      told.time, in_container ? std::string(model::name_or_id(container->name, container->id)) : std::string(),
      in_container ? container->image_id : std::string(), process_text(told.event), told.what, told.weight});
}

std::string EventTable::lines(const ToldLine& told) {
  TablePage page(options_);
  // Wider terminals give more to the names, some of what they have beyond 80 columns.
  const std::size_t more = page.width() > 80 ? std::min<std::size_t>((page.width() - 80) / 4, 14) : 0;
  const std::size_t name_width = 10 + more, process_width = 14 + more / 2;
  const std::size_t digest_column = container_column + name_width + 1;
  const std::size_t process_column = digest_column + digest_width + 1;
  const std::size_t what_column = process_column + process_width + 1;

  const std::string time = nanosecond_time(told.time);  // 2024-05-01T10:20:30.123456789Z
  if (const std::string day = time.substr(0, 10); day != day_) {
    day_ = day;
    page.put(day + " (UTC)", Style::quiet);
    page.end_line();
  }
  page.put(time.substr(11, time_width), Style::quiet);
  page.pad_to(container_column);
  const bool in_container = !told.container.empty();
  page.put(cut_end(page.clean(in_container ? told.container : "host"), name_width, page.ellipsis()),
           in_container ? Style::plain : Style::quiet);
  page.pad_to(digest_column, 1);
  if (in_container) page.put(page.clean(brief(told.image)), Style::quiet);
  page.pad_to(process_column, 1);
  page.put(cut_end(page.clean(told.who), process_width, page.ellipsis()));
  page.pad_to(what_column, 1);
  const Style style = style_of(told.weight);
  const std::string what = page.clean(told.what);
  const bool may_flow = told.weight == ToldEvent::Weight::notable || told.weight == ToldEvent::Weight::bad;
  if (options_.wide) {
    page.put(what, style);
  } else if (may_flow && display_width(what) > page.room() && page.room() >= room_for_words) {
    page.flow(what, what_column, style);
  } else if (may_flow && display_width(what) > page.room()) {
    page.end_line();
    page.pad_to(container_column);
    page.flow(what, container_column, style);
  } else {
    page.put(cut_end(what, page.room(), page.ellipsis()), style);
  }
  page.end_line();
  return page.take();
}

}  // namespace doorman::sink
