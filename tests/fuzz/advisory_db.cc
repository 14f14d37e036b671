// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "derive/advisory_db/builder.h"
#include "derive/advisory_db/judge.h"
#include "derive/advisory_db/reader.h"
#include "fuzz/fuzz.h"

namespace doorman::fuzz {
namespace {

using derive::advisory_db::Builder;
using derive::advisory_db::Header;
using derive::advisory_db::Reader;
using model::Ecosystem;

std::string small_database() {
  Builder builder;
  const auto source = builder.add_source("s", "l");
  model::Advisory record;
  record.id = "GHSA-1";
  record.aliases = {"CVE-2024-1"};
  record.affected.push_back(
      {.ecosystem = {Ecosystem::npm, ""},
       .name = "a",
       .ranges = {{{model::VersionEvent::Kind::introduced, "1.0.0"}, {model::VersionEvent::Kind::fixed, "2.0.0"}}},
       .versions = {"3.0.0"}});
  builder.add(source, record);
  builder.add(source, model::DistributionFix{"b", "1.2-3", "CVE-2024-2", "bookworm", {}});
  builder.add(source, model::ListedVersion{{Ecosystem::npm, ""}, "a", "2.5.0", "VCID-1", true});
  builder.add(source, model::ListedVersion{{Ecosystem::npm, ""}, "a", "2.6.0", "VCID-1", false});
  return std::move(builder).finish().value();
}

void ask_everything(base::Bytes file) {
  const auto reader = Reader::open(file);
  if (!reader.ok()) return;
  (void)reader->verify();
  (void)reader->info();
  for (const auto ecosystem : {Ecosystem::npm, Ecosystem::debian}) {
    for (const std::string_view name : {"a", "b"}) {
      for (const std::string_view version : {"1.5.0", "2.5.0", "1.2-2", ""}) {
        for (const auto& verdict : judge(*reader, {ecosystem, name, version, "12"})) {
          (void)reader->vulnerability(verdict.vulnerability);
        }
      }
    }
  }
}

/// Makes the header's checksum right again, so that what it says is looked at.
void sign(std::string& file) {
  if (file.size() < sizeof(Header)) return;
  const std::uint64_t hash = base::hash64(std::string_view(file).substr(0, offsetof(Header, header_hash)));
  std::memcpy(file.data() + offsetof(Header, header_hash), &hash, sizeof hash);
}

}  // namespace

/// The input as a file; and as changes to a true one: three bytes each, a place and what to put there.
void advisory_db(base::Bytes input) {
  ask_everything(input);
  static const std::string original = small_database();
  std::string changed = original;
  for (std::size_t i = 0; i + 3 <= std::min<std::size_t>(input.size(), 300); i += 3) {
    const auto byte = [&](std::size_t at) {
      return static_cast<std::size_t>(static_cast<unsigned char>(input[at]));
    };
    changed[(byte(i) << 8U | byte(i + 1)) % changed.size()] = input[i + 2];
  }
  ask_everything(changed);
  sign(changed);
  ask_everything(changed);
}

}  // namespace doorman::fuzz
