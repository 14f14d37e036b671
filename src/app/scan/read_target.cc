// SPDX-License-Identifier: Apache-2.0
#include "app/scan/read_target.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <utility>

#include "base/inflate.h"
#include "base/log.h"
#include "base/text.h"
#include "derive/compose.h"
#include "parse/image/manifest.h"
#include "parse/image/reference.h"
#include "parse/secret/scanner.h"
#include "source/archive_stream.h"
#include "source/containerd_images.h"
#include "source/containers_storage.h"
#include "source/engine.h"
#include "source/image_layout.h"
#include "source/registry.h"
#include "source/root_folder.h"

namespace doorman::app {

using base::Error;
using base::ErrorCode;
using base::Result;
using model::Inventory;
using source::ImageSource;
using source::LayoutForm;
using source::LayoutOptions;
using Kind = TargetSpec::Kind;

namespace {

LayoutForm form_of(Kind kind) {
  if (kind == Kind::oci_archive || kind == Kind::oci_layout) return LayoutForm::oci;
  return kind == Kind::docker_archive ? LayoutForm::docker : LayoutForm::detect;
}

class TargetReader {
 public:
  TargetReader(const TargetSpec& target, const ReadOptions& options) : target_(target), options_(options) {
    stored_ = {form_of(target.kind), options.platform.value_or(parse::image::host_platform()), target.name};
  }

  Result<Inventory> read() { return read_as(target_.kind); }

 private:
  Result<Inventory> read_as(Kind kind) {
    switch (kind) {
      case Kind::oci_archive:
      case Kind::docker_archive:
      case Kind::archive:
        return read_archive();
      case Kind::standard_input:
        return read_standard_input();
      case Kind::oci_layout:
        return read_folder_of_content();
      case Kind::registry:
        return read_registry();
      case Kind::image:
        return read_named();
      case Kind::podman:
        return read_engine(source::Engine::podman);
      case Kind::docker:
        return read_engine(source::Engine::docker);
      case Kind::containers_storage:
        return read_storage();
      case Kind::containerd:
        return read_image(source::open_containerd_image(target_.location, stored_.platform));
      case Kind::root_folder:
        return read_root({}, model::Subject::Kind::root);
      case Kind::host:
        return read_root(source::host_root_options(), model::Subject::Kind::host);
    }
    return Error(ErrorCode::unsupported, "a target of an unknown kind");
  }

  Result<Inventory> compose(derive::Target target, std::vector<model::LayerFacts> layers) {
    if (options_.layer.secrets != nullptr && target.config) {
      DOORMAN_TRY(target.secrets, parse::secret::find_and_hide(*options_.layer.secrets, *target.config));
    }
    return derive::compose(std::move(target), std::move(layers));
  }

  Result<Inventory> read_image(Result<std::unique_ptr<ImageSource>> opened) {
    if (!opened.ok()) return opened.error();
    ImageSource& image = **opened;
    std::uint64_t bytes = 0;
    for (const model::LayerRef& layer : image.layers()) bytes += layer.size;
    if (options_.begin) options_.begin(bytes, image.layers().size());
    DOORMAN_TRY(auto layers, read_layers(image, options_.layer, options_.plan));
    return compose({target_.text, model::Subject::Kind::image, image.identity(), image.config(), true},
                   std::move(layers));
  }

  Result<Inventory> read_stream(base::ByteStream& stream, std::uint64_t bytes) {
    if (options_.begin) options_.begin(bytes, 0);
    DOORMAN_TRY(source::StreamedImage streamed, source::read_archive_stream(stream, stored_, options_.layer));
    if (options_.plan.cache != nullptr) {
      for (const model::LayerFacts& facts : streamed.layers) remember(*options_.plan.cache, facts);
    }
    return compose({target_.text, model::Subject::Kind::image, std::move(streamed.image.identity),
                    std::move(streamed.image.config), true},
                   std::move(streamed.layers));
  }

  /// The archive itself may be compressed: then, or in a pipe, it can only be read from front to end.
  Result<Inventory> read_archive() {
    DOORMAN_TRY(base::Fd file, base::open_read(target_.location));
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return base::system_error("fstat");
    if (!S_ISREG(status.st_mode)) {
      base::FdStream pipe(std::move(file));
      return read_compressed(pipe, 0);
    }
    std::array<char, 4> head{};
    DOORMAN_TRY(const std::size_t got, base::read_at(file, 0, head));
    if (base::sniff_compression(base::Bytes(head.data(), got)) != base::Compression::none) {
      base::FdStream stream(std::move(file));
      return read_compressed(stream, static_cast<std::uint64_t>(status.st_size));
    }
    auto folder = source::open_tar_folder(std::move(file));
    if (!folder.ok()) return folder.error();
    return read_image(source::open_image_layout(*std::move(folder), stored_));
  }

  Result<Inventory> read_compressed(base::ByteStream& stream, std::uint64_t bytes) {
    const auto plain = base::open_plain(stream, options_.layer.inflate);
    return read_stream(*plain, bytes);
  }

  Result<Inventory> read_standard_input() {
    const int copy = ::dup(STDIN_FILENO);
    if (copy < 0) return base::system_error("standard input");
    base::FdStream input{base::Fd(copy)};
    return read_compressed(input, 0);
  }

  Result<Inventory> read_folder_of_content() {
    return read_image(source::open_image_layout(source::open_disk_folder(target_.location), stored_));
  }

  Result<Inventory> read_registry() {
    DOORMAN_TRY(const auto reference, parse::image::parse_reference(target_.location));
    source::RegistryOptions registry;
    registry.platform = options_.platform;
    registry.allow_http = options_.insecure_http;
    registry.ca_path = options_.ca_file;
    return read_image(source::open_registry(reference, registry));
  }

  /// What is here is what would run here. For another platform only a registry can be asked.
  Result<Inventory> read_named() {
    if (options_.platform) return read_registry();
    constexpr auto here =
        std::to_array<std::pair<std::string_view, Kind>>({{"docker", Kind::docker},
                                                          {"podman", Kind::podman},
                                                          {"containers-storage", Kind::containers_storage},
                                                          {"containerd", Kind::containerd}});
    for (const auto& [where, kind] : here) {
      auto found = read_as(kind);
      if (!found.ok() && is_elsewhere(found.error().code())) continue;
      if (found.ok()) {
        base::log(base::LogLevel::info,
                  fmt::format("{}: {} has it; registry:{} asks its registry", base::printable(target_.text), where,
                              base::printable(target_.text)));
      }
      return found;
    }
    return read_registry();
  }

  /// Whether an engine that says so leaves the question to others: it is not there, does not answer this user, or
  /// has no such image.
  static bool is_elsewhere(ErrorCode code) {
    return code == ErrorCode::not_found || code == ErrorCode::io || code == ErrorCode::denied ||
           code == ErrorCode::network || code == ErrorCode::usage;
  }

  /// An engine hands its image out as an archive, whose digests then vouch for it.
  Result<Inventory> read_engine(source::Engine engine) {
    DOORMAN_TRY(const source::EngineExport image, source::export_from_engine(engine, target_.location));
    DOORMAN_TRY(Inventory inventory, read_stream(*image.archive, 0));
    if (inventory.identity) inventory.identity->names = image.names;
    return inventory;
  }

  Result<Inventory> read_storage() {
    DOORMAN_TRY(source::StoredImage image, source::find_stored_image(target_.location));
    if (options_.begin) options_.begin(0, image.layer_folders.size());
    DOORMAN_TRY(auto layers, read_layer_folders(image.layer_folders, options_.layer, options_.plan.jobs));
    return compose(
        {target_.text, model::Subject::Kind::image, std::move(image.identity), std::move(image.config), false},
        std::move(layers));
  }

  Result<Inventory> read_root(const source::RootOptions& root, model::Subject::Kind kind) {
    if (options_.begin) options_.begin(0, 1);
    DOORMAN_TRY(model::LayerFacts facts,
                source::read_root_folder(target_.location, root, options_.layer, options_.plan.jobs));
    std::vector<model::LayerFacts> layers;
    layers.push_back(std::move(facts));
    return derive::compose({target_.text, kind, std::nullopt, std::nullopt, false}, std::move(layers));
  }

  const TargetSpec& target_;
  const ReadOptions& options_;
  LayoutOptions stored_;
};

}  // namespace

Result<Inventory> read_target(const TargetSpec& target, const ReadOptions& options) {
  return TargetReader(target, options).read();
}

}  // namespace doorman::app
