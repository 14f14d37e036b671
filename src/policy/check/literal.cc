// SPDX-License-Identifier: Apache-2.0
// How a literal is read follows falcosecurity/libs userspace/libsinsp/value_parser.cpp.
#include "policy/check/literal.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "policy/check/services.h"

namespace doorman::policy {
namespace {

using base::Error;
using base::ErrorCode;
using model::FieldType;

Error invalid(std::string_view what, std::string_view text) {
  return {ErrorCode::invalid, fmt::format("{} '{}'", what, base::printable(text))};
}

Error no_number(std::string_view text) {
  return {ErrorCode::invalid, fmt::format("'{}' is not a valid number", base::printable(text))};
}

template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

base::Result<Literal> read_integer(std::string_view text) {
  if (const auto number = whole_number<std::int64_t>(text)) return Literal(*number);
  return no_number(text);
}

/// A negative number counts down from the largest, as it does when Falco reads it: `= -1` is the id of nobody.
base::Result<Literal> read_natural(std::string_view text) {
  if (const auto number = whole_number<std::uint64_t>(text)) return Literal(*number);
  const auto negative = text.starts_with('-') ? whole_number<std::int64_t>(text) : std::nullopt;
  if (negative) return Literal(static_cast<std::uint64_t>(*negative));
  return no_number(text);
}

base::Result<Literal> read_real(std::string_view text, bool whole) {
  if (whole) {
    const auto number = whole_number<std::int64_t>(text);
    if (!number) return no_number(text);
    return Literal(static_cast<double>(*number));
  }
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  double number = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed);
  if (error != std::errc() || end != digits.data() + digits.size() || !(number - number == 0))
    return no_number(text);
  return Literal(number);
}

base::Result<Literal> read_port(std::string_view text) {
  if (text.empty()) return Literal(std::uint64_t{0});
  if (const auto number = base::to_number(text)) {
    if (*number > 0xFFFF) return invalid("no port is as high as", text);
    return Literal(*number);
  }
  if (const auto port = port_of_service(text)) return Literal(std::uint64_t{*port});
  return invalid("unrecognized protocol", text);
}

base::Result<Literal> read_boolean(std::string_view text) {
  if (text == "true") return Literal(true);
  if (text == "false") return Literal(false);
  return invalid("unrecognized boolean value", text);
}

base::Result<Literal> read_address(std::string_view text) {
  if (const auto address = base::IpAddress::parse(text)) return Literal(*address);
  return invalid(
      text.find('.') != std::string_view::npos ? "unrecognized IPv4 address" : "unrecognized IPv6 address", text);
}

base::Result<Literal> read_network(std::string_view text) {
  const auto network = base::IpNetwork::parse(text);
  if (!network) return invalid("unrecognized IP network", text);
  if (text.find('/') == std::string_view::npos)
    return Error(ErrorCode::invalid,
                 fmt::format("unrecognized IP network '{}': write {}", text, to_text(*network)));
  return Literal(*network);
}

base::Result<Literal> read_text(std::string_view text) {
  if (text.find('\0') != std::string_view::npos)
    return Error(ErrorCode::invalid, "filter value cannot contain a NUL byte (\\x00)");
  return Literal(std::string(text));
}

}  // namespace

base::Result<Literal> read_literal(FieldType type, std::string_view text, bool whole) {
  if (text.size() > max_literal_bytes)
    return Error(ErrorCode::limit, fmt::format("value longer than {} bytes", max_literal_bytes));
  switch (type) {
    case FieldType::boolean:
      return read_boolean(text);
    case FieldType::integer:
      return read_integer(text);
    case FieldType::natural:
    case FieldType::duration:
    case FieldType::time:
      return read_natural(text);
    case FieldType::real:
      return read_real(text, whole);
    case FieldType::text:
    case FieldType::path:
      return read_text(text);
    case FieldType::bytes:
      return Literal(std::string(text));
    case FieldType::address:
      return read_address(text);
    case FieldType::network:
      return read_network(text);
    case FieldType::port:
      return read_port(text);
  }
  return no_number(text);
}

base::Result<Literal> read_hex(std::string_view text) {
  const Error wrong(ErrorCode::invalid, "bcontains and bstartswith operator support hex strings only");
  if (text.size() % 2 != 0 || text.size() > 2 * max_literal_bytes) return wrong;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned byte = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (error != std::errc() || end != text.data() + i + 2) return wrong;
    bytes += static_cast<char>(byte);
  }
  return Literal(std::move(bytes));
}

std::string to_text(const Literal& literal) {
  struct Writer {
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(std::uint64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const base::IpAddress& address) const { return base::to_text(address); }
    std::string operator()(const base::IpNetwork& network) const { return base::to_text(network); }
  };
  return std::visit(Writer(), literal);
}

}  // namespace doorman::policy
