// SPDX-License-Identifier: Apache-2.0
#include "sink/host_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "sink/age.h"
#include "sink/alert.h"
#include "sink/table_page.h"

namespace doorman::sink {
namespace {

using model::HostImages;
using model::ImageOverview;
using model::ImageState;
using model::RebuildStep;

constexpr std::size_t gap = 2, indent = 2, number_column = 5;
constexpr std::size_t least_name = 12;

Style style_of(ImageState state) {
  switch (state) {
    case ImageState::running:
      return Style::good;
    case ImageState::stale:
      return Style::warning;
    case ImageState::stopped:
      return Style::plain;
    case ImageState::superseded:
    case ImageState::unused:
      return Style::quiet;
  }
  return Style::plain;
}

Style style_of(const model::FlawCounts& counts) {
  if (counts.critical != 0 || counts.exploited != 0) return Style::critical;
  if (counts.high != 0) return Style::high;
  if (counts.medium != 0) return Style::medium;
  return counts.total() != 0 ? Style::low : Style::good;
}

std::string base_age(const ImageOverview& image, base::Time now) {
  if (!image.base) return "-";
  return age_text(image.base->created, now) + (image.base->replaced ? "*" : "");
}

struct Cell {
  std::string text;
  Style style = Style::plain;
};
constexpr std::size_t columns = 8;
using Row = std::array<Cell, columns>;

Row heading() {
  constexpr std::array<std::string_view, columns> names = {"IMAGE", "DIGEST", "STATE", "RUNS",
                                                           "AGE",   "BASE",   "FLAWS", "FIXABLE"};
  Row row;
  for (std::size_t i = 0; i < columns; ++i) row[i] = {std::string(names[i]), Style::strong};
  return row;
}

class ImagesTable {
 public:
  ImagesTable(const HostImages& host, const HostNotes& notes, const Options& options)
      : host_(host), notes_(notes), page_(options) {}

  std::string write() {
    if (host_.images.empty()) {
      page_.put("No engine of this host has an image.");
      page_.end_line();
    } else {
      images();
    }
    if (!host_.steps.empty()) steps();
    page_.sentences("Not known", notes_.unknown);
    return page_.take();
  }

 private:
  Row row_of(const ImageOverview& image) {
    const std::string runs = host_.knows_running ? std::to_string(image.running.size()) : "?";
    Row row = {Cell{page_.clean(title_of(image)), Style::strong},
               Cell{image.digest.brief(), Style::quiet},
               Cell{std::string(model::to_text(image.state)), style_of(image.state)},
               Cell{runs, Style::plain},
               Cell{age_text(image.created, notes_.now), Style::plain},
               Cell{base_age(image, notes_.now), Style::plain},
               Cell{"-", Style::quiet},
               Cell{"-", Style::quiet}};
    if (!host_.knows_running) row[2] = {"?", Style::quiet};
    if (image.scanned) {
      row[6] = {flaws_brief(image.flaws), Style::plain};
      row[7] = {flaws_brief(image.fixable), style_of(image.fixable)};
    }
    return row;
  }

  void images() {
    std::vector<Row> rows = {heading()};
    rows.reserve(host_.images.size() + 1);
    for (const ImageOverview& image : host_.images) rows.push_back(row_of(image));
    std::array<std::size_t, columns> widths{};
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], display_width(row[i].text));
    }
    std::size_t others = 0;
    for (std::size_t i = 1; i < columns; ++i) others += widths[i] + gap;
    const std::size_t room = page_.width() > others + least_name ? page_.width() - others : least_name;
    if (!page_.options().wide) widths[0] = std::min(widths[0], room);
    for (std::size_t number = 0; number < rows.size(); ++number) {
      std::size_t column = 0;
      for (std::size_t i = 0; i < columns; ++i) {
        page_.pad_to(column);
        page_.put(i == 0 ? cut_start(rows[number][i].text, widths[0], page_.ellipsis()) : rows[number][i].text,
                  rows[number][i].style);
        column += widths[i] + gap;
      }
      page_.end_line();
      if (number != 0 && page_.options().wide) more_of(host_.images[number - 1]);
    }
    if (std::ranges::any_of(host_.images, [](const auto& each) { return each.base && each.base->replaced; })) {
      page_.put("* a newer image has the base's name here", Style::quiet);
      page_.end_line();
    }
  }

  void more_of(const ImageOverview& image) {
    const auto put = [&](std::string_view label, const std::string& text) {
      if (!text.empty()) page_.line(label, page_.clean(text));
    };
    if (image.names.size() > 1) put("also", base::join({image.names.begin() + 1, image.names.end()}, ", "));
    put("was", base::join(image.former_names, ", "));
    put("runs as", base::join(image.running, ", "));
    if (image.base) put("base", image.base->name);
    if (image.replaced_by) put("now", image.replaced_by->brief());
    if (image.children != 0) put("base of", plural(image.children, "image") + " here");
  }

  void steps() {
    page_.title("To do, what clears most first");
    std::size_t number = 0;
    for (const RebuildStep& step : host_.steps) {
      page_.pad_to(indent);
      page_.put(std::to_string(++number), Style::quiet);
      page_.pad_to(number_column);
      page_.put(model::to_text(step.action), Style::strong);
      page_.flow_on(page_.clean(step.name.empty() ? step.image.brief() : step.name) + ":", number_column,
                    Style::strong);
      const std::string clears =
          step.compared ? fmt::format("clears {},", flaws_text(step.clears)) : "the newer image was never scanned,";
      page_.flow_on(clears, number_column, style_of(step.clears));
      page_.flow_on("in " + page_.clean(base::join(step.containers, ", ")), number_column);
      page_.end_line();
      if (step.then.empty()) continue;
      page_.pad_to(number_column);
      page_.flow("then, on it: " + page_.clean(base::join(step.then, ", ")), number_column, Style::quiet);
      page_.end_line();
    }
  }

  const HostImages& host_;
  const HostNotes& notes_;
  TablePage page_;
};

void write_step(base::JsonWriter& json, const RebuildStep& step) {
  json.begin_object();
  json.member("action", model::to_text(step.action));
  json.member("image", step.image.text());
  json.member_if("name", base::printable(step.name));
  if (step.compared) write_counts(json, "clears", step.clears);
  json.begin_array("images");
  for (const base::Digest& image : step.images) json.value(image.text());
  json.end_array();
  write_texts(json, "containers", step.containers);
  write_texts(json, "then", step.then);
  json.end_object();
}

}  // namespace

std::string title_of(const ImageOverview& image) { return image.names.empty() ? "<none>" : image.names.front(); }

void write_texts(base::JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.begin_array(name);
  for (const std::string& text : texts) json.value(base::printable(text));
  json.end_array();
}

void write_counts(base::JsonWriter& json, std::string_view name, const model::FlawCounts& counts) {
  json.begin_object(name);
  json.member("total", counts.total());
  json.member("exploited", counts.exploited);
  json.member("critical", counts.critical);
  json.member("high", counts.high);
  json.member("medium", counts.medium);
  json.member("low", counts.low);
  json.member("other", counts.other);
  json.end_object();
}

void write_overview(base::JsonWriter& json, const ImageOverview& image) {
  json.member("digest", image.digest.text());
  write_texts(json, "names", image.names);
  write_texts(json, "former_names", image.former_names);
  write_texts(json, "engines", image.engines);
  json.member("stored", image.stored);
  json.member("state", model::to_text(image.state));
  if (image.last_used != 0) json.member("last_used", nanosecond_time(image.last_used));
  if (image.replaced_by) json.member("replaced_by", image.replaced_by->text());
  write_texts(json, "running", image.running);
  json.member("containers", image.containers);
  json.member("children", image.children);
  if (image.created) json.member("created", base::format_time(*image.created));
  if (image.base) {
    json.begin_object("base");
    json.member_if("name", base::printable(image.base->name));
    if (image.base->digest) json.member("digest", image.base->digest->text());
    if (image.base->created) json.member("created", base::format_time(*image.base->created));
    json.member("replaced", image.base->replaced);
    json.end_object();
  }
  json.member("scanned", image.scanned);
  if (!image.scanned) return;
  write_counts(json, "flaws", image.flaws);
  write_counts(json, "fixable", image.fixable);
}

std::string host_images_table(const HostImages& host, const HostNotes& notes, const Options& options) {
  return ImagesTable(host, notes, options).write();
}

std::string host_images_json(const HostImages& host, const HostNotes& notes) {
  base::JsonWriter json;
  json.begin_object();
  json.member("schema_version", 1);
  if (notes.database) json.member("database", base::format_time(*notes.database));
  json.member("knows_running", host.knows_running);
  json.begin_array("images");
  for (const ImageOverview& image : host.images) {
    json.begin_object();
    write_overview(json, image);
    json.end_object();
  }
  json.end_array();
  json.begin_array("steps");
  for (const RebuildStep& step : host.steps) write_step(json, step);
  json.end_array();
  write_texts(json, "unknown", notes.unknown);
  json.end_object();
  return json.take();
}

}  // namespace doorman::sink
