// SPDX-License-Identifier: Apache-2.0
#include "source/containers_storage_conf.h"

#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "base/fd.h"
#include "base/toml.h"

namespace doorman::source {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::uint64_t max_conf_bytes = 1U << 20U;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string default_folder(const StorageUser& user) {
  if (user.uid == 0) return "/var/lib/containers/storage";
  return (user.data_home.empty() ? user.home + "/.local/share" : user.data_home) + "/containers/storage";
}

/// rootless_storage_path may hold $HOME and $UID.
std::string expand(std::string_view text, const StorageUser& user) {
  const std::pair<std::string_view, std::string> variables[] = {{"$HOME", user.home},
                                                                {"$UID", std::to_string(user.uid)}};
  std::string out;
  while (!text.empty()) {
    bool replaced = false;
    for (const auto& [name, value] : variables) {
      if (replaced || !text.starts_with(name)) continue;
      out += value;
      text.remove_prefix(name.size());
      replaced = true;
    }
    if (replaced) continue;
    out.push_back(text.front());
    text.remove_prefix(1);
  }
  return out;
}

/// The string member of the last `[section]` that has it.
std::string setting(const base::TomlDocument& document, const std::vector<std::string>& section,
                    std::string_view key) {
  std::string found;
  for (const base::TomlSection& part : document.sections()) {
    if (part.path == section) found = std::string(part.table[key].string_or(found));
  }
  return found;
}

}  // namespace

StorageUser StorageUser::from_environment() {
  return {getuid(),
          variable("HOME"),
          variable("CONTAINERS_STORAGE_CONF"),
          variable("STORAGE_DRIVER"),
          variable("XDG_CONFIG_HOME"),
          variable("XDG_DATA_HOME")};
}

Result<StorageConfig> parse_storage_conf(base::Bytes text, const StorageUser& user, bool system_wide) {
  DOORMAN_TRY(const auto document, base::TomlDocument::parse(text));
  const std::vector<std::string> storage = {"storage"};
  StorageConfig config;
  config.driver = user.driver.empty() ? setting(document, storage, "driver") : user.driver;
  std::string root = setting(document, storage, "graphroot");
  if (user.uid != 0 && system_wide) root = expand(setting(document, storage, "rootless_storage_path"), user);
  config.folders.push_back(root.empty() ? default_folder(user) : root);
  if (std::string images = setting(document, storage, "imagestore"); !images.empty()) {
    config.folders.push_back(std::move(images));
  }
  for (const base::TomlSection& section : document.sections()) {
    const bool has_stores = section.path == std::vector<std::string>{"storage", "options"} ||
                            section.path == std::vector<std::string>{"storage", "options", "overlay"};
    if (!has_stores) continue;
    for (const base::TomlValue folder : section.table["additionalimagestores"].items()) {
      if (const auto path = folder.string(); path && !path->empty()) config.folders.emplace_back(*path);
    }
  }
  return config;
}

Result<StorageConfig> read_storage_config(const StorageUser& user) {
  std::vector<std::pair<std::string, bool>> files;
  if (!user.conf.empty()) {
    files.emplace_back(user.conf, false);
  } else {
    const std::string own = user.config_home.empty() ? user.home + "/.config" : user.config_home;
    if (user.uid != 0) files.emplace_back(own + "/containers/storage.conf", false);
    files.emplace_back("/etc/containers/storage.conf", true);
    files.emplace_back("/usr/share/containers/storage.conf", true);
  }
  for (const auto& [path, system_wide] : files) {
    const auto text = base::read_file(path, max_conf_bytes);
    if (text.ok()) return parse_storage_conf(*text, user, system_wide).in(path);
    if (text.error().code() != ErrorCode::not_found || !user.conf.empty()) return text.error();
  }
  return StorageConfig{user.driver, {default_folder(user)}};
}

}  // namespace doorman::source
