// SPDX-License-Identifier: Apache-2.0
#include "source/credential_names.h"

#include <array>
#include <unordered_map>

#include "base/path.h"

namespace doorman::source {
namespace {

struct Known {
  std::string_view whose;
  std::string_view folder = {};  ///< the last component of its folder; empty for any
};

/// By the last component of the path.
const std::unordered_map<std::string_view, Known>& by_name() {
  static const std::unordered_map<std::string_view, Known> names = {
      {".netrc", {"netrc"}},
      {"_netrc", {"netrc"}},
      {".pgpass", {"PostgreSQL"}},
      {".my.cnf", {"MySQL"}},
      {".mylogin.cnf", {"MySQL"}},
      {".git-credentials", {"git"}},
      {".pypirc", {"PyPI"}},
      {".npmrc", {"npm"}},
      {".yarnrc.yml", {"Yarn"}},
      {".dockercfg", {"Docker"}},
      {".dockerconfigjson", {"Docker"}},
      {".s3cfg", {"AWS"}},
      {".boto", {"Google Cloud"}},
      {".vault-token", {"Vault"}},
      {".htpasswd", {"web server"}},
      {".terraformrc", {"Terraform"}},
      {".env", {"environment file"}},
      {"terraform.tfstate", {"Terraform"}},
      {"application_default_credentials.json", {"Google Cloud"}},
      {"credentials.tfrc.json", {"Terraform"}},
      {"krb5.keytab", {"Kerberos"}},
      {"master.key", {"Rails", "config"}},
      {"credentials", {"AWS", ".aws"}},
      {"config.json", {"Docker", ".docker"}},
      {"auth.json", {"containers", "containers"}},
      {"config", {"Kubernetes", ".kube"}},
      {"admin.conf", {"Kubernetes", "kubernetes"}},
      {"accessTokens.json", {"Azure", ".azure"}},
      {"msal_token_cache.json", {"Azure", ".azure"}},
      {"credentials.db", {"Google Cloud", "gcloud"}},
      {"access_tokens.db", {"Google Cloud", "gcloud"}},
      {"hosts.yml", {"GitHub", "gh"}},
      {"credentials.toml", {"Cargo", ".cargo"}},
      {"settings-security.xml", {"Maven", ".m2"}},
      {".bash_history", {"shell history"}},
      {".zsh_history", {"shell history"}},
      {".ash_history", {"shell history"}},
      {".psql_history", {"shell history"}},
      {".mysql_history", {"shell history"}},
      {".python_history", {"shell history"}},
  };
  return names;
}

/// By the extension.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> by_extension = {{
    {".jks", "Java keystore"},
    {".keystore", "Java keystore"},
    {".p12", "PKCS #12"},
    {".pfx", "PKCS #12"},
    {".ppk", "PuTTY"},
    {".kdbx", "KeePass"},
    {".keytab", "Kerberos"},
    {".tfstate", "Terraform"},
    {".ovpn", "OpenVPN"},
}};

/// What packages bring with them is theirs: their tests, and the settings of their authors.
bool is_of_a_library(std::string_view path) {
  constexpr std::array<std::string_view, 5> folders = {"node_modules/", "site-packages/", "dist-packages/",
                                                       "/gems/", "usr/share/doc/"};
  for (const std::string_view folder : folders) {
    if (path.find(folder) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

std::string_view credentials_by_name(std::string_view path) {
  const std::string_view name = base::basename_of(path);
  std::string_view whose;
  if (const auto known = by_name().find(name); known != by_name().end()) {
    const bool here =
        known->second.folder.empty() || base::basename_of(base::parent_of(path)) == known->second.folder;
    if (here) whose = known->second.whose;
  } else if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos) {
    for (const auto& [extension, what] : by_extension) {
      if (name.substr(dot) == extension) whose = what;
    }
  }
  return whose.empty() || is_of_a_library(path) ? std::string_view() : whose;
}

}  // namespace doorman::source
