// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/image_record.h"

/// What the records of image_record.h are made of. No business of others.
namespace doorman::model::record {

/// How the fields of one kind of thing are read. A field without a row is absent.
template <typename Thing>
class FieldTable {
 public:
  using Read = Value (*)(const Thing& thing, const FieldUse& use, base::Arena& scratch);
  struct Row {
    FieldId id;
    Read read;
  };

  FieldTable(std::initializer_list<Row> rows) : by_id_(fields().size(), nullptr) {
    for (const Row& row : rows) by_id_[static_cast<std::size_t>(row.id)] = row.read;
  }

  [[nodiscard]] Value read(const Thing& thing, const FieldUse& use, base::Arena& scratch) const {
    const Read found = by_id_[static_cast<std::size_t>(use.id)];
    return found == nullptr ? Value() : found(thing, use, scratch);
  }

 private:
  std::vector<Read> by_id_;
};

/// One package of an image, as `pkg.*` tells it.
struct PackageOf {
  const ImageRecord& image;
  const FoundPackage& found;
};
Value read_package(const PackageOf& package, const FieldUse& use, base::Arena& scratch);

/// A text that nothing says is absent.
inline Value text_if(std::string_view text) { return text.empty() ? Value() : Value::of(text); }

inline Value time_if(const std::optional<base::Time>& time) {
  if (!time || time->time_since_epoch().count() < 0) return {};
  return Value::of_natural(static_cast<std::uint64_t>(std::chrono::nanoseconds(time->time_since_epoch()).count()));
}

/// Whole days from one moment to the other; absent where the order is the other way round.
inline Value days_between(base::Time from, base::Time to) {
  if (to < from) return {};
  return Value::of_natural(static_cast<std::uint64_t>(std::chrono::floor<std::chrono::days>(to - from).count()));
}

/// In days, where the date can be one: reproducible builds write others.
inline Value image_age(base::Time created, base::Time now) {
  constexpr base::Date first_container_images = std::chrono::year(2013) / 1 / 1;
  return created < first_container_images ? Value() : days_between(created, now);
}

/// Paths are kept without the slash in front, and told with it.
inline std::string_view absolute(std::string_view path, base::Arena& scratch) {
  const std::span<char> room = scratch.allocate(path.size() + 1);
  room[0] = '/';
  path.copy(room.data() + 1, path.size());
  return {room.data(), room.size()};
}

/// A list of what `to_value` makes of each.
template <typename Range, typename ToValue>
Value list_of(const Range& range, base::Arena& scratch, ToValue&& to_value) {
  const std::size_t count = std::size(range);
  if (count == 0) return Value::of(std::span<const Value>());
  auto* const values = reinterpret_cast<Value*>(scratch.allocate(count * sizeof(Value)).data());
  std::size_t i = 0;
  for (const auto& each : range) new (&values[i++]) Value(to_value(each));
  return Value::of(std::span<const Value>(values, count));
}

template <typename Range>
Value texts_of(const Range& range, base::Arena& scratch) {
  return list_of(range, scratch, [](const auto& text) { return Value::of(std::string_view(text)); });
}

/// All of `NAME=value`, or the value of the one that is asked for: of a variable that is there twice, the C library
/// takes the first.
inline Value env_of(const std::vector<std::string>& env, const FieldUse& use, base::Arena& scratch) {
  if (!use.has_argument) return texts_of(env, scratch);
  for (const std::string_view variable : env) {
    const std::size_t equals = variable.find('=');
    if (equals != std::string_view::npos && variable.substr(0, equals) == use.key) {
      return Value::of(variable.substr(equals + 1));
    }
  }
  return {};
}

inline Value layer_number(std::uint32_t layer) {
  return layer == FoundPackage::none ? Value() : Value::of_natural(layer);
}

inline Value layer_digest(const ImageRecord& image, std::uint32_t layer, base::Arena& scratch) {
  const auto& layers = image.inventory().layers;
  if (layer >= layers.size() || !layers[layer].diff_id) return {};
  return Value::of(scratch.copy(layers[layer].diff_id->text()));
}

/// The name of the operating-system package that owns something.
inline Value owner_name(const ImageRecord& image, std::uint32_t owner) {
  const auto& packages = image.inventory().packages;
  return owner < packages.size() ? Value::of(std::string_view(packages[owner].package.name)) : Value();
}

}  // namespace doorman::model::record
