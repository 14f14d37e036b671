// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/container_life.h"
#include "model/file_use.h"
#include "model/image_overview.h"
#include "model/image_past.h"
#include "model/local_image.h"
#include "model/report.h"
#include "model/verdict.h"

namespace doorman::model {

/// What the runtime door said of a container of an image, as its log has it.
struct AdmissionTold {
  struct Rule {
    std::string name, output;
    bool refuses = false;
  };
  base::Time time;
  Decision decision = Decision::allow;
  bool broken_glass = false;  ///< it was let in all the same
  std::string container;      ///< name, else id
  std::string image_id;
  std::string problem;  ///< why it could not be judged; empty: it was
  std::vector<Rule> rules;
};

/// A package of which a file was seen in use, first.
struct PackageInUse {
  std::uint32_t package = 0;  ///< index into Inventory::packages
  std::string path;           ///< from the root, without a slash before it
  FileUse use;
};

/// A program that containers of an image ran, all of them together.
struct ProgramSeen {
  std::string path;
  std::uint64_t count = 0, first = 0, last = 0;  ///< times in nanoseconds since 1970
  std::string package;                           ///< purl of the package that brought it; empty: none, or not known
};

/// All that the four doors know of one image.
struct ImagePage {
  explicit ImagePage(ImageOverview of) : image(std::move(of)) {}

  bool knows_running = false;  ///< otherwise the state says nothing of what runs
  std::string asked;           ///< by what the image was asked for
  ImageOverview image;
  std::optional<Report> scan;  ///< with the findings of the database at hand; those of packages in use first
  std::optional<base::Time> verdict_database;      ///< date of the database that the verdict was made with
  std::uint64_t findings_in_use = 0;               ///< so many of the findings stand first
  std::vector<PackageInUse> in_use;                ///< sorted by package
  std::vector<LocalContainer> containers;          ///< of engines' files
  std::vector<const ContainerHistory*> histories;  ///< of the event log, borrowed
  ContainerHistory together;                       ///< all of these as one, without its programs
  std::vector<ProgramSeen> programs;               ///< sorted by path
  std::vector<AdmissionTold> admissions;           ///< oldest first
  std::optional<ImagePast> past;                   ///< of the history; nothing: it tells of no such image
  std::vector<std::string> unknown;                ///< what is not known, and why; one sentence each
  std::uint64_t as_of = 0;                         ///< the event log's last moment, nanoseconds since 1970

  /// nullptr: no file of the package was seen in use.
  [[nodiscard]] const PackageInUse* use_of(std::uint32_t package) const;
};

}  // namespace doorman::model
