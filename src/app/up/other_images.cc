// SPDX-License-Identifier: Apache-2.0
#include "app/up/other_images.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <set>
#include <string_view>

#include "store/advisory_file.h"

namespace doorman::app {
namespace {

/// Another text for each file that takes this name.
std::string file_identity(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return "none";
  return fmt::format("{} {} {}.{:09}", status.st_ino, status.st_size, status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec);
}

}  // namespace

std::vector<base::Digest> idle_images(const source::LocalImages& local) {
  std::set<std::string_view> running;
  for (const model::LocalContainer& container : local.containers) {
    if (container.running) running.insert(container.image_id);
  }
  std::set<base::Digest> idle;
  for (const model::LocalImage& image : local.images) {
    if (!image.target.empty() && !running.contains(image.digest.text())) idle.insert(image.digest);
  }
  return {idle.begin(), idle.end()};
}

OtherImages other_images(const std::string& state_folder) {
  return {idle_images(source::read_local_images(source::local_engine_folders())),
          file_identity(store::advisory_file_path(state_folder))};
}

}  // namespace doorman::app
