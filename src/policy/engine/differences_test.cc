// SPDX-License-Identifier: Apache-2.0
// Where answers differ from Falco's on purpose: the table of docs/policy-language.md, printed with its length, and
// a proof of each line.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "files.h"
#include "policy/engine/engine.h"
#include "policy/load/load.h"

namespace doorman::policy {
namespace {

std::string rule(std::string_view condition, std::string_view more = "", std::string_view name = "r") {
  return fmt::format("- rule: {}\n  desc: d\n  condition: {}\n  output: o\n  priority: INFO\n{}", name, condition,
                     more);
}

Loaded load(std::string text) { return load_rules({{"rules.yaml", std::move(text)}}); }

bool tells(const Loaded& loaded, std::string_view code) {
  return std::ranges::find(loaded.diagnostics, code, &Diagnostic::code) != loaded.diagnostics.end();
}

/// Whether it loads, with that warning if one is named, and with that condition in its first rule.
bool gives(std::string text, std::string_view condition, std::string_view warning = "") {
  const Loaded loaded = load(std::move(text));
  return loaded.ok() && (warning.empty() || tells(loaded, warning)) &&
         to_text(loaded.rules.rules.front().condition) == condition;
}

std::size_t errors_of(std::string text) {
  Loaded loaded = load(std::move(text));
  (void)Engine::compile(std::move(loaded.rules), loaded.diagnostics);
  return static_cast<std::size_t>(
      std::ranges::count(loaded.diagnostics, Diagnostic::Level::error, &Diagnostic::level));
}

class Opened final : public model::Facts {
 public:
  [[nodiscard]] model::EventSource source() const override { return model::EventSource::syscall; }
  [[nodiscard]] model::EventType event_type() const override { return model::EventType::open; }
  [[nodiscard]] model::Value read(const model::FieldUse&, base::Arena&) const override { return {}; }
};

bool all_speak() {
  std::vector<Diagnostic> diagnostics;
  Evaluator evaluator(
      Engine::compile(load(rule("evt.type=open") + rule("evt.type=open", "", "s")).rules, diagnostics));
  return evaluator.match(Opened()).size() == 2;
}

constexpr std::string_view not_spliced = "LOAD_LIST_NOT_SPLICED";
constexpr std::string_view two_values = "- list: l\n  items: [a, b]\n";

const std::map<std::string_view, bool (*)()>& proofs() {
  static const std::map<std::string_view, bool (*)()> known = {
      {"more rules than one match", all_speak},
      {"several mistakes",
       [] {
         return errors_of(rule("nomacro and no.field = 1 and other", "  action: maybe\n") +
                          rule("proc.name regex a[ and no.field = 2", "", "s")) == 6;
       }},
      {"`source: k8s_audit` without a plugin",
       [] {
         const Loaded loaded = load(rule("ka.verb = get", "  source: k8s_audit\n"));
         return loaded.rules.rules.size() == 1 && loaded.diagnostics.empty();
       }},
      {"list item with a comma or parentheses",
       [] {
         return gives("- list: l\n  items: ['a,b']\n" + rule("proc.name in (l)"), "proc.name in (a,b)",
                      not_spliced);
       }},
      {"name of a list inside a string",
       [] {
         return gives(std::string(two_values) + rule("'proc.name = \"say l now\"'"), R"(proc.name = "say l now")",
                      not_spliced);
       }},
      {"`in name` for a list of several values",
       [] { return gives(std::string(two_values) + rule("proc.name in l"), "proc.name in (a, b)"); }},
      {"lists in lists in lists",
       [] {
         return gives(std::string(two_values) + "- list: m\n  items: [l, c]\n- list: n\n  items: [m, d]\n" +
                          rule("proc.name in (n)"),
                      "proc.name in (a, b, c, d)") &&
                !load("- list: l\n  items: [m]\n- list: m\n  items: [l]\n" + rule("proc.name in (l)")).ok();
       }},
      {"value of an exception that holds syntax",
       [] {
         const Loaded loaded =
             load(rule("evt.type = open",
                       "  exceptions:\n    - name: e\n      fields: [proc.name]\n      comps: [=]\n"
                       "      values: [['a)or(evt.type=open']]\n"));
         return loaded.ok() && tells(loaded, not_spliced) &&
                to_text(loaded.rules.rules.front().condition).find("a)or(evt.type=open") != std::string::npos;
       }},
      {R"(`in ('\q')`, a wrong escape in a list's first item)",
       [] { return !load(rule("proc.name in ('\\q')")).ok(); }},
      {"key that is there twice",
       [] {
         return gives(rule("evt.type = open", "  condition: evt.type = close\n"), "evt.type = open",
                      "LOAD_REPEATED_KEY");
       }},
  };
  return known;
}

/// The first cells of the table.
std::vector<std::string> lines_of_the_page() {
  const std::string page = tests::slurp(tests::data_dir("..") / "../docs/policy-language.md");
  std::string_view rest = std::string_view(page).substr(page.find("## Differences from Falco"));
  std::vector<std::string> lines;
  std::string_view line;
  while (base::next_line(rest, line)) {
    if (!line.starts_with("| ") || line.starts_with("| where |")) continue;
    lines.emplace_back(base::trim(base::split(line, '|')[1]));
  }
  return lines;
}

TEST(DifferencesFromFalco, AreThoseOfThePage) {
  const auto lines = lines_of_the_page();
  fmt::print("{} differences from Falco, of docs/policy-language.md:\n", lines.size());
  for (const std::string& line : lines) {
    fmt::print("  {}\n", line);
    const auto proof = proofs().find(line);
    if (proof == proofs().end()) ADD_FAILURE() << "no proof of: " << line;
    else EXPECT_TRUE(proof->second()) << line;
  }
  EXPECT_EQ(lines.size(), proofs().size());
}

}  // namespace
}  // namespace doorman::policy
