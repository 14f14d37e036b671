// SPDX-License-Identifier: Apache-2.0
#include "source/registry.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "parse/image/manifest.h"
#include "source/registry_client.h"

namespace doorman::source {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using parse::image::DocumentKind;
using parse::image::Reference;

constexpr int max_index_depth = 3;

/// An image's manifest, and the index that led to it.
struct Resolved {
  parse::image::Manifest manifest;
  base::Digest digest;
  std::optional<base::Digest> index;
};

/// Layers that a manifest points to elsewhere, as those of Windows: a registry may hold them or not.
bool is_foreign(std::string_view media_type) {
  return media_type.find("foreign") != media_type.npos || media_type.find("nondistributable") != media_type.npos;
}

class RegistryImage final : public ImageSource {
 public:
  RegistryImage(std::unique_ptr<RegistryClient> client, model::ImageIdentity identity, model::ImageConfig config,
                std::vector<model::LayerRef> layers)
      : client_(std::move(client)),
        identity_(std::move(identity)),
        config_(std::move(config)),
        layers_(std::move(layers)) {}

  [[nodiscard]] const model::ImageIdentity& identity() const override { return identity_; }
  [[nodiscard]] const model::ImageConfig& config() const override { return config_; }
  [[nodiscard]] std::span<const model::LayerRef> layers() const override { return layers_; }

  Result<std::unique_ptr<base::ByteStream>> open_layer(std::size_t index) override {
    const model::LayerRef& layer = layers_[index];
    auto stream = client_->open_blob(layer.blob.value(), layer.size);
    if (!stream.ok() && stream.error().code() == ErrorCode::not_found && is_foreign(layer.media_type)) {
      return Error(ErrorCode::unsupported,
                   "a foreign layer, which the registry does not hold: " + layer.blob->text());
    }
    return stream;
  }

 private:
  std::unique_ptr<RegistryClient> client_;
  model::ImageIdentity identity_;
  model::ImageConfig config_;
  std::vector<model::LayerRef> layers_;
};

Result<Resolved> resolve(RegistryClient& client, const Reference& reference, const model::Platform& platform) {
  auto document = reference.digest ? client.manifest(*reference.digest) : client.manifest(reference.tag);
  std::optional<base::Digest> index_digest;
  for (int depth = 0;; ++depth) {
    if (!document.ok()) return document.error();
    if (parse::image::document_kind(document->bytes) != DocumentKind::index) break;
    if (depth == max_index_depth) return Error(ErrorCode::limit, "an index within an index, more than three deep");
    if (!index_digest) index_digest = document->digest;
    DOORMAN_TRY(const auto index, parse::image::parse_index(document->bytes).in(document->digest.text()));
    DOORMAN_TRY(const auto chosen, parse::image::select_platform(index, platform));
    document = client.manifest(chosen.digest);
  }
  DOORMAN_TRY(auto manifest, parse::image::parse_manifest(document->bytes).in(document->digest.text()));
  return Resolved{std::move(manifest), document->digest, index_digest};
}

Result<model::ImageConfig> fetch_config(RegistryClient& client, const parse::image::Descriptor& descriptor) {
  DOORMAN_TRY(const std::string bytes, client.small_blob(descriptor, max_registry_config_bytes));
  auto config = parse::image::parse_config(bytes);
  if (config.ok() || descriptor.media_type.find("image") != std::string::npos) return config;
  return Error(ErrorCode::unsupported, "not an image but " + base::printable(descriptor.media_type));
}

Result<std::unique_ptr<ImageSource>> open_image(const Reference& reference, const RegistryOptions& options) {
  DOORMAN_TRY(auto client, RegistryClient::connect(reference, options));
  const model::Platform platform = options.platform.value_or(parse::image::host_platform());
  DOORMAN_TRY(Resolved resolved, resolve(*client, reference, platform));
  DOORMAN_TRY(model::ImageConfig config, fetch_config(*client, resolved.manifest.config).in("configuration"));
  const bool other_platform =
      config.platform.os != platform.os || config.platform.architecture != platform.architecture;
  if (options.platform && !resolved.index && other_platform) {
    return Error(ErrorCode::not_found, fmt::format("no image for {}; there is {}", parse::image::to_text(platform),
                                                   parse::image::to_text(config.platform)));
  }
  DOORMAN_TRY(auto layers, parse::image::layer_refs(resolved.manifest, config));
  model::ImageIdentity identity{
      resolved.manifest.config.digest, resolved.digest, resolved.index, {reference.text()}};
  return std::unique_ptr<ImageSource>(std::make_unique<RegistryImage>(std::move(client), std::move(identity),
                                                                      std::move(config), std::move(layers)));
}

}  // namespace

Result<std::unique_ptr<ImageSource>> open_registry(const Reference& reference, const RegistryOptions& options) {
  return open_image(reference, options).in(reference.text());
}

}  // namespace doorman::source
