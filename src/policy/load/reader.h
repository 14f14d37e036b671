// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policy/load/collector.h"
#include "policy/load/fields.h"

namespace doorman::policy {

/// Reads the items of one rule file and hands each to the collector. Keys and their checks are those of
/// falcosecurity/falco userspace/engine/rule_loader_reader.cpp, and ours besides.
void read_rule_file(std::string_view text, const FileText& file, std::string_view default_source,
                    Collector& collector, Report& report);

/// One item with a `rule` key.
void read_rule(const base::YamlValue& item, const FileText& file, std::string_view default_source,
               Collector& collector, Report& report, const Places& outer);

/// One item with a `harden` key, or with a `break_glass` key: a condition of source `admission`, and what follows.
void read_hardening(const base::YamlValue& item, const FileText& file, Collector& collector, Report& report);
void read_break_glass(const base::YamlValue& item, const FileText& file, Collector& collector, Report& report);

/// What an item's `override` says of its keys.
struct Overrides {
  std::vector<std::string> append, replace;

  [[nodiscard]] bool empty() const { return append.empty() && replace.empty(); }
};

/// Nothing after an error.
std::optional<Overrides> read_overrides(const Fields& fields, const std::vector<std::string_view>& may_append,
                                        const std::vector<std::string_view>& may_replace);

/// Whether the deprecated `append: true` is there, with a warning; nothing after an error.
std::optional<bool> read_append(const Fields& fields, const Overrides& overrides);

/// Of an item's `exceptions`. When `appended`, their fields may be left out. Nothing after an error.
std::optional<std::vector<ExceptionItem>> read_exceptions(const Fields& fields, bool appended);

}  // namespace doorman::policy
