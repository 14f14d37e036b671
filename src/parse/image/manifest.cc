// SPDX-License-Identifier: Apache-2.0
#include "parse/image/manifest.h"

#include "base/json.h"

namespace doorman::parse::image {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::JsonDocument;
using base::JsonValue;
using base::Result;

namespace {

Result<JsonDocument> parse_document(Bytes json) {
  if (json.size() > max_document_bytes) return Error(ErrorCode::limit, "over the limit of 16 MiB");
  auto document = JsonDocument::parse(json);
  if (document.ok() && !document->root().is_object()) return Error(ErrorCode::invalid, "not a JSON object");
  return document;
}

Result<Descriptor> parse_descriptor(JsonValue value) {
  DOORMAN_TRY(const base::Digest digest, base::Digest::parse(value["digest"].string_or("")));
  Descriptor descriptor{std::string(value["mediaType"].string_or("")), digest, 0, std::nullopt, {}};
  const auto size = value["size"].integer();
  if (!size || *size < 0) return Error(ErrorCode::invalid, digest.text() + " has no size");
  descriptor.size = static_cast<std::uint64_t>(*size);
  if (const JsonValue platform = value["platform"]; platform.is_object()) {
    descriptor.platform = model::Platform{std::string(platform["os"].string_or("")),
                                          std::string(platform["architecture"].string_or("")),
                                          std::string(platform["variant"].string_or(""))};
  }
  for (const auto& [name, text] : value["annotations"].members()) {
    descriptor.annotations.emplace_back(name, text.string_or(""));
  }
  return descriptor;
}

Result<std::vector<Descriptor>> parse_descriptors(JsonValue array, std::string_view what) {
  std::vector<Descriptor> descriptors;
  for (const JsonValue item : array.items()) {
    if (descriptors.size() == max_layers) {
      return Error(ErrorCode::limit,
                   "more than the limit of " + std::to_string(max_layers) + " " + std::string(what));
    }
    auto descriptor = parse_descriptor(item);
    if (!descriptor.ok()) {
      return descriptor.error().in(std::string(what) + "[" + std::to_string(descriptors.size()) + "]");
    }
    descriptors.push_back(*std::move(descriptor));
  }
  return descriptors;
}

/// One digest must not stand for two images (CVE-2021-41190; OCI image-spec v1.0.2 forbids it).
Error ambiguous() {
  return {ErrorCode::invalid, "both a manifest and an index: refused, since it can be read as either"};
}

bool is_attestation(const Descriptor& descriptor) {
  return descriptor.annotation("vnd.docker.reference.type") == "attestation-manifest" ||
         (descriptor.platform && descriptor.platform->os == "unknown");
}

}  // namespace

std::string_view Descriptor::annotation(std::string_view name) const {
  for (const auto& [key, text] : annotations) {
    if (key == name) return text;
  }
  return {};
}

DocumentKind document_kind(Bytes json) {
  const auto document = parse_document(json);
  if (!document.ok()) return DocumentKind::other;
  const JsonValue root = document->root();
  if (root["manifests"].is_array()) return DocumentKind::index;
  return root["config"].is_object() && root["layers"].is_array() ? DocumentKind::manifest : DocumentKind::other;
}

Result<Manifest> parse_manifest(Bytes json) {
  DOORMAN_TRY(const JsonDocument document, parse_document(json));
  const JsonValue root = document.root();
  if (root["schemaVersion"].integer() == 1 || root["fsLayers"].is_array()) {
    return Error(ErrorCode::unsupported, "Docker's image manifest schema 1, which registries have given up");
  }
  if (!root["layers"].is_array()) return Error(ErrorCode::invalid, "no layers: not an image manifest");
  if (root["manifests"].exists()) return ambiguous();
  auto config = parse_descriptor(root["config"]);
  if (!config.ok()) return config.error().in("config");
  DOORMAN_TRY(auto layers, parse_descriptors(root["layers"], "layers"));
  return Manifest{*std::move(config), std::move(layers)};
}

Result<Index> parse_index(Bytes json) {
  DOORMAN_TRY(const JsonDocument document, parse_document(json));
  if (!document.root()["manifests"].is_array())
    return Error(ErrorCode::invalid, "no manifests: not an image index");
  if (document.root()["layers"].exists() || document.root()["config"].exists()) return ambiguous();
  DOORMAN_TRY(auto manifests, parse_descriptors(document.root()["manifests"], "manifests"));
  return Index{std::move(manifests)};
}

Result<Descriptor> select_platform(const Index& index, const model::Platform& wanted) {
  const Descriptor* same_architecture = nullptr;
  const Descriptor* unnamed = nullptr;
  std::string there;
  std::size_t images = 0;
  for (const Descriptor& manifest : index.manifests) {
    if (is_attestation(manifest)) continue;
    ++images;
    if (!manifest.platform) {
      unnamed = &manifest;
      continue;
    }
    if (*manifest.platform == wanted) return manifest;
    if (manifest.platform->os == wanted.os && manifest.platform->architecture == wanted.architecture &&
        (wanted.variant.empty() || manifest.platform->variant.empty()) && same_architecture == nullptr) {
      same_architecture = &manifest;
    }
    there += (there.empty() ? "" : ", ") + to_text(*manifest.platform);
  }
  if (same_architecture != nullptr) return *same_architecture;
  if (unnamed != nullptr && images == 1) return *unnamed;
  return Error(ErrorCode::not_found,
               "no image for " + to_text(wanted) + "; there is " + (there.empty() ? "none" : there));
}

Result<std::vector<SavedImage>> parse_saved_images(Bytes json) {
  if (json.size() > max_document_bytes) return Error(ErrorCode::limit, "over the limit of 16 MiB");
  DOORMAN_TRY(const JsonDocument document, JsonDocument::parse(json));
  std::vector<SavedImage> images;
  for (const JsonValue item : document.root().items()) {
    SavedImage image;
    image.config = item["Config"].string_or("");
    if (image.config.empty()) return Error(ErrorCode::invalid, "an image without Config");
    for (const JsonValue name : item["RepoTags"].items()) image.names.emplace_back(name.string_or(""));
    for (const JsonValue layer : item["Layers"].items()) {
      if (image.layers.size() == max_layers) {
        return Error(ErrorCode::limit, "more than the limit of " + std::to_string(max_layers) + " layers");
      }
      image.layers.emplace_back(layer.string_or(""));
    }
    images.push_back(std::move(image));
  }
  if (images.empty()) return Error(ErrorCode::invalid, "names no image");
  return images;
}

Result<std::vector<model::LayerRef>> layer_refs(const Manifest& manifest, const model::ImageConfig& config) {
  if (manifest.layers.size() != config.diff_ids.size()) {
    return Error(ErrorCode::invalid, "the manifest has " + std::to_string(manifest.layers.size()) +
                                         " layers, the configuration " + std::to_string(config.diff_ids.size()) +
                                         " diffIDs");
  }
  std::vector<model::LayerRef> refs;
  refs.reserve(manifest.layers.size());
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    refs.push_back(
        {manifest.layers[i].digest, config.diff_ids[i], manifest.layers[i].media_type, manifest.layers[i].size});
  }
  return refs;
}

}  // namespace doorman::parse::image
