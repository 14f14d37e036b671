// SPDX-License-Identifier: Apache-2.0
#include "app/policy/field_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json_writer.h"
#include "base/text.h"

namespace doorman::app {
namespace {

using model::EventSource;
using model::Field;
using model::FieldType;

std::vector<EventSource> sources_of(const Field& field) {
  std::vector<EventSource> sources;
  for (std::size_t i = 0; i < model::event_source_count; ++i) {
    const auto source = static_cast<EventSource>(i);
    if ((field.sources & model::set_of(source)) != 0) sources.push_back(source);
  }
  return sources;
}

std::string type_text(const Field& field) {
  return fmt::format("{}{}", field.list ? "list of " : "", to_text(field.type));
}

/// What a rule of the source is asked once for, and which verb asks it today.
struct SourceText {
  std::string_view asked_for, asked_by;
};

SourceText text_of(EventSource source) {
  static constexpr std::string_view by_scan = "`doorman scan --policy`";
  switch (source) {
    case EventSource::syscall:
      return {"a system call, or another event of the kernel",
              "`doorman policy test`; live events come with the guard"};
    case EventSource::image:
      return {"an image, a root folder or a host as a whole", by_scan};
    case EventSource::package:
      return {"each package in it", by_scan};
    case EventSource::vulnerability:
      return {"each vulnerability of its packages", by_scan};
    case EventSource::file:
      return {"each program, and each other file that is worth a look", by_scan};
    case EventSource::secret:
      return {"each secret that was found in it", by_scan};
    case EventSource::admission:
      return {"each container that asks to be started, with its pod and its image beside it",
              "`doorman policy test`; requests come with the deploy door"};
    case EventSource::flow:
      return {"a connection between two identities", "`doorman policy test`; connections come with the firewall"};
    case EventSource::k8s_audit:
      return {"an entry of the Kubernetes audit log", "`doorman policy test`; the log comes with the deploy door"};
    case EventSource::host:
      return {"a machine and its settings", "`doorman policy test`; machines come with the host audit"};
  }
  return {};
}

std::string_view meaning_of(FieldType type) {
  switch (type) {
    case FieldType::boolean:
      return "`true` or `false`";
    case FieldType::integer:
      return "a whole number, with sign";
    case FieldType::natural:
      return "a whole number that is never negative";
    case FieldType::real:
      return "a number with a fraction";
    case FieldType::text:
      return "text";
    case FieldType::path:
      return "text that is the path of a file; `pmatch` asks whether it lies below another";
    case FieldType::bytes:
      return "raw content, for `contains`, `startswith` and `bcontains`";
    case FieldType::address:
      return "an IPv4 or IPv6 address";
    case FieldType::network:
      return "addresses, to be compared with networks: `fd.snet in (10.0.0.0/8)`";
    case FieldType::port:
      return "a port number";
    case FieldType::duration:
      return "a length of time in nanoseconds";
    case FieldType::time:
      return "a moment in nanoseconds since 1970";
  }
  return {};
}

/// `proc` of `proc.aname`: fields are told in families.
std::string_view family_of(const Field& field) { return field.name.substr(0, field.name.find('.')); }

/// A table's cell: no bar may end it.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string code(std::string_view text) { return text.empty() ? std::string() : fmt::format("`{}`", text); }

void append_introduction(std::string& page) {
  page +=
      "# Fields\n\n"
      "What a rule's condition and output may name. This page is written by `doorman policy fields --format "
      "markdown` "
      "from the program's own catalogue; [the policy language](policy-language.md) tells how fields are used.\n\n"
      "## Sources\n\n"
      "A rule's `source:` says what it is asked once for, and so which fields it has.\n\n"
      "| source | asked once for | asked by |\n|---|---|---|\n";
  for (std::size_t i = 0; i < model::event_source_count; ++i) {
    const auto source = static_cast<EventSource>(i);
    const auto [asked_for, asked_by] = text_of(source);
    fmt::format_to(std::back_inserter(page), "| `{}` | {} | {} |\n", to_text(source), asked_for, asked_by);
  }
  page += "\n## Types\n\n| type | what it holds |\n|---|---|\n";
  for (auto type = FieldType::boolean; type <= FieldType::time;
       type = static_cast<FieldType>(static_cast<unsigned>(type) + 1)) {
    fmt::format_to(std::back_inserter(page), "| {} | {} |\n", to_text(type), meaning_of(type));
  }
  page +=
      "\nA list holds any number of values. `[number]` and `[key]` behind a name are an argument: `proc.aname[2]`, "
      "`image.label[maintainer]`; a key may also follow a dot, as in `evt.arg.flags`. One in `[[…]]` may be left "
      "out. A field that does not apply is absent: no comparison with it holds, not even `!=`; `exists` asks for "
      "it. "
      "*Never set* marks fields that are known so that rule files load, but that nothing fills.\n";
}

void append_row(std::string& page, const Field& field) {
  std::vector<std::string_view> sources;
  for (const EventSource source : sources_of(field)) sources.push_back(to_text(source));
  fmt::format_to(std::back_inserter(page), "| `{}` | {} | {} | {} | {} |\n", usage_of(field), type_text(field),
                 fmt::join(sources, ", "), cell(field.doc), code(cell(field.example)));
}

}  // namespace

FieldList find_fields(model::SourceSet sources, std::string_view pattern) {
  const auto pieces = base::split(pattern, '*');
  const auto holds = [&](std::string_view name) {
    std::size_t at = 0;
    for (const std::string_view piece : pieces) {
      at = name.find(piece, at);
      if (at == std::string_view::npos) return false;
      at += piece.size();
    }
    return true;
  };
  FieldList found;
  for (const Field& field : model::fields()) {
    if ((field.sources & sources) != 0 && holds(field.name)) found.push_back(&field);
  }
  return found;
}

std::string usage_of(const Field& field) {
  switch (field.argument) {
    case model::FieldArgument::none:
      return std::string(field.name);
    case model::FieldArgument::optional_index:
      return fmt::format("{}[[number]]", field.name);
    case model::FieldArgument::index:
      return fmt::format("{}[number]", field.name);
    case model::FieldArgument::optional_key:
      return fmt::format("{}[[key]]", field.name);
    case model::FieldArgument::key:
      return fmt::format("{}[key]", field.name);
  }
  return {};
}

std::string as_table(const FieldList& fields) {
  std::size_t widest_name = 0, widest_type = 0;
  for (const Field* field : fields) {
    widest_name = std::max(widest_name, usage_of(*field).size());
    widest_type = std::max(widest_type, type_text(*field).size());
  }
  std::string text;
  for (const Field* field : fields) {
    fmt::format_to(std::back_inserter(text), "{:<{}}  {:<{}}  {}\n", usage_of(*field), widest_name,
                   type_text(*field), widest_type, field->doc);
  }
  return text;
}

std::string as_json(const FieldList& fields) {
  base::JsonWriter json;
  json.begin_array();
  for (const Field* field : fields) {
    json.begin_object();
    json.member("name", field->name);
    json.member("type", to_text(field->type));
    json.member("list", field->list);
    json.member("argument", to_text(field->argument));
    json.begin_array("sources");
    for (const EventSource source : sources_of(*field)) json.value(to_text(source));
    json.end_array();
    json.member("doc", field->doc);
    json.member_if("example", field->example);
    json.end_object();
  }
  json.end_array();
  return json.take();
}

std::string as_markdown(const FieldList& fields) {
  std::vector<std::string_view> families;
  for (const Field* field : fields) {
    if (std::ranges::find(families, family_of(*field)) == families.end()) families.push_back(family_of(*field));
  }
  std::string page;
  append_introduction(page);
  for (const std::string_view family : families) {
    fmt::format_to(std::back_inserter(page),
                   "\n## {}\n\n| field | type | sources | what it is | example |\n|---|---|---|---|---|\n", family);
    for (const Field* field : fields) {
      if (family_of(*field) == family) append_row(page, *field);
    }
  }
  return page;
}

}  // namespace doorman::app
