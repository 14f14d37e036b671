// SPDX-License-Identifier: Apache-2.0
#include "model/image_record.h"

#include <algorithm>

#include "base/text.h"
#include "model/image_record_table.h"

namespace doorman::model {
namespace {

using record::list_of;
using record::text_if;
using record::texts_of;

// Short, since there is a row for every field.
using I = const ImageRecord&;
using U = const FieldUse&;
using A = base::Arena&;

std::string_view kind_of(const ImageRecord& image) {
  switch (image.inventory().subject.kind()) {
    case Subject::Kind::image:
      return "image";
    case Subject::Kind::root:
      return "root";
    case Subject::Kind::host:
      return "host";
  }
  return {};
}

Value digest_if(const std::optional<base::Digest>& digest, base::Arena& scratch) {
  return digest ? Value::of(scratch.copy(digest->text())) : Value();
}

const ImageConfig* config_of(const ImageRecord& image) {
  const auto& config = image.inventory().config;
  return config ? &*config : nullptr;
}

template <typename Member>
Value config_text(const ImageRecord& image, Member ImageConfig::* member) {
  const ImageConfig* config = config_of(image);
  return config == nullptr ? Value() : text_if(config->*member);
}

Value config_texts(const ImageRecord& image, std::vector<std::string> ImageConfig::* member, base::Arena& scratch) {
  const ImageConfig* config = config_of(image);
  return config == nullptr ? Value() : texts_of(config->*member, scratch);
}

Value env_of(const ImageRecord& image, const FieldUse& use, base::Arena& scratch) {
  const ImageConfig* config = config_of(image);
  return config == nullptr ? Value() : record::env_of(config->env, use, scratch);
}

std::string_view label_of(const ImageRecord& image, std::string_view name) {
  const ImageConfig* config = config_of(image);
  if (config == nullptr) return {};
  for (const auto& [label, value] : config->labels) {
    if (label == name) return value;
  }
  return {};
}

Value labels_of(const ImageRecord& image, base::Arena& scratch) {
  const ImageConfig* config = config_of(image);
  if (config == nullptr) return {};
  return list_of(config->labels, scratch,
                 [&](const auto& label) { return Value::of(scratch.copy(label.first + "=" + label.second)); });
}

/// A build step as the classic builder records it (`/bin/sh -c #(nop) ADD …`) and as BuildKit does (`ADD … #
/// buildkit`).
bool adds_from_url(std::string_view step) {
  constexpr std::string_view no_operation = "#(nop)";
  if (const std::size_t at = step.find(no_operation); at != std::string_view::npos) {
    step.remove_prefix(at + no_operation.size());
  }
  step = base::trim(step);
  if (!step.starts_with("ADD ")) return false;
  return std::ranges::any_of(base::split(step, ' '), [](std::string_view word) {
    return word.starts_with("http://") || word.starts_with("https://") || word.starts_with("ftp://") ||
           word.starts_with("git://") || word.starts_with("git@");
  });
}

/// Builders that want the same bytes each time date an image 1970, 1980 or so: that is no age.
Value age_of(const ImageRecord& image) {
  const ImageConfig* config = config_of(image);
  return config == nullptr || !config->created ? Value() : record::image_age(*config->created, image.now());
}

Value days_left(const ImageRecord& image) {
  const auto until = base::parse_time(image.inventory().support.until);
  if (!until) return {};
  const auto today = std::chrono::floor<std::chrono::days>(image.now());
  return Value::of_integer((std::chrono::floor<std::chrono::days>(*until) - today).count());
}

Value end_of_life(const ImageRecord& image) {
  switch (image.inventory().support.state) {
    case Support::State::unknown:
      return {};
    case Support::State::supported:
    case Support::State::extended:
      return Value::of(false);
    case Support::State::ended:
      return Value::of(true);
  }
  return {};
}

Value sum_of(const ImageRecord& image, std::uint64_t LayerSummary::* member) {
  std::uint64_t sum = 0;
  for (const LayerSummary& layer : image.inventory().layers) sum += layer.*member;
  return sum == 0 ? Value() : Value::of_natural(sum);
}

Value distribution_text(const ImageRecord& image, std::string Distribution::* member) {
  const auto& distribution = image.inventory().distribution;
  return distribution ? text_if((*distribution).*member) : Value();
}

Value of_identity(const ImageRecord& image, std::optional<base::Digest> ImageIdentity::* member,
                  base::Arena& scratch) {
  const auto& identity = image.inventory().identity;
  return identity ? digest_if((*identity).*member, scratch) : Value();
}

Value names_of(const ImageRecord& image, base::Arena& scratch) {
  const auto& identity = image.inventory().identity;
  return identity ? texts_of(identity->names, scratch) : Value();
}

Value user_of(const ImageRecord& image) {
  const ImageConfig* config = config_of(image);
  return config == nullptr ? Value() : Value::of(std::string_view(config->user));
}

Value starts_as_root(const ImageRecord& image) {
  const ImageConfig* config = config_of(image);
  return config == nullptr ? Value() : Value::of(config->starts_as_root());
}

Value env_names(const ImageRecord& image, base::Arena& scratch) {
  const ImageConfig* config = config_of(image);
  if (config == nullptr) return {};
  return list_of(config->env, scratch,
                 [](std::string_view variable) { return Value::of(variable.substr(0, variable.find('='))); });
}

Value history_of(const ImageRecord& image, base::Arena& scratch) {
  const ImageConfig* config = config_of(image);
  if (config == nullptr) return {};
  return list_of(config->history, scratch,
                 [](const BuildStep& step) { return Value::of(std::string_view(step.created_by)); });
}

Value adds_from_url(const ImageRecord& image) {
  const ImageConfig* config = config_of(image);
  if (config == nullptr || config->history.empty()) return {};
  return Value::of(std::ranges::any_of(
      config->history, [](const BuildStep& step) { return adds_from_url(std::string_view(step.created_by)); }));
}

Value layer_digests(const ImageRecord& image, base::Arena& scratch) {
  std::vector<std::string_view> digests;
  for (const LayerSummary& layer : image.inventory().layers) {
    if (layer.diff_id) digests.push_back(scratch.copy(layer.diff_id->text()));
  }
  return texts_of(digests, scratch);
}

Value platform_text(const ImageRecord& image, std::string Platform::* member) {
  const ImageConfig* config = config_of(image);
  return config == nullptr ? Value() : text_if(config->platform.*member);
}

const record::FieldTable<ImageRecord>& table() {
  static const record::FieldTable<ImageRecord> rows = {
      {FieldId::image_kind, [](I i, U, A) { return Value::of(kind_of(i)); }},
      {FieldId::image_target, [](I i, U, A) { return text_if(i.inventory().target); }},
      {FieldId::image_digest, [](I i, U, A a) { return digest_if(i.inventory().subject.digest(), a); }},
      {FieldId::image_manifest, [](I i, U, A a) { return of_identity(i, &ImageIdentity::manifest, a); }},
      {FieldId::image_index, [](I i, U, A a) { return of_identity(i, &ImageIdentity::index, a); }},
      {FieldId::image_reference, [](I i, U, A) { return text_if(i.name().reference); }},
      {FieldId::image_names, [](I i, U, A a) { return names_of(i, a); }},
      {FieldId::image_registry, [](I i, U, A) { return text_if(i.name().registry); }},
      {FieldId::image_repository, [](I i, U, A) { return text_if(i.name().repository); }},
      {FieldId::image_tag, [](I i, U, A) { return text_if(i.name().tag); }},
      {FieldId::image_by_digest,
       [](I i, U, A) { return i.name().reference.empty() ? Value() : Value::of(i.name().by_digest); }},
      {FieldId::image_os, [](I i, U, A) { return platform_text(i, &Platform::os); }},
      {FieldId::image_architecture, [](I i, U, A) { return platform_text(i, &Platform::architecture); }},
      {FieldId::image_variant, [](I i, U, A) { return platform_text(i, &Platform::variant); }},
      {FieldId::image_created,
       [](I i, U, A) { return config_of(i) == nullptr ? Value() : record::time_if(config_of(i)->created); }},
      {FieldId::image_age_days, [](I i, U, A) { return age_of(i); }},
      {FieldId::image_author, [](I i, U, A) { return config_text(i, &ImageConfig::author); }},
      {FieldId::image_user, [](I i, U, A) { return user_of(i); }},
      {FieldId::image_is_root, [](I i, U, A) { return starts_as_root(i); }},
      {FieldId::image_env, env_of},
      {FieldId::image_env_names, [](I i, U, A a) { return env_names(i, a); }},
      {FieldId::image_entrypoint, [](I i, U, A a) { return config_texts(i, &ImageConfig::entrypoint, a); }},
      {FieldId::image_cmd, [](I i, U, A a) { return config_texts(i, &ImageConfig::cmd, a); }},
      {FieldId::image_working_dir, [](I i, U, A) { return config_text(i, &ImageConfig::working_dir); }},
      {FieldId::image_exposed_ports, [](I i, U, A a) { return config_texts(i, &ImageConfig::exposed_ports, a); }},
      {FieldId::image_volumes, [](I i, U, A a) { return config_texts(i, &ImageConfig::volumes, a); }},
      {FieldId::image_healthcheck,
       [](I i, U, A) { return config_of(i) == nullptr ? Value() : Value::of(config_of(i)->health_check); }},
      {FieldId::image_stop_signal, [](I i, U, A) { return config_text(i, &ImageConfig::stop_signal); }},
      {FieldId::image_label, [](I i, U u, A) { return text_if(label_of(i, u.key)); }},
      {FieldId::image_labels, [](I i, U, A a) { return labels_of(i, a); }},
      {FieldId::image_history, [](I i, U, A a) { return history_of(i, a); }},
      {FieldId::image_adds_from_url, [](I i, U, A) { return adds_from_url(i); }},
      {FieldId::image_layers, [](I i, U, A) { return Value::of_natural(i.inventory().layers.size()); }},
      {FieldId::image_layer_digests, [](I i, U, A a) { return layer_digests(i, a); }},
      {FieldId::image_size, [](I i, U, A) { return sum_of(i, &LayerSummary::plain_bytes); }},
      {FieldId::image_stored_size, [](I i, U, A) { return sum_of(i, &LayerSummary::stored_bytes); }},
      {FieldId::image_verified, [](I i, U, A) { return Value::of(i.inventory().verified); }},
      {FieldId::image_distribution_id, [](I i, U, A) { return distribution_text(i, &Distribution::id); }},
      {FieldId::image_distribution_version,
       [](I i, U, A) { return distribution_text(i, &Distribution::version_id); }},
      {FieldId::image_distribution_codename,
       [](I i, U, A) { return distribution_text(i, &Distribution::codename); }},
      {FieldId::image_distribution_name,
       [](I i, U, A) { return distribution_text(i, &Distribution::pretty_name); }},
      {FieldId::image_support_state, [](I i, U, A) { return Value::of(to_text(i.inventory().support.state)); }},
      {FieldId::image_support_until, [](I i, U, A) { return text_if(i.inventory().support.until); }},
      {FieldId::image_support_days_left, [](I i, U, A) { return days_left(i); }},
      {FieldId::image_end_of_life, [](I i, U, A) { return end_of_life(i); }},
      {FieldId::image_base_name,
       [](I i, U, A) { return text_if(label_of(i, "org.opencontainers.image.base.name")); }},
      {FieldId::image_base_digest,
       [](I i, U, A) { return text_if(label_of(i, "org.opencontainers.image.base.digest")); }},
      {FieldId::image_packages, [](I i, U, A) { return Value::of_natural(i.inventory().packages.size()); }},
      {FieldId::image_programs, [](I i, U, A) { return Value::of_natural(i.inventory().programs.size()); }},
      {FieldId::image_notes, [](I i, U, A) { return Value::of_natural(i.inventory().notes.size()); }},
  };
  return rows;
}

}  // namespace

Value ImageRecord::read(const FieldUse& use, base::Arena& scratch) const {
  return table().read(*this, use, scratch);
}

}  // namespace doorman::model
