// SPDX-License-Identifier: Apache-2.0
#include "source/image_layout.h"

#include "base/path.h"
#include "parse/image/manifest.h"

namespace doorman::source {

using base::Digest;
using base::Error;
using base::ErrorCode;
using base::Result;
using parse::image::Descriptor;
using parse::image::DocumentKind;

namespace {

constexpr int max_index_depth = 4;

std::string blob_name(const Digest& digest) {
  const std::string text = digest.text();
  const std::size_t colon = text.find(':');
  return "blobs/" + text.substr(0, colon) + "/" + text.substr(colon + 1);
}

/// The document's bytes; they must have the digest by which it was asked for.
Result<std::string> read_blob(const ContentFolder& folder, const Digest& digest) {
  DOORMAN_TRY(std::string content, folder.read(blob_name(digest), parse::image::max_document_bytes));
  const Digest computed = base::digest_of(content, digest.algorithm());
  if (computed != digest)
    return Error(ErrorCode::mismatch, digest.text() + " has the content of " + computed.text());
  return content;
}

std::string_view name_of(const Descriptor& descriptor) {
  const std::string_view full = descriptor.annotation("io.containerd.image.name");
  return full.empty() ? descriptor.annotation("org.opencontainers.image.ref.name") : full;
}

/// A name matches in full or by what follows its last slash: `app:1` is `docker.io/library/app:1`.
bool is_named(std::string_view full, std::string_view wanted) {
  return full == wanted ||
         (full.size() > wanted.size() && full.ends_with(wanted) && full[full.size() - wanted.size() - 1] == '/') ||
         (full.starts_with(wanted) && full.substr(wanted.size()) == ":latest");
}

Error choose_one(const std::string& there) {
  return {ErrorCode::usage, "holds several images: choose one by ':NAME' after the path: " + there};
}

/// The one entry of index.json that was asked for. Several entries without a name in question are platforms.
Result<parse::image::Index> named_entries(const parse::image::Index& index, const std::string& name) {
  parse::image::Index chosen;
  std::string there;
  std::string_view first;
  bool differ = false;
  for (const Descriptor& manifest : index.manifests) {
    const std::string_view full = name_of(manifest);
    if (chosen.manifests.empty() && there.empty()) first = full;
    differ = differ || full != first;
    there += (there.empty() ? "" : ", ") + std::string(full.empty() ? manifest.digest.text() : full);
    if (name.empty() || is_named(full, name) || manifest.digest.text() == name)
      chosen.manifests.push_back(manifest);
  }
  if (chosen.manifests.empty()) {
    return Error(ErrorCode::not_found,
                 name.empty() ? "holds no image" : "no image " + name + "; there is " + there);
  }
  if (name.empty() && differ) return choose_one(there);
  return chosen;
}

struct FoundManifest {
  parse::image::Manifest manifest;
  Digest digest;
  std::optional<Digest> index;  ///< the outermost
};

/// Follows indexes down to the manifest of the platform.
Result<FoundManifest> find_manifest(const ContentFolder& folder, parse::image::Index index,
                                    const model::Platform& platform) {
  std::optional<Digest> outermost;
  for (int depth = 0; depth < max_index_depth; ++depth) {
    DOORMAN_TRY(const Descriptor chosen, index.manifests.size() == 1
                                             ? Result<Descriptor>(index.manifests.front())
                                             : parse::image::select_platform(index, platform));
    DOORMAN_TRY(const std::string document, read_blob(folder, chosen.digest));
    if (parse::image::document_kind(document) != DocumentKind::index) {
      auto manifest = parse::image::parse_manifest(document).in(chosen.digest.text());
      if (!manifest.ok()) return manifest.error();
      return FoundManifest{*std::move(manifest), chosen.digest, outermost};
    }
    if (!outermost) outermost = chosen.digest;
    auto inner = parse::image::parse_index(document).in(chosen.digest.text());
    if (!inner.ok()) return inner.error();
    index = *std::move(inner);
    // An inner index with one image still has to be of the platform that was asked for, or of none.
    DOORMAN_TRY(const Descriptor image, parse::image::select_platform(index, platform));
    index.manifests = {image};
  }
  return Error(ErrorCode::limit, "image indexes nested deeper than 4 levels");
}

/// The image that entries of one name lead to: one, or its platforms.
Result<ImageLayout> read_named(const ContentFolder& folder, parse::image::Index entries,
                               const model::Platform& platform, std::vector<std::string> names) {
  DOORMAN_TRY(const FoundManifest found, find_manifest(folder, std::move(entries), platform));
  const parse::image::Manifest& manifest = found.manifest;
  DOORMAN_TRY(const std::string config_text, read_blob(folder, manifest.config.digest));
  auto config = parse::image::parse_config(config_text).in("config " + manifest.config.digest.text());
  if (!config.ok()) return config.error();
  DOORMAN_TRY(auto layers, parse::image::layer_refs(manifest, *config));
  ImageLayout image{{manifest.config.digest, found.digest, found.index, std::move(names)},
                    *std::move(config),
                    std::move(layers),
                    {}};
  for (const Descriptor& layer : manifest.layers) image.layer_names.push_back(blob_name(layer.digest));
  return image;
}

Result<ImageLayout> read_oci(const ContentFolder& folder, const LayoutOptions& options) {
  DOORMAN_TRY(const std::string text, folder.read("index.json", parse::image::max_document_bytes));
  auto parsed = parse::image::parse_index(text).in("index.json");
  if (!parsed.ok()) return parsed.error();
  DOORMAN_TRY(parse::image::Index entries, named_entries(*parsed, options.name));
  std::vector<std::string> names;
  if (const std::string_view name = name_of(entries.manifests.front()); !name.empty()) names.emplace_back(name);
  return read_named(folder, std::move(entries), options.platform, std::move(names));
}

Result<parse::image::SavedImage> named_saved_image(const std::vector<parse::image::SavedImage>& images,
                                                   const std::string& name) {
  if (name.empty() && images.size() == 1) return images.front();
  std::string there;
  for (const auto& image : images) {
    for (const std::string& full : image.names) {
      if (!name.empty() && is_named(full, name)) return image;
      there += (there.empty() ? "" : ", ") + full;
    }
  }
  if (name.empty()) return choose_one(there);
  return Error(ErrorCode::not_found, "no image " + name + "; there is " + there);
}

/// The digest that a path in the archive is named after, where it is: `<hex>.json`, `blobs/sha256/<hex>`.
std::optional<Digest> digest_in_name(std::string_view path) {
  std::string_view name = base::basename_of(path);
  if (name.ends_with(".json")) name.remove_suffix(5);
  auto digest = Digest::parse("sha256:" + std::string(name));
  return digest.ok() ? std::optional(*digest) : std::nullopt;
}

Result<ImageLayout> read_docker(const ContentFolder& folder, const LayoutOptions& options) {
  DOORMAN_TRY(const std::string text, folder.read("manifest.json", parse::image::max_document_bytes));
  auto saved = parse::image::parse_saved_images(text).in("manifest.json");
  if (!saved.ok()) return saved.error();
  DOORMAN_TRY(const auto chosen, named_saved_image(*saved, options.name));
  DOORMAN_TRY(const base::CanonPath config_path, base::CanonPath::parse(chosen.config));
  DOORMAN_TRY(const std::string config_text, folder.read(config_path.text(), parse::image::max_document_bytes));
  const Digest computed = base::digest_of(config_text);
  if (const auto named = digest_in_name(chosen.config); named && *named != computed) {
    return Error(ErrorCode::mismatch, chosen.config + " has the content of " + computed.text());
  }
  auto config = parse::image::parse_config(config_text).in(chosen.config);
  if (!config.ok()) return config.error();
  if (config->diff_ids.size() != chosen.layers.size()) {
    return Error(ErrorCode::invalid, "manifest.json has " + std::to_string(chosen.layers.size()) +
                                         " layers, the configuration " + std::to_string(config->diff_ids.size()) +
                                         " diffIDs");
  }
  ImageLayout image{{computed, std::nullopt, std::nullopt, chosen.names}, *std::move(config), {}, {}};
  for (std::size_t i = 0; i < chosen.layers.size(); ++i) {
    DOORMAN_TRY(const base::CanonPath path, base::CanonPath::parse(chosen.layers[i]));
    const bool is_blob = path.text().starts_with("blobs/");
    const auto size = folder.size(path.text());
    image.layers.push_back({is_blob ? digest_in_name(path.text()) : std::nullopt, image.config.diff_ids[i], "",
                            size.ok() ? *size : 0});
    image.layer_names.push_back(path.text());
  }
  return image;
}

class LayoutSource final : public ImageSource {
 public:
  LayoutSource(std::unique_ptr<ContentFolder> folder, ImageLayout image)
      : folder_(std::move(folder)), image_(std::move(image)) {}

  [[nodiscard]] const model::ImageIdentity& identity() const override { return image_.identity; }
  [[nodiscard]] const model::ImageConfig& config() const override { return image_.config; }
  [[nodiscard]] std::span<const model::LayerRef> layers() const override { return image_.layers; }
  Result<std::unique_ptr<base::ByteStream>> open_layer(std::size_t index) override {
    return folder_->open(image_.layer_names[index]);
  }

 private:
  std::unique_ptr<ContentFolder> folder_;
  ImageLayout image_;
};

}  // namespace

Result<ImageLayout> read_image_layout(const ContentFolder& folder, const LayoutOptions& options) {
  switch (options.form) {
    case LayoutForm::oci:
      return read_oci(folder, options);
    case LayoutForm::docker:
      return read_docker(folder, options);
    case LayoutForm::detect:
      break;
  }
  // Newer `docker save` writes both; the OCI documents say more, but name no tags in old versions.
  if (folder.has("index.json")) return read_oci(folder, options);
  if (folder.has("manifest.json")) return read_docker(folder, options);
  return Error(ErrorCode::unsupported, "neither index.json (OCI) nor manifest.json (docker save): not an image");
}

Result<std::unique_ptr<ImageSource>> open_image_layout(std::unique_ptr<ContentFolder> folder,
                                                       const LayoutOptions& options) {
  DOORMAN_TRY(ImageLayout image, read_image_layout(*folder, options));
  return std::unique_ptr<ImageSource>(std::make_unique<LayoutSource>(std::move(folder), std::move(image)));
}

Result<std::unique_ptr<ImageSource>> open_named_content(std::unique_ptr<ContentFolder> folder, const Digest& target,
                                                        std::vector<std::string> names,
                                                        const model::Platform& platform) {
  parse::image::Index entries;
  entries.manifests.push_back({"", target, 0, std::nullopt, {}});
  DOORMAN_TRY(ImageLayout image, read_named(*folder, std::move(entries), platform, std::move(names)));
  return std::unique_ptr<ImageSource>(std::make_unique<LayoutSource>(std::move(folder), std::move(image)));
}

}  // namespace doorman::source
