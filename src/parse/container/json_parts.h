// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/container.h"

// Pieces of the engines' documents, read leniently: a member of the wrong type counts as absent.

namespace doorman::parse::container {

inline std::string text_of(base::JsonValue value) { return std::string(value.string_or("")); }

/// The texts among the first `limit` elements.
inline std::vector<std::string> texts_of(base::JsonValue array, std::size_t limit) {
  std::vector<std::string> texts;
  for (const base::JsonValue item : array.items()) {
    if (texts.size() == limit) break;
    if (const auto text = item.string()) texts.emplace_back(*text);
  }
  return texts;
}

/// A number that fits, or `fallback`.
template <typename Number>
Number number_of(base::JsonValue value, Number fallback) {
  const auto number = value.integer();
  if (!number || !std::in_range<Number>(*number)) return fallback;
  return static_cast<Number>(*number);
}

inline constexpr std::size_t max_labels = 1024;

/// The texts of an object, sorted by key; at most max_labels.
inline model::Container::Labels labels_of(base::JsonValue object) {
  model::Container::Labels labels;
  for (const auto& [key, value] : object.members()) {
    if (labels.size() == max_labels) break;
    if (const auto text = value.string()) labels.emplace_back(key, *text);
  }
  std::ranges::sort(labels);
  return labels;
}

}  // namespace doorman::parse::container
