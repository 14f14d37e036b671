// SPDX-License-Identifier: Apache-2.0
// Runs while doorman is built: compiles data/snapshot into the database that the program carries. What a user's
// build of a database would only note is an error here.
#include <cstdio>
#include <string>

#include "app/compile_advisories.h"
#include "base/fd.h"
#include "derive/advisory_db/reader.h"

namespace {

doorman::base::Status compile(const std::string& folder, const std::string& output) {
  DOORMAN_TRY(const auto compiled, doorman::app::compile_advisories(folder, false));
  for (const auto& note : compiled.summary.notes) {
    return doorman::base::Error(doorman::base::ErrorCode::invalid, note.message).in(note.place);
  }
  DOORMAN_TRY(const auto reader, doorman::derive::advisory_db::Reader::open(compiled.file));
  DOORMAN_CHECK(reader.verify());
  return doorman::base::replace_file(output, compiled.file);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    (void)std::fprintf(stderr, "usage: %s FOLDER OUTPUT\n", arguments[0]);
    return 2;
  }
  const auto done = compile(arguments[1], arguments[2]);
  if (done.ok()) return 0;
  (void)std::fprintf(stderr, "%s: %s\n", arguments[1], done.error().message().c_str());
  return 2;
}
