// SPDX-License-Identifier: Apache-2.0
#include "derive/image_words.h"

#include <algorithm>

#include "base/glob.h"

namespace doorman::derive {

using model::Container;
using model::ImageWord;

namespace {

constexpr std::string_view trust_label = "doorman.trust";

template <typename T>
std::optional<T> first_word(const Container& container, std::span<const ImageWord> words,
                            std::optional<T> ImageWord::* said) {
  const std::string& repository = container.repository.empty() ? container.image : container.repository;
  const auto fits = [&](const std::string& pattern) { return base::matches_glob(pattern, repository); };
  for (const ImageWord& word : words) {
    if (word.*said && std::ranges::any_of(word.images, fits)) return word.*said;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> label_trust(const Container::Labels& labels) {
  const std::string* written = model::find_label(labels, trust_label);
  return written == nullptr ? std::nullopt : model::parse_trust(*written);
}

}  // namespace

std::optional<std::uint32_t> trust_of(const Container& container, std::span<const ImageWord> words) {
  if (const auto said = label_trust(container.pod_labels)) return said;
  const auto label = label_trust(container.labels), word = first_word(container, words, &ImageWord::trust);
  return label && word ? std::min(label, word) : label ? label : word;
}

std::optional<model::DriftMode> drift_mode_of(const Container& container, std::span<const ImageWord> words) {
  return first_word(container, words, &ImageWord::drift);
}

std::optional<model::FlowMode> flow_mode_of(const Container& container, std::span<const ImageWord> words) {
  return first_word(container, words, &ImageWord::flows);
}

}  // namespace doorman::derive
