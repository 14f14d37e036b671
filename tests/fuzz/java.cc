// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"
#include "parse/package/java_manifest.h"
#include "parse/package/java_name.h"

namespace doorman::fuzz {

void java(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::java_parser.parse({"app/app-1.0.jar", input}, facts);
  (void)parse::package::java_release_parser.parse({"opt/java/release", input}, facts);
  (void)parse::package::parse_pom_properties(input);
  parse::package::JarClues clues;
  clues.path = input.substr(0, input.find('\n'));
  clues.manifest = parse::package::parse_java_manifest(input);
  (void)parse::package::name_jar(clues);
}

}  // namespace doorman::fuzz
