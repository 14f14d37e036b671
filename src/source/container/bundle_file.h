// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "parse/container/bundle.h"

namespace doorman::source::container {

/// The config.json that a runtime is told to make a container of, opened once and read once. The path may lead
/// through links, and what lies at its end may be anything: only a regular file is read.
class BundleFile {
 public:
  /// `folder` is the bundle's, `config` the file if it is another than config.json in there; a relative one is
  /// meant from the folder.
  static base::Result<BundleFile> open(const std::string& folder, const std::string& config = {});

  [[nodiscard]] const parse::container::Bundle& bundle() const { return bundle_; }
  [[nodiscard]] const std::string& text() const { return text_; }      ///< of the file
  [[nodiscard]] const std::string& folder() const { return folder_; }  ///< without links
  [[nodiscard]] const std::string& path() const { return path_; }      ///< of the file
  /// Of the file, before it was read.
  [[nodiscard]] const struct stat& status() const { return status_; }

  /// Whether the file that now has the name, as the runtime was told it, is the one that was read, and nobody has
  /// written to it since. Who can still change it after this, and before the runtime opens it, is not seen.
  [[nodiscard]] base::Status check_unchanged() const;

 private:
  std::string path_, folder_, asked_, text_;
  base::Fd file_;
  struct stat status_{};
  parse::container::Bundle bundle_;
};

}  // namespace doorman::source::container
