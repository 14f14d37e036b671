// SPDX-License-Identifier: Apache-2.0
// Every ```yaml block of docs/policy-language.md is a whole rule file that loads and whose conditions are sound;
// one that is marked ```yaml fails has a mistake.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "files.h"
#include "policy/check/check.h"
#include "policy/load/load.h"

namespace doorman::policy {
namespace {

struct Block {
  std::string text;
  std::size_t line = 0;
  bool fails = false;
};

std::vector<Block> blocks_of(const std::string& page) {
  std::vector<Block> blocks;
  std::string_view rest = page;
  std::string_view line;
  bool inside = false;
  for (std::size_t number = 1; base::next_line(rest, line); ++number) {
    if (inside && line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back().text.append(line).append("\n");
    } else if (line == "```yaml" || line == "```yaml fails") {
      inside = true;
      blocks.push_back({"", number, line.ends_with("fails")});
    }
  }
  return blocks;
}

TEST(PolicyLanguagePage, ShowsRuleFilesThatLoad) {
  const auto page = tests::data_dir("..") / "../docs/policy-language.md";
  const auto blocks = blocks_of(tests::slurp(page));
  EXPECT_GT(blocks.size(), 8U);
  for (const Block& block : blocks) {
    SCOPED_TRACE("policy-language.md:" + std::to_string(block.line));
    const Loaded loaded = load_rules({{"example.yaml", block.text}});
    EXPECT_EQ(loaded.ok(), !block.fails);
    if (block.fails) continue;
    for (const Diagnostic& diagnostic : loaded.diagnostics)
      ADD_FAILURE() << to_text(diagnostic, loaded.rules.texts);
    EXPECT_FALSE(loaded.rules.rules.empty());
    for (const Rule& rule : loaded.rules.rules) {
      for (const CheckNote& note : check_condition(rule.condition, rule.source).errors)
        ADD_FAILURE() << rule.name << ": " << note.what.message;
    }
  }
}

}  // namespace
}  // namespace doorman::policy
