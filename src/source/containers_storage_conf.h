// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::source {

/// Where images are stored: the first folder is the user's own, the others are read-only additions.
struct StorageConfig {
  std::string driver;  ///< `overlay`, `vfs`; empty: whatever is there
  std::vector<std::string> folders;

  bool operator==(const StorageConfig&) const = default;
};

/// Whose storage is looked for, as the containers tools find it.
struct StorageUser {
  unsigned uid = 0;
  std::string home;
  std::string conf;         ///< $CONTAINERS_STORAGE_CONF
  std::string driver;       ///< $STORAGE_DRIVER
  std::string config_home;  ///< $XDG_CONFIG_HOME
  std::string data_home;    ///< $XDG_DATA_HOME

  static StorageUser from_environment();
};

/// storage.conf (containers-storage.conf(5)): `[storage]` driver, graphroot, imagestore, rootless_storage_path, and
/// `[storage.options]` additionalimagestores. `system_wide` says that the file is not the user's own: another user
/// than root then takes rootless_storage_path in graphroot's place.
base::Result<StorageConfig> parse_storage_conf(base::Bytes text, const StorageUser& user, bool system_wide);

/// From the first of $CONTAINERS_STORAGE_CONF, ~/.config/containers/storage.conf (not for root), and
/// /etc/containers/storage.conf or /usr/share/containers/storage.conf that is there; else the defaults.
base::Result<StorageConfig> read_storage_config(const StorageUser& user = StorageUser::from_environment());

}  // namespace doorman::source
