// SPDX-License-Identifier: Apache-2.0
#include "source/host_packages.h"

#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "base/nanoseconds.h"
#include "parse/package/all.h"
#include "parse/package/host_files.h"

namespace doorman::source {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_list_bytes = 256U << 20U;
constexpr std::uint64_t max_program_bytes = 1U << 30U;
constexpr const char* info_folder = "/var/lib/dpkg/info";

std::uint64_t changed(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return 0;
  return base::nanoseconds_of(status.st_mtim);
}

}  // namespace

base::Result<std::size_t> read_host_packages(const std::string& root,
                                             const std::function<void(const model::HostPackage&)>& visit) {
  const std::string folder = root + info_folder;
  std::error_code failed;
  fs::directory_iterator each(folder, failed);
  if (failed) return base::Error(base::ErrorCode::not_found, folder + ": " + failed.message());
  std::size_t packages = 0;
  for (const fs::directory_iterator end; !failed && each != end; each.increment(failed)) {
    fs::path path = each->path();
    if (path.extension() != ".list") continue;
    const auto list = base::read_file(path.string(), max_list_bytes);
    if (!list.ok()) continue;  // the package is being removed
    model::HostPackage package;
    package.installed = changed(path.string());
    const auto sums = base::read_file(path.replace_extension(".md5sums").string(), max_list_bytes);
    package.files = parse::package::parse_host_files(*list, sums.ok() ? base::Bytes(*sums) : base::Bytes());
    visit(package);
    ++packages;
  }
  return packages;
}

base::Result<std::vector<model::FileFacts>> read_package_status(const std::string& root) {
  constexpr std::array<std::pair<std::string_view, const parse::package::Parser*>, 2> wanted = {{
      {"var/lib/dpkg/status", &parse::package::dpkg_parser},
      {"usr/lib/os-release", &parse::package::os_release_parser},
  }};
  std::vector<model::FileFacts> files;
  for (const auto& [path, parser] : wanted) {
    const std::string file = root + "/" + std::string(path);
    const auto content = base::read_file(file, parser->max_bytes);
    if (!content.ok() && content.error().code() == base::ErrorCode::not_found) continue;
    if (!content.ok()) return content.error();
    model::FileFacts facts;
    facts.path = path;
    DOORMAN_CHECK(parser->parse({path, *content, 0}, facts).in(file));
    files.push_back(std::move(facts));
  }
  return files;
}

std::uint64_t host_packages_version(const std::string& root) { return changed(root + info_folder); }

std::optional<base::Md5> read_md5(const std::string& path) {
  const auto file = base::open_read(path);
  if (!file.ok()) return std::nullopt;
  const auto size = base::file_size(*file);
  if (!size.ok() || *size > max_program_bytes) return std::nullopt;
  const auto content = base::MappedFile::map(*file, *size);
  if (!content.ok()) return std::nullopt;
  return base::md5_of(content->bytes());
}

}  // namespace doorman::source
