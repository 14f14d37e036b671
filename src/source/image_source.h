// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "base/result.h"
#include "base/stream.h"
#include "model/image.h"

namespace doorman::source {

/// An image as some source offers it: its names and settings are there at once, its layers are opened one by one,
/// by several threads at a time.
class ImageSource {
 public:
  ImageSource() = default;
  ImageSource(const ImageSource&) = delete;
  ImageSource& operator=(const ImageSource&) = delete;
  virtual ~ImageSource() = default;

  [[nodiscard]] virtual const model::ImageIdentity& identity() const = 0;
  [[nodiscard]] virtual const model::ImageConfig& config() const = 0;
  /// Bottom first. Nothing in them is verified: who reads a layer compares.
  [[nodiscard]] virtual std::span<const model::LayerRef> layers() const = 0;
  /// The layer's bytes as they are stored. The stream may outlive neither the source nor the program.
  virtual base::Result<std::unique_ptr<base::ByteStream>> open_layer(std::size_t index) = 0;
};

}  // namespace doorman::source
