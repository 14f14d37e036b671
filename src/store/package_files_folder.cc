// SPDX-License-Identifier: Apache-2.0
#include "store/package_files_folder.h"

#include <utility>

#include "base/fd.h"
#include "base/path.h"

namespace doorman::store {

using base::Error;
using base::ErrorCode;
using base::MappedFile;
using base::Result;
using model::PackageFilesView;

namespace {

struct Mapped {
  explicit Mapped(MappedFile what) : file(std::move(what)), view(file.bytes()) {}

  MappedFile file;
  PackageFilesView view;
};

/// What was read to check it does not stay in memory: the mapping that is given is another one.
Result<MappedFile> map_checked(const std::string& path) {
  DOORMAN_TRY(const base::Fd file, base::open_read(path));
  DOORMAN_TRY(const std::uint64_t size, base::file_size(file));
  if (size > PackageFilesFolder::max_file_bytes)
    return Error(ErrorCode::limit, path + ": larger than max_file_bytes");
  {
    DOORMAN_TRY(const MappedFile whole, MappedFile::map(file, size).in(path));
    DOORMAN_CHECK(PackageFilesView::check(whole.bytes()).in(path));
  }
  return MappedFile::map(file, size).in(path);
}

}  // namespace

std::string PackageFilesFolder::file_of(const base::Digest& image) const {
  return folder_ + (image.algorithm() == base::DigestAlgorithm::sha256 ? "/sha256/" : "/sha512/") + image.hex() +
         ".files";
}

bool PackageFilesFolder::holds(const base::Digest& image, std::uint64_t key) const {
  const auto file = MappedFile::open(file_of(image));
  if (!file.ok()) return false;
  const PackageFilesView view(file->bytes());
  return view.is_whole() && view.key() == key;
}

base::Status PackageFilesFolder::put(const base::Digest& image, const model::PackageFiles& files) const {
  const std::string file = file_of(image), bytes = model::encode(files);
  if (bytes.size() > max_file_bytes) return Error(ErrorCode::limit, file + ": would be larger than max_file_bytes");
  DOORMAN_CHECK(base::make_folders(std::string(base::parent_of(file))));
  return base::replace_file(file, bytes, base::Durability::relaxed);
}

Result<std::shared_ptr<const PackageFilesView>> PackageFilesFolder::find(const base::Digest& image) const {
  auto file = map_checked(file_of(image));
  if (!file.ok()) {
    if (file.error().code() == ErrorCode::not_found) return std::shared_ptr<const PackageFilesView>();
    return file.error();
  }
  const auto mapped = std::make_shared<const Mapped>(std::move(file).value());
  return std::shared_ptr<const PackageFilesView>(mapped, &mapped->view);
}

}  // namespace doorman::store
