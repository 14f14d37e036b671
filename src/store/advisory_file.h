// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/fd.h"
#include "base/result.h"

namespace doorman::store {

/// Where the state folder keeps the advisory database.
std::string advisory_file_path(const std::string& state_dir);

/// Puts the content in the place of the file: whoever has the old one mapped goes on reading it, whoever opens the
/// path sees the old file or the new one, also after a crash. Makes missing folders.
base::Status replace_advisory_file(const std::string& path, base::Bytes content);

/// The file, mapped; its content is not looked at. Nothing when there is no such file.
base::Result<std::optional<base::MappedFile>> map_advisory_file(const std::string& path);

}  // namespace doorman::store
