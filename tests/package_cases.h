// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json_writer.h"
#include "golden.h"
#include "model/layer_facts.h"
#include "parse/package/parser.h"

namespace doorman::tests {

inline void write_packages(base::JsonWriter& json, const std::vector<model::Package>& packages) {
  if (packages.empty()) return;
  json.begin_array("packages");
  for (const model::Package& package : packages) {
    json.begin_object();
    json.member("type", model::to_text(package.type));
    json.member("name", package.name);
    json.member("version", package.version);
    json.member_if("architecture", package.architecture);
    json.member_if("source_name", package.source_name);
    json.member_if("source_version", package.source_version);
    if (!package.licenses.empty()) {
      json.begin_array("licenses");
      for (const std::string& license : package.licenses) json.value(license);
      json.end_array();
    }
    if (package.evidence != model::Evidence::installed) json.member("evidence", model::to_text(package.evidence));
    if (package.development) json.member("development", true);
    json.member_if("inner_path", package.inner_path);
    json.end_object();
  }
  json.end_array();
}

/// What a parser told of one file; of owned files, how many there are.
inline void write_facts(base::JsonWriter& json, const model::FileFacts& facts, const base::Status& status) {
  json.begin_object();
  json.member("path", facts.path);
  if (!status.ok()) json.member("error", status.error().message());
  write_packages(json, facts.packages);
  if (!facts.owned.empty()) {
    json.begin_object("owned_files");
    for (const model::Ownership& owned : facts.owned) json.member(owned.package, owned.files.size());
    json.end_object();
  }
  if (facts.distribution) {
    json.begin_object("distribution");
    json.member("id", facts.distribution->id);
    json.member_if("version_id", facts.distribution->version_id);
    json.member_if("codename", facts.distribution->codename);
    json.member_if("pretty_name", facts.distribution->pretty_name);
    json.end_object();
  }
  if (!facts.notes.empty()) {
    json.begin_array("notes");
    for (const model::Note& note : facts.notes) json.value(note.place + ": " + note.message);
    json.end_array();
  }
  json.end_object();
}

/// Runs the parser over the files of each case: a folder of data_dir(topic) that holds a small root, and beside
/// it want.json, what the parser must tell.
inline void check_package_cases(const parse::package::Parser& parser, const std::string& topic) {
  std::size_t cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data_dir(topic))) {
    if (!entry.is_directory()) continue;
    ++cases;
    SCOPED_TRACE(entry.path().string());
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::recursive_directory_iterator(entry.path())) {
      if (file.is_regular_file() && file.path().filename() != "want.json") files.push_back(file.path());
    }
    std::sort(files.begin(), files.end());
    base::JsonWriter json;
    json.begin_array();
    for (const auto& file : files) {
      const std::string content = slurp(file);
      model::FileFacts facts;
      facts.path = std::filesystem::relative(file, entry.path()).string();
      const base::Status status = parser.parse({facts.path, content}, facts);
      write_facts(json, facts, status);
    }
    json.end_array();
    expect_golden(entry.path() / "want.json", json.take());
  }
  EXPECT_GT(cases, 0U) << "no cases in " << data_dir(topic);
}

}  // namespace doorman::tests
