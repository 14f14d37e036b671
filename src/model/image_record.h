// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/facts.h"
#include "model/report.h"

namespace doorman::model {

/// The name by which an image was asked for, in its parts. All empty for what has none: a folder, an archive.
struct ImageName {
  std::string reference;             ///< in full: `docker.io/library/alpine:3.19`
  std::string registry, repository;  ///< `docker.io`, `library/alpine`
  std::string tag;                   ///< empty beside a digest
  bool by_digest = false;
};

/// What rules of source `image` see of a scanned image, folder or host: the fields `image.*`. Borrows the report
/// and the name. `now` is the day to judge by: what is old or past its end depends on it.
class ImageRecord final : public Facts {
 public:
  ImageRecord(const Report& report, const ImageName& name, base::Time now)
      : report_(report), name_(name), now_(now) {}

  [[nodiscard]] EventSource source() const override { return EventSource::image; }
  [[nodiscard]] Value read(const FieldUse& use, base::Arena& scratch) const override;

  [[nodiscard]] const Report& report() const { return report_; }
  [[nodiscard]] const Inventory& inventory() const { return report_.inventory; }
  [[nodiscard]] const ImageName& name() const { return name_; }
  [[nodiscard]] base::Time now() const { return now_; }

 private:
  const Report& report_;
  const ImageName& name_;
  base::Time now_;
};

// One part of what an ImageRecord is about, each with the image's fields beside its own. They borrow the image and
// the part, which is one of its report's.

class PackageRecord final : public Facts {  ///< `pkg.*`
 public:
  PackageRecord(const ImageRecord& image, const FoundPackage& package) : image_(image), package_(package) {}
  [[nodiscard]] EventSource source() const override { return EventSource::package; }
  [[nodiscard]] Value read(const FieldUse& use, base::Arena& scratch) const override;

 private:
  const ImageRecord& image_;
  const FoundPackage& package_;
};

class FindingRecord final : public Facts {  ///< `vuln.*`, and `pkg.*` of its package
 public:
  FindingRecord(const ImageRecord& image, const Finding& finding) : image_(image), finding_(finding) {}
  [[nodiscard]] EventSource source() const override { return EventSource::vulnerability; }
  [[nodiscard]] Value read(const FieldUse& use, base::Arena& scratch) const override;

 private:
  const ImageRecord& image_;
  const Finding& finding_;
};

/// `file.*`: all that is known of one path. At least one of the two is there.
class FileRecord final : public Facts {
 public:
  FileRecord(const ImageRecord& image, const FoundProgram* program, std::span<const FoundNotable> notable)
      : image_(image), program_(program), notable_(notable) {}
  [[nodiscard]] EventSource source() const override { return EventSource::file; }
  [[nodiscard]] Value read(const FieldUse& use, base::Arena& scratch) const override;

  [[nodiscard]] const ImageRecord& image() const { return image_; }
  [[nodiscard]] const FoundProgram* program() const { return program_; }
  [[nodiscard]] std::span<const FoundNotable> notable() const { return notable_; }
  [[nodiscard]] std::string_view path() const;
  [[nodiscard]] std::uint32_t layer() const;
  [[nodiscard]] std::uint32_t owner() const;

 private:
  const ImageRecord& image_;
  const FoundProgram* program_;
  std::span<const FoundNotable> notable_;
};

class SecretRecord final : public Facts {  ///< `secret.*`
 public:
  SecretRecord(const ImageRecord& image, const FoundSecret& secret) : image_(image), secret_(secret) {}
  [[nodiscard]] EventSource source() const override { return EventSource::secret; }
  [[nodiscard]] Value read(const FieldUse& use, base::Arena& scratch) const override;

 private:
  const ImageRecord& image_;
  const FoundSecret& secret_;
};

}  // namespace doorman::model
