// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/time.h"
#include "model/image_overview.h"
#include "sink/options.h"

namespace doorman::sink {

/// What `ls` tells beside the images.
struct HostNotes {
  base::Time now;                      ///< what ages count to
  std::optional<base::Time> database;  ///< by which flaws were found
  std::vector<std::string> unknown;    ///< what is not known, and why; one sentence each
};

/// One line an image, then what to do first so that running containers lose flaws. Form: docs/images.md.
std::string host_images_table(const model::HostImages& host, const HostNotes& notes, const Options& options);
/// The same for machines.
std::string host_images_json(const model::HostImages& host, const HostNotes& notes);

// Parts that the page of one image has too.

/// The members of an image, within an object that is open.
void write_overview(base::JsonWriter& json, const model::ImageOverview& image);
/// A list of texts, each printable.
void write_texts(base::JsonWriter& json, std::string_view name, const std::vector<std::string>& texts);
void write_counts(base::JsonWriter& json, std::string_view name, const model::FlawCounts& counts);
/// Where an image's name or digest is told: its first name, else its short digest.
std::string title_of(const model::ImageOverview& image);

}  // namespace doorman::sink
