// SPDX-License-Identifier: Apache-2.0
#include "source/archive_stream.h"

#include <map>
#include <optional>

#include "base/path.h"
#include "parse/image/manifest.h"
#include "parse/image/tar.h"

namespace doorman::source {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using parse::image::Entry;
using parse::image::EntryType;

namespace {

constexpr std::size_t max_members = 100'000;
constexpr std::size_t max_documents_bytes = 64U << 20U;
constexpr std::size_t piece_bytes = 256U << 10U;

bool begins_like_json(Bytes head) {
  const std::size_t at = head.find_first_not_of(" \t\r\n");
  return at != Bytes::npos && (head[at] == '{' || head[at] == '[');
}

/// Sorts an archive's members into documents, which are kept, and layers, which are read.
class MemberReader final : public parse::image::EntryVisitor {
 public:
  explicit MemberReader(const LayerOptions& options) : options_(options), checked_options_(options) {
    checked_options_.verify_diff_id = true;
  }

  Result<bool> begin(const Entry& entry) override {
    if (++members_ > max_members) return Error(ErrorCode::limit, "more than the limit of 100,000 members");
    auto path = base::CanonPath::parse(entry.path);
    if (!path.ok()) return false;
    name_ = path->text();
    if (entry.type == EntryType::symlink || entry.type == EntryType::hard_link) {
      if (const auto target = link_target(entry, name_); target.ok()) links[name_] = target->text();
      return false;
    }
    if (entry.type != EntryType::regular || entry.size == 0) return false;
    size_ = entry.size;
    begun_ = false;
    document_.reset();
    layer_.reset();
    failed_.reset();
    return true;
  }

  Status data(Bytes piece) override {
    if (!begun_) {
      begun_ = true;
      if (begins_like_json(piece)) document_.emplace();
      else start_layer();
    }
    if (options_.progress) options_.progress(piece.size());
    if (document_) {
      kept_bytes_ += piece.size();
      if (size_ > parse::image::max_document_bytes || kept_bytes_ > max_documents_bytes) {
        return Error(ErrorCode::limit, name_ + ": a document over the limit of 16 MiB (64 MiB together)");
      }
      document_->append(piece);
      return {};
    }
    // A member that is no layer is of no interest unless the manifest names it.
    if (failed_) return {};
    if (Status fed = layer_->feed(piece); !fed.ok()) failed_ = fed.error();
    return {};
  }

  Status end() override {
    if (document_) {
      documents[name_] = *std::move(document_);
      return {};
    }
    if (!failed_) note_links();
    layers.insert_or_assign(name_, failed_ ? Result<model::LayerFacts>(*failed_) : layer_->finish());
    layer_.reset();
    return {};
  }

  std::map<std::string, std::string> documents;
  std::map<std::string, Result<model::LayerFacts>> layers;
  std::map<std::string, std::string> links;

 private:
  /// A blob's name is its digest; any other layer is known by its diffID only, which must then be computed.
  void start_layer() {
    LayerOptions& options = name_.starts_with("blobs/") ? options_ : checked_options_;
    const bool sha512 = name_.starts_with("blobs/sha512/");
    layer_.emplace(options, sha512 ? base::DigestAlgorithm::sha512 : base::DigestAlgorithm::sha256);
  }

  void note_links() {
    for (const LinkedFile& linked : layer_->collector().unresolved_links()) {
      layer_->collector().note(linked.link, "not read: a hard link, whose content a stream gives only once");
    }
  }

  LayerOptions options_;
  LayerOptions checked_options_;
  std::size_t members_ = 0;
  std::size_t kept_bytes_ = 0;
  std::string name_;
  std::uint64_t size_ = 0;
  bool begun_ = false;
  std::optional<std::string> document_;
  std::optional<LayerReader> layer_;
  std::optional<Error> failed_;
};

/// The facts of a layer that the manifest names; several names may be links to one.
Result<model::LayerFacts> facts_of(const MemberReader& members, const std::string& name) {
  const auto link = members.links.find(name);
  const auto found = members.layers.find(link == members.links.end() ? name : link->second);
  if (found == members.layers.end()) return Error(ErrorCode::not_found, name + ": not in the archive");
  return found->second;
}

}  // namespace

Result<StreamedImage> read_archive_stream(base::ByteStream& archive, const LayoutOptions& stored,
                                          const LayerOptions& layers) {
  MemberReader members(layers);
  parse::image::TarParser tar(members);
  std::vector<char> piece(piece_bytes);
  for (;;) {
    DOORMAN_TRY(const std::size_t got, archive.read(piece));
    if (got == 0) break;
    DOORMAN_CHECK(tar.feed(Bytes(piece.data(), got)));
  }
  DOORMAN_CHECK(tar.finish());

  const auto folder = make_memory_folder(std::move(members.documents));
  DOORMAN_TRY(ImageLayout image, read_image_layout(*folder, stored));
  StreamedImage streamed{std::move(image), {}};
  for (std::size_t i = 0; i < streamed.image.layers.size(); ++i) {
    const std::string place = "layer " + std::to_string(i + 1);
    auto facts = facts_of(members, streamed.image.layer_names[i]).in(place);
    if (!facts.ok()) return facts.error();
    if (Status checked = check_layer(streamed.image.layers[i], *facts); !checked.ok())
      return checked.error().in(place);
    streamed.layers.push_back(*std::move(facts));
  }
  return streamed;
}

}  // namespace doorman::source
