// SPDX-License-Identifier: Apache-2.0
#include "app/cli/parse.h"

#include <gmock/gmock.h>

namespace doorman::app::cli {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::StartsWith;

using Arguments = std::vector<std::string>;
using Files = std::map<std::string, std::string, std::less<>>;

base::Result<ParsedCommand> parse(const Arguments& arguments, const Environment& environment = {},
                                  const Files& files = {}) {
  return parse_command(arguments, environment, [&](const std::string& path) -> base::Result<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return base::Error(base::ErrorCode::not_found, path + ": no such file");
    return found->second;
  });
}

std::string mistake(const Arguments& arguments, const Environment& environment = {}, const Files& files = {}) {
  const auto parsed = parse(arguments, environment, files);
  return parsed.ok() ? "" : parsed.error().message();
}

TEST(Arguments, OptionsAndTargetsMix) {
  const auto command = parse({"scan", "a.tar", "-qf", "json", "b.tar", "-ox", "--", "-c.tar"}).value();
  EXPECT_EQ(command.verb().id, VerbId::scan);
  EXPECT_EQ(command.operands(), (Arguments{"a.tar", "b.tar", "-c.tar"}));
  EXPECT_TRUE(command.get(options::quiet));
  EXPECT_EQ(command.get(options::format), ReportFormat::json);
}

TEST(Arguments, AValueIsWrittenInFourWays) {
  for (const Arguments& arguments :
       {Arguments{"scan", "x", "--format", "spdx"}, Arguments{"scan", "x", "--format=spdx"},
        Arguments{"scan", "x", "-f", "spdx"}, Arguments{"scan", "x", "-fspdx"}}) {
    EXPECT_EQ(parse(arguments).value().get(options::format), ReportFormat::spdx);
  }
}

TEST(Arguments, ADashIsATargetAndAFile) {
  const auto command = parse({"scan", "-", "--output", "-"}).value();
  EXPECT_EQ(command.operands(), Arguments{"-"});
  EXPECT_EQ(command.get(options::output).at(0).file, "-");
}

TEST(Arguments, TheLastOneCountsUnlessItMayBeRepeated) {
  const auto command = parse({"scan", "x", "--jobs=2", "--jobs=3", "-o", "a", "-o", "json=b"}).value();
  EXPECT_EQ(command.get(options::jobs), 3U);
  ASSERT_EQ(command.get(options::output).size(), 2U);
  EXPECT_EQ(command.get(options::output)[1].format, ReportFormat::json);
}

TEST(Arguments, WhatIsNotGivenHasItsDefaultOrNone) {
  const auto command = parse({"scan", "x"}).value();
  EXPECT_FALSE(command.get(options::quiet));
  EXPECT_EQ(command.get(options::jobs), std::nullopt);
  EXPECT_EQ(command.get(options::verify), Verify::digests);
  EXPECT_TRUE(command.get(options::output).empty());
}

TEST(Arguments, HelpIsAVerb) {
  EXPECT_EQ(parse({}).value().verb().id, VerbId::help);
  EXPECT_EQ(parse({"--help"}).value().operands(), Arguments{});
  EXPECT_EQ(parse({"scan", "-h"}).value().operands(), Arguments{"scan"});
  EXPECT_EQ(parse({"db", "--help"}).value().operands(), Arguments{"db"});
  EXPECT_EQ(parse({"db", "build", "--help"}).value().operands(), (Arguments{"db", "build"}));
  EXPECT_EQ(parse({"scan", "--help", "--width=60"}).value().get(options::width), 60U);
  EXPECT_EQ(parse({"--version"}).value().verb().id, VerbId::version);
}

TEST(Arguments, MistakesAreNamed) {
  EXPECT_THAT(mistake({"scn"}), AllOf(StartsWith("`scn` is no verb (scan, ls, show, "),
                                      EndsWith("help, version); did you mean scan?")));
  EXPECT_EQ(mistake({"db", "buld"}), "`db buld` is no verb (build, info); did you mean build?");
  EXPECT_EQ(mistake({"db"}), "db needs one word more: build, info");
  EXPECT_EQ(mistake({"scan"}), "scan needs TARGET...; `doorman scan --help` tells more");
  EXPECT_EQ(mistake({"version", "x"}), "version does not take `x`");
  EXPECT_EQ(mistake({"--config=x"}), "a verb is missing; `doorman --help` lists them");
  EXPECT_EQ(mistake({"--quiet", "scan"}), "--quiet is no option here: options follow the verb");
  EXPECT_EQ(mistake({"scan", "--ignore-unfix"}),
            "--ignore-unfix is no option of scan; did you mean --ignore-unfixed?");
  EXPECT_EQ(mistake({"scan", "-Z"}), "-Z is no option of scan");
  EXPECT_EQ(mistake({"scan", "--db"}), "--db needs a value, FILE");
  EXPECT_EQ(mistake({"scan", "--db", "--quiet"}),
            "--db needs a value, FILE; a value that begins with a dash is written with =");
  EXPECT_EQ(mistake({"scan", "x", "--now=soon"}),
            "--now: `soon` is no date; write it as 2024-05-01 or 2024-05-01T10:20:30Z");
  EXPECT_EQ(mistake({"completion", "tcsh"}), "completion: `tcsh` is none of bash, zsh, fish");
}

TEST(Arguments, WhatIsTypedReachesTheTerminalInPrintableForm) {
  EXPECT_THAT(mistake({"\x1b[2J"}), StartsWith("`\\x1b[2J` is no verb (scan, "));
}

TEST(Precedence, FileThenEnvironmentThenFlag) {
  const Files files = {{"/etc/doorman/config.yaml", "jobs: 1\nwidth: 100\nfail-on: low\nverify: full\n"},
                       {"/home/ada/.config/doorman/config.yaml", "jobs: 2\nwidth: 101\nfail-on: medium\n"}};
  const Environment environment = {{"HOME", "/home/ada"}, {"DOORMAN_JOBS", "3"}, {"DOORMAN_WIDTH", "102"}};
  const auto command = parse({"scan", "x", "--jobs=4"}, environment, files).value();
  EXPECT_EQ(command.get(options::jobs), 4U);
  EXPECT_EQ(command.get(options::width), 102U);
  EXPECT_EQ(command.get(options::fail_on), model::Severity::medium);
  EXPECT_EQ(command.get(options::verify), Verify::full);
}

TEST(Precedence, AFlagCanBeTakenBack) {
  const Environment environment = {{"DOORMAN_QUIET", "1"}};
  EXPECT_TRUE(parse({"scan", "x"}, environment).value().get(options::quiet));
  EXPECT_FALSE(parse({"scan", "x", "--quiet=false"}, environment).value().get(options::quiet));
}

TEST(Precedence, OutputsOfTheCommandLineReplaceThoseOfTheEnvironment) {
  const Environment environment = {{"DOORMAN_OUTPUT", "json=a,table=-"}};
  EXPECT_EQ(parse({"scan", "x"}, environment).value().get(options::output).size(), 2U);
  EXPECT_EQ(parse({"scan", "x", "-o", "b"}, environment).value().get(options::output).size(), 1U);
}

TEST(ConfigFiles, ANamedOneIsReadAlone) {
  const Files files = {{"/etc/doorman/config.yaml", "quiet: true"}, {"mine.yaml", "jobs: 7"}};
  for (const auto& command : {parse({"--config=mine.yaml", "scan", "x"}, {}, files),
                              parse({"scan", "x"}, {{"DOORMAN_CONFIG", "mine.yaml"}}, files)}) {
    EXPECT_EQ(command.value().get(options::jobs), 7U);
    EXPECT_FALSE(command.value().get(options::quiet));
  }
}

TEST(ConfigFiles, ANamedOneMustBeThere) {
  EXPECT_EQ(mistake({"scan", "x", "--config=mine.yaml"}), "configuration: mine.yaml: no such file");
}

TEST(ConfigFiles, NoneIsEverFoundThroughARelativePath) {
  const Files files = {{"evil/doorman/config.yaml", "jobs: 1"}, {"evil/.config/doorman/config.yaml", "jobs: 1"}};
  const Environment environment = {{"XDG_CONFIG_HOME", "evil"}, {"HOME", "evil"}};
  EXPECT_EQ(parse({"scan", "x"}, environment, files).value().get(options::jobs), std::nullopt);
}

TEST(ConfigFiles, AMistakeNamesFileAndLine) {
  EXPECT_EQ(mistake({"scan", "x"}, {}, {{"/etc/doorman/config.yaml", "\njobs: many\n"}}),
            "/etc/doorman/config.yaml: line 2: jobs: `many` is no number from 1 to 256");
}

TEST(ConfigFiles, ABrokenOneDoesNotKeepAnyoneFromTheHelp) {
  const Files files = {{"/etc/doorman/config.yaml", "]["}};
  EXPECT_TRUE(parse({"scan", "--help"}, {{"DOORMAN_WIDTH", "x"}}, files).ok());
  EXPECT_FALSE(parse({"scan", "x"}, {}, files).ok());
}

TEST(Variables, MistakesAreNamed) {
  EXPECT_EQ(mistake({"scan", "x"}, {{"DOORMAN_JOBS", "0"}}), "DOORMAN_JOBS: `0` is no number from 1 to 256");
}

TEST(Variables, AnEmptyOneIsNotSet) {
  EXPECT_EQ(parse({"scan", "x"}, {{"DOORMAN_JOBS", ""}}).value().get(options::jobs), std::nullopt);
}

TEST(Variables, OnlyALikelySlipIsWarnedOf) {
  const auto command =
      parse({"scan", "x"}, {{"DOORMAN_FAILON", "high"}, {"DOORMAN_SERVICE_HOST", "10.0.0.1"}}).value();
  EXPECT_EQ(command.warnings(), Arguments{"DOORMAN_FAILON is no setting; did you mean DOORMAN_FAIL_ON?"});
}

TEST(Variables, ComeFromEnviron) {
  const char* const entries[] = {"A=1", "B=x=y", "broken", nullptr};
  EXPECT_EQ(environment_from(entries), (Environment{{"A", "1"}, {"B", "x=y"}}));
}

}  // namespace
}  // namespace doorman::app::cli
