// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doorman::model {

/// The kind of package, which fixes its version order and its advisories. The text is the purl type.
enum class PackageType : std::uint8_t {
  deb,
  apk,
  rpm,
  npm,
  pypi,
  golang,
  maven,
  gem,
  composer,
  cargo,
  nuget,
  generic,  ///< a program that no package owns: node, nginx, openssl …
};
std::string_view to_text(PackageType type);
/// Of a distribution's own package manager: deb, apk, rpm.
constexpr bool is_of_distribution(PackageType type) {
  return type == PackageType::deb || type == PackageType::apk || type == PackageType::rpm;
}

/// How surely a package is there.
enum class Evidence : std::uint8_t {
  installed,  ///< its own files or its package manager's record
  embedded,   ///< compiled or packed into a program or archive that is there
  declared,   ///< a lock file names it; its files may be elsewhere or nowhere
};
std::string_view to_text(Evidence evidence);

/// One package as a file of the image tells it.
struct Package {
  PackageType type = PackageType::generic;
  std::string name;     ///< in the ecosystem's own full form: `@babel/core`, `org.apache.logging.log4j:log4j-core`,
                        ///< `vendor/package`, `github.com/a/b`; PyPI names are normalised (PEP 503)
  std::string version;  ///< in full: with epoch and revision for deb, rpm (`1:2.3-4.el9`) and apk (`1.2-r3`); Go
                        ///< with its `v`
  std::string architecture;                 ///< deb, apk, rpm
  std::string source_name, source_version;  ///< deb, apk (origin), rpm: what it was built from; empty when the same
  std::vector<std::string> licenses;        ///< as written by the package
  Evidence evidence = Evidence::installed;
  bool development = false;           ///< lock files: needed to build only
  std::string inner_path;             ///< within the file that told it: `BOOT-INF/lib/a.jar`; empty at the top
  std::vector<std::string> needs;     ///< deb, apk: names that it depends on or recommends, alternatives included
  std::vector<std::string> provides;  ///< deb, apk: names that it stands for besides its own
  bool essential = false;             ///< deb: Essential, or of required priority

  bool operator==(const Package&) const = default;
};

/// The distribution of a root file system. Source: os-release(5).
struct Distribution {
  std::string id;          ///< `debian`, `alpine`, `rhel` …
  std::string version_id;  ///< `12`, `3.19.1`; empty for rolling ones
  std::string codename;
  std::string pretty_name;

  bool operator==(const Distribution&) const = default;
};

}  // namespace doorman::model
