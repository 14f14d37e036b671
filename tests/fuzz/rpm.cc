// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "parse/package/all.h"
#include "parse/package/rpm_header.h"

namespace doorman::fuzz {

/// The input is tried as a database, and as a header without one around it.
void rpm(base::Bytes input) {
  model::FileFacts facts;
  (void)parse::package::rpm_parser.parse({"var/lib/rpm/Packages", input}, facts);
  parse::package::FileList files;
  (void)parse::package::parse_rpm_header(input, files, facts);
}

}  // namespace doorman::fuzz
