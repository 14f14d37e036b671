// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace doorman::kern {

/// A folder of the BPF file system. What is pinned there outlives the process: maps as FOLDER/MAP, what attaches
/// programs as FOLDER/links/FAMILY-PROGRAM.
class Pins {
 public:
  static constexpr std::string_view default_folder = "/sys/fs/bpf/doorman";

  /// Makes the folder, and mounts the BPF file system on /sys/fs/bpf where it is missing. Needs root.
  static base::Result<Pins> open(std::string folder = std::string(default_folder));
  /// The folder as it is; nothing is made. For remove().
  static Pins at(std::string folder) { return Pins(std::move(folder)); }

  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] std::string link_path(std::string_view family, std::string_view program) const;

  /// Held until the descriptor is closed, or this process ends; `denied` while another holds it: what is pinned is
  /// one guard's.
  [[nodiscard]] base::Result<base::Fd> lock() const;

  /// Takes every pin of one family's programs away, which detaches what no process holds; of all families when
  /// `family` is empty.
  [[nodiscard]] base::Status remove_links(std::string_view family = {}) const;
  /// Everything: links, maps and the folder. Nothing there is no error.
  [[nodiscard]] base::Status remove() const;

 private:
  explicit Pins(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

}  // namespace doorman::kern
