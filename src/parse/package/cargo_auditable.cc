// SPDX-License-Identifier: Apache-2.0
#include "parse/package/cargo_auditable.h"

#include <string>

#include "base/inflate.h"
#include "base/json.h"
#include "parse/package/language.h"
#include "parse/package/notes.h"

namespace doorman::parse::package {
namespace {

using base::Bytes;
using base::Error;
using base::ErrorCode;
using base::JsonDocument;
using base::JsonValue;

constexpr std::size_t max_plain_bytes = 8U << 20U;  // what the format's description advises

}  // namespace

base::Status read_auditable_crates(const binary::Elf& elf, std::string_view path, model::FileFacts& facts) {
  const Bytes compressed = elf.section(".dep-v0");
  if (compressed.empty()) return {};
  DOORMAN_TRY(const std::string text,
              base::inflate_all(compressed, base::DeflateForm::zlib, max_plain_bytes).in("section .dep-v0"));
  DOORMAN_TRY(const JsonDocument document, JsonDocument::parse(text).in("section .dep-v0"));
  const JsonValue crates = document.root()["packages"];
  if (!crates.is_array()) return Error(ErrorCode::invalid, "section .dep-v0: no list of packages");
  std::size_t broken = 0;
  for (const JsonValue& crate : crates.items()) {
    if (crate["kind"].string_or("runtime") == "build") continue;
    const std::string_view name = crate["name"].string_or("");
    const std::string_view version = crate["version"].string_or("");
    if (!is_token(name) || !is_token(version)) {
      ++broken;
      continue;
    }
    model::Package package;
    package.type = model::PackageType::cargo;
    package.name = name;
    package.version = version;
    package.evidence = model::Evidence::embedded;
    facts.packages.push_back(std::move(package));
  }
  if (broken > 0) {
    add_note(facts, std::string(path),
             "section .dep-v0: " + std::to_string(broken) + " packages without name or version");
  }
  return {};
}

}  // namespace doorman::parse::package
