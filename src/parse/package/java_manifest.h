// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace doorman::parse::package {

/// What META-INF/MANIFEST.MF says about the whole archive, as far as it helps to name it.
struct JavaManifest {
  std::string implementation_title, implementation_version, implementation_vendor_id;
  std::string specification_version;
  std::string bundle_symbolic_name;  ///< without directives: `com.google.guava`
  std::string bundle_version, bundle_license;
  std::string automatic_module_name;
};

/// Reads the main section only: up to the first empty line. Names are compared without case, continuation lines are
/// joined; lines that are no attributes are passed over.
/// Source: JAR File Specification, section JAR Manifest; OSGi Core R8, section 3.2.1.
JavaManifest parse_java_manifest(std::string_view text);

/// What Maven writes to META-INF/maven/GROUP/ARTIFACT/pom.properties.
struct PomProperties {
  std::string group, artifact, version;  ///< trimmed; empty where the file does not say
};

/// Source: java.util.Properties.load, as far as Maven's own writer uses it: comments, `=` and `:`, no escapes.
PomProperties parse_pom_properties(std::string_view text);

}  // namespace doorman::parse::package
