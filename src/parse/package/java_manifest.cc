// SPDX-License-Identifier: Apache-2.0
#include "parse/package/java_manifest.h"

#include "base/text.h"

namespace doorman::parse::package {
namespace {

std::string_view unquoted(std::string_view text) {
  return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2) : text;
}

void take_attribute(JavaManifest& manifest, std::string_view attribute) {
  const std::size_t colon = attribute.find(':');
  if (colon == std::string_view::npos) return;
  const std::string name = base::to_lower(attribute.substr(0, colon));
  const std::string_view value = base::trim(attribute.substr(colon + 1));
  const std::string_view first_value = unquoted(base::trim(value.substr(0, value.find(';'))));
  if (name == "implementation-title") manifest.implementation_title = value;
  else if (name == "implementation-version") manifest.implementation_version = value;
  else if (name == "implementation-vendor-id") manifest.implementation_vendor_id = value;
  else if (name == "specification-version") manifest.specification_version = value;
  else if (name == "bundle-symbolicname") manifest.bundle_symbolic_name = first_value;
  else if (name == "bundle-version") manifest.bundle_version = value;
  else if (name == "bundle-license") manifest.bundle_license = first_value;
  else if (name == "automatic-module-name") manifest.automatic_module_name = value;
}

}  // namespace

JavaManifest parse_java_manifest(std::string_view text) {
  JavaManifest manifest;
  std::string attribute;
  std::string_view line;
  while (base::next_line(text, line) && !line.empty()) {
    if (line.front() == ' ') {
      attribute += line.substr(1);
      continue;
    }
    take_attribute(manifest, attribute);
    attribute = line;
  }
  take_attribute(manifest, attribute);
  return manifest;
}

PomProperties parse_pom_properties(std::string_view text) {
  PomProperties properties;
  std::string_view line;
  while (base::next_line(text, line)) {
    line = base::trim(line);
    if (line.empty() || line.front() == '#' || line.front() == '!') continue;
    const std::size_t separator = line.find_first_of("=:");
    if (separator == std::string_view::npos) continue;
    const std::string_view name = base::trim(line.substr(0, separator));
    const std::string_view value = base::trim(line.substr(separator + 1));
    if (name == "groupId") properties.group = value;
    else if (name == "artifactId") properties.artifact = value;
    else if (name == "version") properties.version = value;
  }
  return properties;
}

}  // namespace doorman::parse::package
