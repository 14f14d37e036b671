// SPDX-License-Identifier: Apache-2.0
#include "parse/secret/scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parse/secret/check.h"
#include "parse/secret/glob.h"

namespace doorman::parse::secret {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view pack = R"(
stopwords: [EXAMPLE]
rules:
  - {id: key, title: A key, severity: high, keywords: [key_], regex: '\b(key_[a-z0-9]{20})\b', entropy: 2, after: 64}
  - {id: word, title: A word, severity: low, keywords: [WORD], caseless: true, regex: '(?i)word=(\S+)', paths: ['*.conf'],
     guessable: true}
  - {id: whole, title: A file, severity: medium, regex: '\A([0-9]{8})\s*\z', paths: ['a/**/pin']}
)";

const SecretRules& rules() {
  static const SecretRules parsed = [] {
    const RuleText text{"pack.yaml", pack};
    auto read = SecretRules::parse({&text, 1});
    EXPECT_TRUE(read.ok() && read->check().ok());
    return std::move(read).value();
  }();
  return parsed;
}

struct Told {
  std::vector<model::Secret> secrets;
  bool complete;
};

Told search(std::string_view path, std::string_view text, std::size_t piece = 1U << 20U) {
  auto scanner = SecretScanner::make(rules());
  EXPECT_TRUE(scanner.ok());
  scanner->begin(path, text.size());
  // The first piece decides what kind of file it is, so it is never short.
  std::size_t next = std::max(piece, SecretScanner::head_bytes);
  while (!text.empty()) {
    EXPECT_TRUE(scanner->feed(text.substr(0, next)).ok());
    text.remove_prefix(std::min(text.size(), next));
    next = piece;
  }
  auto found = scanner->end();
  EXPECT_TRUE(found.ok());
  return {std::move(found->secrets), found->complete};
}

const std::string token = "key_0123456789abcdefghij";

TEST(SecretScanner, TellsWhatWhereAndNoMore) {
  const auto found = search("srv/app", "one\ntwo\nuse " + token + "\n").secrets;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rule, "key");
  EXPECT_EQ(found[0].path, "srv/app");
  EXPECT_EQ(found[0].line, 3U);
  EXPECT_EQ(found[0].masked, "key_… (24 characters)");
  EXPECT_EQ(found[0].fingerprint.size(), 16U);
  EXPECT_EQ(found[0].fingerprint.find("0123"), std::string::npos);
}

TEST(SecretScanner, APathDecidesWhichRulesLook) {
  EXPECT_EQ(search("etc/a.conf", "Word=hunter22\n").secrets.size(), 1U);
  EXPECT_THAT(search("etc/a.conf", "Word=hunter22\n").secrets[0].fingerprint, IsEmpty()) << "it could be guessed";
  EXPECT_THAT(search("etc/a.txt", "Word=hunter22\n").secrets, IsEmpty());
  EXPECT_EQ(search("a/b/c/pin", "12345678\n").secrets.size(), 1U);
  EXPECT_THAT(search("b/pin", "12345678\n").secrets, IsEmpty());
}

TEST(SecretScanner, StopwordsAndTheSameAgainAreNotTold) {
  EXPECT_THAT(search("a", "key_example0123456789abc").secrets, IsEmpty());
  EXPECT_THAT(search("a", "key_aaaaaaaaaaaaaaaaaaaa").secrets, IsEmpty()) << "too regular";
  EXPECT_EQ(search("a", token + "\n" + token + "\n").secrets.size(), 1U);
}

TEST(SecretScanner, FindsTheSameInEveryCut) {
  std::string text;
  for (int i = 0; text.size() < 900'000; ++i) {
    text += "line " + std::to_string(i) + "\n";
    if (i % 9001 == 17) text += "key_" + std::to_string(10000000 + i) + "abcdefghijkl\n";
  }
  const Told whole = search("a", text, text.size());
  EXPECT_TRUE(whole.complete);
  EXPECT_GT(whole.secrets.size(), 5U);
  for (const std::size_t piece : {511UL, 65'536UL, 262'144UL, 300'001UL}) {
    EXPECT_EQ(search("a", text, piece).secrets, whole.secrets) << piece;
  }
}

TEST(SecretScanner, LooksIntoSmallBinariesByTheTokensOwnForm) {
  const std::string small = std::string("\0\0\0", 3) + token + "\n";
  const auto found = search("a.conf", small + "word=hunter22").secrets;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].line, 0U);
  EXPECT_THAT(search("a", small + std::string(SecretScanner::max_binary_bytes, 'x')).secrets, IsEmpty());
  EXPECT_THAT(search("a", "PK\x03\x04" + small).secrets, IsEmpty()) << "compressed";
}

TEST(SecretScanner, HasALimitForAFile) {
  std::string many;
  for (int i = 0; i < 500; ++i) many += "key_" + std::to_string(10000000 + i) + "abcdefghijkl ";
  const Told told = search("a", many);
  EXPECT_EQ(told.secrets.size(), SecretScanner::max_found);
  EXPECT_FALSE(told.complete);
}

TEST(SecretSettings, AreSearchedLikeFiles) {
  model::ImageConfig config;
  config.env = {"PATH=/bin", "A=" + token};
  config.labels = {{"b", token}};
  config.history.resize(2);
  config.history[0].created_by = "RUN make";
  config.history[1].created_by = "RUN login " + token + " && again " + token;
  config.cmd = {"--key", token};
  const auto found = find_and_hide(rules(), config);
  ASSERT_TRUE(found.ok());
  std::vector<std::string> places;
  for (const model::Secret& secret : *found) places.push_back(place_of(secret));
  EXPECT_THAT(places, ElementsAre("config: env A", "config: label b", "history 2"));
  const std::string masked = "key_… (24 characters)";
  EXPECT_THAT(config.env, ElementsAre("PATH=/bin", "A=" + masked));
  EXPECT_EQ(config.labels[0].second, masked);
  EXPECT_EQ(config.history[1].created_by, "RUN login " + masked + " && again " + masked);
  EXPECT_THAT(config.cmd, ElementsAre("--key", masked));
}

TEST(SecretRules, NamesTheirMistakes) {
  const auto message = [](std::string_view text) {
    const RuleText file{"p.yaml", text};
    const auto parsed = SecretRules::parse({&file, 1});
    if (!parsed.ok()) return parsed.error().message();
    const auto checked = parsed->check();
    return checked.ok() ? std::string() : checked.error().message();
  };
  const std::string good = "rules:\n  - {id: a, title: A, severity: low, keywords: [abc], regex: a";
  EXPECT_EQ(message(good + "}\n"), "");
  EXPECT_EQ(message("[]"), "p.yaml: line 1: no mapping with `rules`");
  EXPECT_EQ(message("rule: []"), "p.yaml: line 1: unknown key `rule`");
  EXPECT_EQ(message(good + ", colour: red}\n"), "p.yaml: line 2: unknown key `colour`");
  EXPECT_EQ(message(good + ", entropy: 9}\n"), "p.yaml: line 2: bits in a character, 0 to 8, are wanted");
  EXPECT_EQ(message(good + ", after: 99999}\n"), "p.yaml: line 2: a number up to 16384 is wanted");
  EXPECT_EQ(message(good + ", check: taste}\n"), "p.yaml: line 2: no such check");
  EXPECT_EQ(message(good + "}\n  - {id: a, title: B, severity: low, keywords: [abc], regex: b}\n"),
            "p.yaml: line 3: a second rule a");
  EXPECT_EQ(message("rules:\n  - {id: a, title: A, severity: low, regex: a}\n"),
            "p.yaml: line 2: a rule needs `keywords` or `paths`");
  EXPECT_EQ(message("rules:\n  - {id: a, title: A, severity: low, keywords: [ab], regex: a}\n"),
            "p.yaml: line 2: a keyword has 3 to 64 bytes");
  EXPECT_EQ(message("rules:\n  - {id: a, title: A, severity: low, keywords: [abc], regex: '('}\n").substr(0, 8),
            "rule a: ");
}

TEST(SecretRules, HaveAVersionThatFollowsTheText) {
  const RuleText a{"a", "rules: []\n"};
  const RuleText b{"b", "rules: [] #\n"};
  EXPECT_EQ(SecretRules::parse({&a, 1})->version(), SecretRules::parse({&a, 1})->version());
  EXPECT_NE(SecretRules::parse({&a, 1})->version(), SecretRules::parse({&b, 1})->version());
}

TEST(SecretCheck, KnowsTheForms) {
  // A token that GitHub revoked; it is often quoted to show how the checksum is made.
  const std::string known = std::string("ghp_") + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ" + "0mLq17";
  EXPECT_EQ(run_check(Check::crc32, known), Outcome::holds);
  EXPECT_EQ(run_check(Check::crc32, known.substr(0, 39) + "8"), Outcome::unknown);
  EXPECT_EQ(run_check(Check::basic_auth, "YTpi"), Outcome::holds);  // a:b
  EXPECT_EQ(run_check(Check::basic_auth, "YWI="), Outcome::refuted);
  EXPECT_EQ(run_check(Check::jwt, "eyJhbGciOiJub25lIn0.e30."), Outcome::holds);
  EXPECT_EQ(run_check(Check::jwt, "e30.e30."), Outcome::refuted);
  EXPECT_NEAR(entropy_of("abab"), 1.0, 1e-9);
  EXPECT_EQ(entropy_of(""), 0.0);
  EXPECT_EQ(mask("abcdef"), "a… (6 characters)");
  EXPECT_EQ(mask(std::string(40, '\n')), "… (40 characters)");
}

TEST(PathGlobs, Match) {
  EXPECT_TRUE(glob_matches("*.conf", "a.conf"));
  EXPECT_FALSE(glob_matches("etc/*.conf", "etc/a/b.conf"));
  EXPECT_TRUE(glob_matches("etc/**.conf", "etc/a/b.conf"));
  EXPECT_TRUE(glob_matches("**/.kube/config", "root/.kube/config"));
  EXPECT_FALSE(glob_matches("a?c", "a/c"));
  EXPECT_TRUE(glob_matches("**a*b", "a/b/axb"));
  EXPECT_FALSE(glob_matches("", "a"));
  PathGlobs globs;
  globs.add("*.ENV");
  globs.add("srv/*");
  EXPECT_TRUE(globs.match("a/b.env"));
  EXPECT_TRUE(globs.match("srv/x"));
  EXPECT_FALSE(globs.match("a/srv/x"));
}

}  // namespace
}  // namespace doorman::parse::secret
