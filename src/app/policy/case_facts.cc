// SPDX-License-Identifier: Apache-2.0
#include "app/policy/case_facts.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/nanoseconds.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/time.h"

namespace doorman::app {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using model::FieldType;
using model::Value;

template <typename T>
std::optional<T> number_of(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `90s`, `1500ms`; a number alone counts nanoseconds.
std::optional<std::uint64_t> duration_of(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 8> units = {{
      {"ns", 1},
      {"us", 1'000},
      {"ms", 1'000'000},
      {"s", 1'000'000'000},
      {"m", 60'000'000'000},
      {"h", 3'600'000'000'000},
      {"d", 86'400'000'000'000},
      {"", 1},
  }};
  for (const auto& [name, size] : units) {
    if (!text.ends_with(name)) continue;
    const auto count = number_of<std::uint64_t>(text.substr(0, text.size() - name.size()));
    std::uint64_t nanoseconds = 0;
    if (!count || __builtin_mul_overflow(*count, size, &nanoseconds)) return std::nullopt;
    return nanoseconds;
  }
  return std::nullopt;
}

/// `2024-05-01T10:20:30Z`; a number alone counts nanoseconds since 1970.
std::optional<std::uint64_t> time_of(std::string_view text) {
  if (const auto number = number_of<std::uint64_t>(text)) return number;
  const auto time = base::parse_time(text);
  if (!time || time->time_since_epoch().count() < 0) return std::nullopt;
  std::uint64_t nanoseconds = 0;
  const auto seconds = static_cast<std::uint64_t>(time->time_since_epoch().count());
  if (__builtin_mul_overflow(seconds, base::nanoseconds_a_second, &nanoseconds)) return std::nullopt;
  return nanoseconds;
}

std::string_view form_of(FieldType type) {
  switch (type) {
    case FieldType::boolean:
      return "true or false";
    case FieldType::integer:
      return "a whole number";
    case FieldType::natural:
      return "a whole number that is not negative";
    case FieldType::real:
      return "a number";
    case FieldType::text:
    case FieldType::path:
    case FieldType::bytes:
      return "a text";
    case FieldType::address:
      return "an address, as 10.0.0.7 or ::1";
    case FieldType::network:
      return "an address or a network, as 10.0.0.0/8";
    case FieldType::port:
      return "a port, 0 to 65535";
    case FieldType::duration:
      return "a duration, as 90s or in nanoseconds";
    case FieldType::time:
      return "a time, as 2024-05-01T10:20:30Z or in nanoseconds since 1970";
  }
  return {};
}

std::vector<std::string_view> names_of(model::EventSource source) {
  std::vector<std::string_view> names;
  for (const model::Field& field : model::fields()) {
    if ((field.sources & model::set_of(source)) != 0) names.push_back(field.name);
  }
  return names;
}

}  // namespace

CaseFacts::CaseFacts(model::EventSource source, model::EventType type) : source_(source), type_(type) {
  using model::FieldId;
  if ((model::field(FieldId::evt_num).sources & model::set_of(source)) != 0) {
    values_[{FieldId::evt_num, ""}] = Value::of_natural(1);
    values_[{FieldId::evt_source, ""}] = Value::of(model::to_text(source));
  }
  if (type == model::EventType::none) return;
  const model::EventInfo& event = model::info(type);
  values_[{FieldId::evt_type, ""}] = Value::of(event.name);
  values_[{FieldId::syscall_type, ""}] = Value::of(event.name);
  values_[{FieldId::evt_category, ""}] = Value::of(event.category);
  values_[{FieldId::evt_dir, ""}] = Value::of(std::string_view("<"));
}

base::Status CaseFacts::set(std::string_view field, const std::vector<std::string_view>& values) {
  DOORMAN_TRY(const model::FieldUse use, use_of(field));
  const bool list = model::field(use.id).list && (!use.has_argument || use.index < 0);
  if (values.size() != 1 && !list) {
    return Error(ErrorCode::invalid, fmt::format("{} holds one value", base::printable(field)));
  }
  std::vector<Value> read;
  for (const std::string_view text : values) {
    DOORMAN_TRY(const Value value, std::move(value_of(type_of(use), text)).in(base::printable(field)));
    read.push_back(value);
  }
  Value& held = values_[{use.id, use.key}];
  if (list) held = Value::of(std::span<const Value>(lists_.emplace_back(std::move(read))));
  else held = read.front();
  return {};
}

Value CaseFacts::read(const model::FieldUse& use, base::Arena& /*scratch*/) const {
  if (const auto found = values_.find({use.id, use.key}); found != values_.end()) return found->second;
  if (use.id == model::FieldId::evt_type_is && type_ != model::EventType::none) {
    return Value::of_natural(use.key == model::info(type_).name ? 1 : 0);
  }
  return {};
}

Result<model::FieldUse> CaseFacts::use_of(std::string_view field) const {
  auto use = model::use_field(field);
  const std::string_view name = field.substr(0, field.find('['));
  if (!use.ok() && use.error().code() == ErrorCode::not_found) {
    return Error(ErrorCode::invalid, fmt::format("there is no field `{}`{}", base::printable(name),
                                                 base::did_you_mean(name, names_of(source_))));
  }
  if (!use.ok()) return use;
  if ((model::field(use->id).sources & model::set_of(source_)) == 0) {
    return Error(ErrorCode::invalid, fmt::format("`{}` is no field of source {}{}", base::printable(name),
                                                 to_text(source_), base::did_you_mean(name, names_of(source_))));
  }
  return use;
}

Result<Value> CaseFacts::value_of(FieldType type, std::string_view text) {
  const auto or_error = [&](std::optional<Value> value) -> Result<Value> {
    if (value) return *value;
    return Error(ErrorCode::invalid, fmt::format("`{}` is not {}", base::printable(text), form_of(type)));
  };
  const auto natural = [](std::optional<std::uint64_t> number) {
    return number ? std::optional(Value::of_natural(*number)) : std::nullopt;
  };
  switch (type) {
    case FieldType::boolean:
      if (text != "true" && text != "false") return or_error(std::nullopt);
      return Value::of(text == "true");
    case FieldType::integer: {
      const auto number = number_of<std::int64_t>(text);
      return or_error(number ? std::optional(Value::of_integer(*number)) : std::nullopt);
    }
    case FieldType::natural:
      return or_error(natural(number_of<std::uint64_t>(text)));
    case FieldType::port:
      return or_error(natural(number_of<std::uint16_t>(text)));
    case FieldType::duration:
      return or_error(natural(duration_of(text)));
    case FieldType::time:
      return or_error(natural(time_of(text)));
    case FieldType::real: {
      const auto number = number_of<double>(text);
      return or_error(number && std::isfinite(*number) ? std::optional(Value::of_real(*number)) : std::nullopt);
    }
    case FieldType::text:
    case FieldType::path:
    case FieldType::bytes:
      return Value::of(std::string_view(texts_.emplace_back(text)));
    case FieldType::address: {
      const auto address = base::IpAddress::parse(text);
      if (!address) return or_error(std::nullopt);
      return Value::of(addresses_.emplace_back(*address));
    }
    case FieldType::network: {
      const auto network = base::IpNetwork::parse(text);
      if (!network) return or_error(std::nullopt);
      return Value::of(networks_.emplace_back(*network));
    }
  }
  return or_error(std::nullopt);
}

}  // namespace doorman::app
