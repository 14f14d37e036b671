// SPDX-License-Identifier: Apache-2.0
#include "parse/advisory/osv.h"

#include "derive/advisory_db/builder.h"
#include "derive/advisory_db/reader.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {

/// What the parser takes the builder must take too, and what it builds must verify.
void osv(base::Bytes input) {
  const auto advisory = parse::advisory::parse_osv(input);
  if (!advisory.ok()) return;
  derive::advisory_db::Builder builder;
  builder.add(builder.add_source("fuzz", ""), *advisory);
  const auto file = std::move(builder).finish();
  if (!file.ok()) __builtin_trap();
  const auto reader = derive::advisory_db::Reader::open(*file);
  if (!reader.ok() || !reader->verify().ok()) __builtin_trap();
}

}  // namespace doorman::fuzz
