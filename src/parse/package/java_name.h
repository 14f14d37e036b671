// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/package.h"
#include "parse/package/java_manifest.h"

namespace doorman::parse::package {

/// A Maven coordinate; an empty part is one that nobody told.
struct MavenName {
  std::string group, artifact, version;

  auto operator<=>(const MavenName&) const = default;
};

/// What a file name such as `log4j-1.2-api-2.14.1.jar` says: artifact `log4j-1.2-api`, version `2.14.1`.
/// Classifiers
/// (`-linux-x86_64`, `-sources`, `-tests`) belong to neither; `31.1-jre` and `1.0-beta-2` are versions. Also OSGi's
/// `org.eclipse.osgi_3.18.0.jar`. Without a version the artifact is the whole stem.
MavenName split_jar_name(std::string_view file_name);

/// The full coordinate from the folders of a Maven repository (`…/repository/org/foo/bar/1.0/bar-1.0.jar`, also
/// `maven-repo`) or of Gradle's cache (`…/files-2.1/org.foo/bar/1.0/HASH/bar-1.0.jar`).
std::optional<MavenName> name_from_repository_path(std::string_view path);

/// The group of well-known artifacts whose archives do not name it, or empty.
std::string_view known_group(std::string_view artifact);

/// What is known about one archive before it is named.
struct JarClues {
  std::string_view path;  ///< of the archive: canonical, or the member's name for a nested one
  JavaManifest manifest;
  std::vector<MavenName> poms;       ///< from pom.properties, each with all three parts
  std::vector<MavenName> pom_paths;  ///< group and artifact of META-INF/maven/GROUP/ARTIFACT/
};

/// The packages of one archive, without what is nested in it. In the order of trust:
///
/// 1. Each pom.properties is a package: the archive's own, or one that was shaded into it.
/// 2. The archive is a package of its own when none of these is: when there is none, or when several (or one of
///    another name and version) are there and the file name tells artifact and version. Its parts come from
///    - the folders, when they are those of a Maven repository or of Gradle's cache;
///    - artifact: the file name; without version in it, Implementation-Title where that looks like an artifact, or
///      the end of Bundle-SymbolicName where the file name is a part of it;
///    - version: the file name, Implementation-Version, Bundle-Version, Specification-Version;
///    - group: META-INF/maven/GROUP/ARTIFACT/, the table of known groups, Implementation-Vendor-Id,
///      Bundle-SymbolicName and Automatic-Module-Name without their last component, where they resemble the
///      artifact.
///    Without a version it is no package. Without a group it is one, under the artifact's name alone, only when the
///    file name told its version.
std::vector<model::Package> name_jar(const JarClues& clues);

/// True for what may be a part of a Maven coordinate: letters, digits, `_`, `-` and `.`, at most 512 bytes.
bool is_maven_id(std::string_view text);
/// True for what may be a version: no spaces, no unfilled `${…}` or `@…@`, at most 256 bytes.
bool is_maven_version(std::string_view text);

}  // namespace doorman::parse::package
