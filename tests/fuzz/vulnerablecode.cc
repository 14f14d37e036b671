// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/vulnerablecode.h"

#include "base/text.h"
#include "derive/advisory_db/builder.h"
#include "derive/advisory_db/reader.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {

/// Both tables from the same lines; what they build must verify.
void vulnerablecode(base::Bytes input) {
  parse::advisory::VulnerableCodeRows rows;
  derive::advisory_db::Builder builder;
  const auto source = builder.add_source("fuzz", "");
  std::string_view line;
  while (base::next_line(input, line)) {
    if (const auto row = rows.package(line); row.ok() && *row) builder.add(source, **row);
    if (const auto row = rows.vulnerability(line); row.ok() && *row) builder.add(source, **row);
  }
  const auto file = std::move(builder).finish();
  if (!file.ok()) __builtin_trap();
  const auto reader = derive::advisory_db::Reader::open(*file);
  if (!reader.ok() || !reader->verify().ok()) __builtin_trap();
}

}  // namespace doorman::fuzz
