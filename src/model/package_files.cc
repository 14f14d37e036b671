// SPDX-License-Identifier: Apache-2.0
#include "model/package_files.h"

#include <cstring>

#include "model/binary.h"
#include "model/merged_usr.h"

namespace doorman::model {
namespace {

constexpr binary::Form form{"DOORMANF", package_files_version, "files of packages"};
constexpr std::uint32_t shared_bit = 1U << 31U;
constexpr std::size_t counts_bytes = 8 + 4 + 4, path_bytes = 8, owner_bytes = 4, end_bytes = 4;

template <typename Number>
void append(std::string& out, Number value) {
  const Number word = binary::little_endian(value);
  out.append(reinterpret_cast<const char*>(&word), sizeof word);
}

/// Of a list that has as many.
template <typename Number>
Number number_at(base::Bytes numbers, std::size_t index) {
  Number word = 0;
  std::memcpy(&word, numbers.data() + index * sizeof word, sizeof word);
  return binary::little_endian(word);
}

}  // namespace

std::string encode(const PackageFiles& files) {
  std::string out;
  out.reserve(counts_bytes + files.files.size() * (path_bytes + owner_bytes));
  append(out, files.key);
  append(out, static_cast<std::uint32_t>(files.packages.size()));
  append(out, static_cast<std::uint32_t>(files.files.size()));
  for (const PackageFiles::File& file : files.files) append(out, file.path);
  for (const PackageFiles::File& file : files.files) append(out, file.package | (file.shared ? shared_bit : 0U));
  std::uint32_t end = 0;
  for (const std::string& purl : files.packages) append(out, end += static_cast<std::uint32_t>(purl.size()));
  for (const std::string& purl : files.packages) out.append(purl);
  return binary::frame(form, out);
}

PackageFilesView::PackageFilesView(base::Bytes bytes) {
  base::ByteReader in(bytes);
  in.skip(binary::frame_bytes);
  const std::uint64_t key = in.u64();
  const std::size_t packages = in.u32(), files = in.u32();
  const base::Bytes paths = in.take(files * path_bytes), owners = in.take(files * owner_bytes);
  const base::Bytes ends = in.take(packages * end_bytes);
  if (!in.ok()) return;
  key_ = key;
  files_ = files;
  packages_ = packages;
  paths_ = paths;
  owners_ = owners;
  text_ends_ = ends;
  text_ = in.take(in.remaining());
}

base::Status PackageFilesView::check(base::Bytes bytes) {
  DOORMAN_CHECK(binary::unframe(form, bytes));
  if (PackageFilesView(bytes).is_sound()) return {};
  return base::Error(base::ErrorCode::invalid, "the payload of the files of packages is malformed");
}

bool PackageFilesView::is_whole() const {
  return paths_.data() != nullptr && text_.size() == (packages_ == 0 ? 0 : text_end(packages_ - 1));
}

bool PackageFilesView::is_sound() const {
  if (!is_whole()) return false;
  for (std::size_t i = 0; i < files_; ++i) {
    if ((owner(i) & ~shared_bit) >= packages_ || (i > 0 && path(i - 1) >= path(i))) return false;
  }
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < packages_; ++i) {
    if (text_end(i) < end) return false;
    end = text_end(i);
  }
  return true;
}

base::PathId PackageFilesView::path(std::size_t file) const { return number_at<base::PathId>(paths_, file); }

std::uint32_t PackageFilesView::owner(std::size_t file) const { return number_at<std::uint32_t>(owners_, file); }

std::uint32_t PackageFilesView::text_end(std::size_t package) const {
  return number_at<std::uint32_t>(text_ends_, package);
}

std::string_view PackageFilesView::purl(std::size_t package) const {
  if (package >= packages_) return {};
  const std::size_t start = package == 0 ? 0 : text_end(package - 1), end = text_end(package);
  return start <= end && end <= text_.size() ? text_.substr(start, end - start) : std::string_view();
}

std::size_t PackageFilesView::find(std::string_view path_text) const {
  if (path_text.starts_with('/')) path_text.remove_prefix(1);
  const base::PathId wanted = base::path_id(merged_usr(path_text));
  std::size_t low = 0, high = files_;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (path(middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low < files_ && path(low) == wanted ? low : files_;
}

std::string_view PackageFilesView::package_of(std::string_view path) const {
  const std::size_t file = find(path);
  return file == files_ ? std::string_view() : purl(owner(file) & ~shared_bit);
}

std::string_view PackageFilesView::only_package_of(std::string_view path) const {
  const std::size_t file = find(path);
  return file == files_ || (owner(file) & shared_bit) != 0 ? std::string_view() : purl(owner(file));
}

}  // namespace doorman::model
