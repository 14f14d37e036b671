// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/path.h"
#include "model/layer_facts.h"
#include "parse/image/program_kind.h"
#include "parse/image/tar.h"
#include "parse/package/matcher.h"
#include "parse/secret/scanner.h"
#include "source/file_capture.h"
#include "source/notable_collector.h"

namespace doorman::source {

/// Limits of one layer or folder; each is named in the error or note that it causes.
struct LayerLimits {
  std::uint64_t max_entries = 5'000'000;   ///< more end the scan
  std::uint64_t max_programs = 100'000;    ///< the rest is not listed
  std::uint64_t max_fact_files = 100'000;  ///< the rest is not parsed
  std::uint64_t max_notes = 1'000;         ///< the rest is counted
  std::uint64_t max_secrets = 10'000;      ///< the rest is not told
  std::uint64_t max_notable = 10'000;      ///< the rest is not told
};

/// A wanted file that the archive tells only as a hard link to one that was not wanted under its own name (as in
/// pnpm's store): its content needs a second look at the layer.
struct LinkedFile {
  std::string target;
  std::string link;
};

/// Gathers the facts of one layer from its entries, in one pass. Paths of the archive are made canonical here and
/// never touch the file system.
class LayerCollector final : public parse::image::EntryVisitor {
 public:
  /// `scratch` and `secrets` are borrowed; without rules no secrets are sought.
  explicit LayerCollector(const ScratchFactory& scratch, LayerLimits limits = {},
                          const parse::secret::SecretRules* secrets = nullptr);

  /// Makes this a second look: only the contents that links need are parsed, and only as those links.
  void look_only_for(const std::vector<LinkedFile>& links);

  base::Result<bool> begin(const parse::image::Entry& entry) override;
  base::Status data(base::Bytes piece) override;
  base::Status end() override;

  /// A folder of the layer that is no entry for `begin`.
  void see_folder(std::string_view path, std::uint32_t mode) { notable_.add_folder(path, mode); }
  /// Whether the rest of the current file is of any use. Before its first piece: whether all of it surely is.
  [[nodiscard]] bool wants_more() const {
    return current_.program || current_.wanted != 0 || (current_.searched && scanner_->wants_more());
  }
  /// In place of `end`, when the current file could not be read to its end.
  void abandon();

  [[nodiscard]] const std::vector<LinkedFile>& unresolved_links() const { return unresolved_; }
  void note(std::string place, std::string message);

  /// Adds what another collector, with the same options, found in other files of the same folder, and empties that
  /// one. False, and no more to be used, where both together reach a limit: what is left out depends on who comes
  /// first.
  [[nodiscard]] bool absorb(LayerCollector& other);

  /// The facts, sorted. The collector is empty afterwards.
  model::LayerFacts take();

 private:
  using Mask = parse::package::Matcher::Mask;

  /// The regular file that is being read.
  struct Current {
    std::string path;
    parse::image::Entry entry;  ///< without its views
    Mask wanted = 0;
    bool decided = false;  ///< its head has been seen
    bool program = false;
    bool searched = false;  ///< for secrets
    model::ProgramFile::Kind kind = model::ProgramFile::Kind::other;
    std::string head;  ///< gathered when its first piece was too short; kept, since the capture may point to it
  };

  bool take_whiteout(std::string_view path);
  void replace(base::PathId id);
  void take_hard_link(const parse::image::Entry& entry, const std::string& path);
  base::Result<bool> begin_regular(const parse::image::Entry& entry, std::string path);
  base::Status prepare_search();
  void decide(base::Bytes head);
  base::Status consume(base::Bytes piece);
  void drop_too_large();
  void add_program();
  base::Status end_search();
  base::Status parse_content(const std::string& path, Mask wanted);

  const parse::package::Matcher& matcher_;
  const parse::secret::SecretRules* secrets_;
  std::optional<parse::secret::SecretScanner> scanner_;  ///< made for the first file
  LayerLimits limits_;
  model::LayerFacts facts_;
  NotableCollector notable_;
  std::uint64_t dropped_notes_ = 0, dropped_secrets_ = 0;
  std::unordered_map<base::PathId, std::uint32_t> file_at_, program_at_;
  std::vector<LinkedFile> unresolved_;
  std::optional<std::unordered_map<std::string, std::vector<std::string>>> only_;  ///< target to links

  Current current_;
  base::Hasher hasher_;
  FileCapture capture_;
};

}  // namespace doorman::source
