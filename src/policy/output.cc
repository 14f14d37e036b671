// SPDX-License-Identifier: Apache-2.0
#include "policy/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "policy/syntax/lexer.h"

namespace doorman::policy {
namespace {

constexpr std::string_view not_available = "<NA>";
constexpr std::size_t longest_name = 256;

/// The offset as a place, counted in the format as it was given.
Position position_in(std::string_view format, std::size_t offset) {
  Position at;
  for (const char c : format.substr(0, offset)) {
    if (c == '\n') {
      ++at.line;
      at.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) {
      ++at.column;
    }
  }
  at.offset = static_cast<std::uint32_t>(offset);
  return at;
}

struct Found {
  Operand value;
  std::size_t bytes = 0;
};

/// A field or function at the front of the text, the longest that can be asked for: `%proc.name.` is the name and a
/// full stop, `%proc.name[x]` the name and brackets, as the name takes no argument.
std::variant<Found, CheckError> longest_operand(std::string_view text, model::EventSource source) {
  const ParsedTerm parsed = parse_term(text);
  std::optional<CheckError> error;
  if (parsed.term) {
    auto checked = check_operand(*parsed.term, source);
    if (auto* value = std::get_if<Operand>(&checked)) return Found{std::move(*value), parsed.bytes};
    error = std::get<CheckError>(std::move(checked));
  } else {
    error = CheckError{parsed.error->message, parsed.error->hint, parsed.error->at};
  }
  Lexer lexer(text.substr(0, longest_name));
  Term field;
  field.kind = Term::Kind::field;
  const std::string_view name = lexer.field_name();
  for (std::size_t bytes = name.size(); bytes > 2; --bytes) {
    field.text = name.substr(0, bytes);
    if (field.text.find('.') == std::string::npos) break;
    if (field.text.ends_with('.')) continue;
    auto checked = check_operand(field, source);
    if (auto* value = std::get_if<Operand>(&checked)) return Found{std::move(*value), bytes};
  }
  return *error;
}

void append_shown(std::string& out, const model::Value& value) {
  using Kind = model::Value::Kind;
  switch (value.kind()) {
    case Kind::absent:
      out += not_available;
      return;
    case Kind::boolean:
      out += value.boolean() ? "true" : "false";
      return;
    case Kind::integer:
      out += std::to_string(value.integer());
      return;
    case Kind::natural:
      out += std::to_string(value.natural());
      return;
    case Kind::real:
      out += fmt::format("{}", value.real());
      return;
    case Kind::text: {
      const bool is_long = value.text().size() > OutputFormat::max_value_bytes;
      out += base::printable(value.text().substr(0, OutputFormat::max_value_bytes));
      if (is_long) out += "…";
      return;
    }
    case Kind::address:
      out += base::to_text(value.address());
      return;
    case Kind::network:
      out += base::to_text(value.network());
      return;
    case Kind::list: {
      const std::size_t begin = out.size();
      out += '(';
      for (const model::Value& item : value.list()) {
        if (&item != value.list().data()) out += ',';
        append_shown(out, item);
        if (out.size() - begin <= OutputFormat::max_value_bytes) continue;
        out += "…";
        break;
      }
      out += ')';
      return;
    }
  }
}

/// Cut or filled with spaces, so that it has so many characters.
void append_wide(std::string& out, std::string_view text, std::size_t width) {
  std::size_t characters = 0;
  while (!text.empty() && characters < width) {
    const std::size_t bytes = std::max<std::size_t>(base::utf8_length(text), 1);
    out += text.substr(0, bytes);
    text.remove_prefix(bytes);
    ++characters;
  }
  out.append(width - characters, ' ');
}

}  // namespace

std::variant<OutputFormat, CheckError> OutputFormat::parse(std::string_view format, model::EventSource source) {
  OutputFormat made;
  const auto wrong = [&](std::string message, std::size_t at, std::string hint = "") {
    return CheckError{std::move(message), std::move(hint), position_in(format, at)};
  };
  if (format.empty()) return wrong("empty formatting token", 0);
  if (format.size() > max_bytes) return wrong(fmt::format("output longer than {} bytes", max_bytes), 0);
  for (std::size_t at = format[0] == '*' ? 1 : 0; at < format.size();) {
    const std::size_t percent = std::min(format.find('%', at), format.size());
    if (percent != at) made.pieces_.push_back({std::string(format.substr(at, percent - at)), false, {}, 0});
    if (percent == format.size()) break;
    at = percent + 1;
    if (at == format.size()) return wrong("invalid formatting syntax: formatting cannot end with a %", percent);
    std::size_t digits = at;
    while (digits < format.size() && base::is_digit(format[digits])) ++digits;
    if (digits == format.size())
      return wrong("invalid formatting syntax: formatting cannot end with a number", percent);
    const std::string_view number = format.substr(at, digits - at);
    const auto width = number.empty() ? std::optional<std::uint64_t>(0) : base::to_number(number);
    if (!width || *width > max_width) return wrong(fmt::format("width over the limit of {}", max_width), at);
    auto found = longest_operand(format.substr(digits), source);
    if (auto* error = std::get_if<CheckError>(&found))
      return wrong("unknown filter: " + error->message, digits + error->at.offset, error->hint);
    auto& [value, bytes] = std::get<Found>(found);
    made.pieces_.push_back({std::string(format.substr(digits, bytes)), true, std::move(value), *width});
    at = digits + bytes;
  }
  return made;
}

std::string OutputFormat::render(const model::Facts& facts, base::Arena& scratch) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    if (!piece.is_value) out += base::printable(piece.text);
    else if (piece.width == 0) append_shown(out, read(piece.value, facts, scratch));
    else append_wide(out, shown(read(piece.value, facts, scratch)), piece.width);
  }
  return out;
}

std::vector<OutputFormat::Named> OutputFormat::values(const model::Facts& facts, base::Arena& scratch) const {
  std::vector<Named> named;
  for (const Piece& piece : pieces_) {
    if (piece.is_value) named.push_back({piece.text, shown(read(piece.value, facts, scratch))});
  }
  return named;
}

namespace {

void add_fields(const Operand& operand, std::vector<model::FieldId>& fields) {
  if (operand.kind == Operand::Kind::field) fields.push_back(operand.field.id);
  for (const Operand& argument : operand.arguments) add_fields(argument, fields);
}

}  // namespace

std::vector<model::FieldId> OutputFormat::fields() const {
  std::vector<model::FieldId> fields;
  for (const Piece& piece : pieces_) {
    if (piece.is_value) add_fields(piece.value, fields);
  }
  return fields;
}

std::string shown(const model::Value& value) {
  std::string out;
  append_shown(out, value);
  return out;
}

}  // namespace doorman::policy
