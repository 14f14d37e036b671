// SPDX-License-Identifier: Apache-2.0
#include "store/image_facts_folder.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/fd.h"
#include "base/json.h"
#include "base/json_writer.h"
#include "base/log.h"
#include "base/path.h"

namespace doorman::store {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using model::ImageFacts;

namespace {

constexpr std::int64_t version = 1;

constexpr std::size_t max_brief_bytes = 2048;

std::string to_json(const ImageFacts& facts) {
  base::JsonWriter json(base::JsonWriter::Layout::one_line);
  json.begin_object();
  json.member("version", version);
  if (facts.worst) json.member("worst", model::to_text(*facts.worst));
  json.member("known_exploited", facts.known_exploited);
  json.member("runs_as_root", facts.runs_as_root);
  if (facts.secrets) json.member("secrets", *facts.secrets);
  json.member_if("base_name", facts.base_name);
  json.member_if("base_digest", facts.base_digest);
  if (facts.created) json.member("created", facts.created->time_since_epoch().count());
  json.end_object();
  return json.take();
}

/// The first line as an object of its own, where it is one that goes on; else empty.
std::string brief_of(std::string_view beginning) {
  std::string line(beginning.substr(0, beginning.find('\n')));
  if (line.size() == beginning.size() || !line.ends_with(',')) return {};
  line.back() = '}';
  return line;
}

Result<ImageFacts> facts_in(base::JsonValue root) {
  if (root["version"].integer() != version) return Error(ErrorCode::unsupported, "not of version 1");
  ImageFacts facts;
  facts.worst = model::parse_severity(root["worst"].string_or(""));
  facts.known_exploited = root["known_exploited"].boolean().value_or(false);
  facts.runs_as_root = root["runs_as_root"].boolean().value_or(false);
  if (const auto secrets = root["secrets"].integer(); secrets && *secrets >= 0) {
    facts.secrets = static_cast<std::uint64_t>(*secrets);
  }
  facts.base_name = root["base_name"].string_or("");
  facts.base_digest = root["base_digest"].string_or("");
  if (const auto created = root["created"].integer()) facts.created = base::Time(std::chrono::seconds(*created));
  for (const base::JsonValue& purl : root["packages"].items()) facts.packages.emplace_back(purl.string_or(""));
  for (const base::JsonValue& program : root["programs"].items()) {
    const auto package = program["package"].integer();
    if (!package || std::cmp_less(*package, 0) || std::cmp_greater_equal(*package, facts.packages.size())) {
      return Error(ErrorCode::invalid, "a program of a package that is not there");
    }
    facts.programs.push_back({std::string(program["path"].string_or("")), static_cast<std::uint32_t>(*package)});
  }
  if (!std::ranges::is_sorted(facts.programs, {}, &ImageFacts::Program::path)) {
    return Error(ErrorCode::invalid, "programs are not sorted");
  }
  return facts;
}

Result<ImageFacts> from_json(base::Bytes text) {
  DOORMAN_TRY(const auto document, base::JsonDocument::parse(text));
  return facts_in(document.root());
}

Result<std::shared_ptr<const ImageFacts>> shared(Result<ImageFacts> facts) {
  if (facts.ok()) return std::make_shared<const ImageFacts>(std::move(facts).value());
  if (facts.error().code() == ErrorCode::not_found) return std::shared_ptr<const ImageFacts>();
  return facts.error();
}

}  // namespace

std::string ImageFactsFolder::file_of(const base::Digest& image) const {
  return folder_ + (image.algorithm() == base::DigestAlgorithm::sha256 ? "/sha256/" : "/sha512/") + image.hex() +
         ".json";
}

Status ImageFactsFolder::put(const base::Digest& image, const ImageFacts& facts) const {
  const std::string file = file_of(image), text = to_json(facts);
  if (const auto known = base::read_file(file, max_file_bytes); known.ok() && *known == text) return {};
  DOORMAN_CHECK(base::make_folders(std::string(base::parent_of(file))));
  return base::replace_file(file, text);
}

Result<ImageFacts> ImageFactsFolder::get(const base::Digest& image) const {
  const std::string file = file_of(image);
  DOORMAN_TRY(const auto text, base::read_file(file, max_file_bytes));
  return from_json(text).in(file);
}

Result<ImageFacts> ImageFactsFolder::get_brief(const base::Digest& image) const {
  DOORMAN_TRY(const base::Fd file, base::open_read(file_of(image)));
  std::array<char, max_brief_bytes> beginning{};
  DOORMAN_TRY(const std::size_t got, base::read_at(file, 0, beginning));
  const std::string brief = brief_of({beginning.data(), got});
  if (brief.empty()) return get(image);
  const auto document = base::JsonDocument::parse(brief);
  // Another writer's first line may end anywhere.
  const bool is_ours = document.ok() && document->root()["known_exploited"].exists() &&
                       document->root()["runs_as_root"].exists() && !document->root()["packages"].exists();
  return is_ours ? facts_in(document->root()).in(file_of(image)) : get(image);
}

Result<std::shared_ptr<const ImageFacts>> ImageFactsFolder::find(const base::Digest& image) const {
  return shared(get(image));
}

Result<std::shared_ptr<const ImageFacts>> ImageFactsFolder::find_brief(const base::Digest& image) const {
  return shared(get_brief(image));
}

std::uint64_t ImageFactsFolder::version() const {
  std::error_code failed;
  const auto written = std::filesystem::last_write_time(folder_ + "/sha256", failed);
  return failed ? 0 : static_cast<std::uint64_t>(written.time_since_epoch().count());
}

bool KnownImages::look_again() {
  if (std::exchange(version_, folder_.version()) == version_) return false;
  known_.clear();
  return true;
}

std::shared_ptr<const ImageFacts> KnownImages::read(const base::Digest& image) const {
  auto facts = folder_.get(image);
  if (!facts.ok()) {
    if (facts.error().code() != ErrorCode::not_found) base::log(base::LogLevel::warning, facts.error().message());
    return nullptr;
  }
  auto files = files_.find(image);
  if (files.ok()) facts->files = *std::move(files);
  else base::log(base::LogLevel::warning, files.error().message());
  return std::make_shared<const ImageFacts>(*std::move(facts));
}

std::shared_ptr<const ImageFacts> KnownImages::find(std::string_view image_id) {
  if (const auto found = known_.find(image_id); found != known_.end()) return found->second;
  const auto digest = base::Digest::parse(image_id);
  if (!digest.ok()) return nullptr;
  if (known_.size() >= most) known_.clear();
  return known_[std::string(image_id)] = read(*digest);
}

}  // namespace doorman::store
