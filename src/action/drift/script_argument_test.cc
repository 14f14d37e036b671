// SPDX-License-Identifier: Apache-2.0
#include "action/drift/script_argument.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace doorman::action {
namespace {

std::string file_of(std::string_view program, std::initializer_list<std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text.append(word).push_back('\0');
  return std::string(parse_script_argument(program, text));
}

TEST(ScriptArgumentTest, OfAShell) {
  EXPECT_EQ(file_of("/bin/sh", {"sh", "/x.sh"}), "/x.sh");
  EXPECT_EQ(file_of("/usr/bin/dash", {"-sh", "-eux", "x.sh", "-c", "y"}), "x.sh");
  EXPECT_EQ(file_of("/usr/bin/bash", {"bash", "-eo", "pipefail", "+O", "extglob", "--", "x.sh"}), "x.sh");
  EXPECT_EQ(file_of("/usr/bin/bash", {"bash", "--rcfile", "/rc", "--norc", "x.sh"}), "x.sh");
  EXPECT_EQ(file_of("/bin/sh", {"sh", "-c", "x.sh"}), "");
  EXPECT_EQ(file_of("/bin/sh", {"sh", "-ec", "x.sh"}), "");
  EXPECT_EQ(file_of("/bin/sh", {"sh", "-s", "x.sh"}), "");
  EXPECT_EQ(file_of("/bin/sh", {"sh", "-"}), "");
  EXPECT_EQ(file_of("/bin/sh", {"sh"}), "");
}

TEST(ScriptArgumentTest, OfBusybox) {
  EXPECT_EQ(file_of("/bin/busybox", {"busybox", "sh", "/x.sh"}), "/x.sh");
  EXPECT_EQ(file_of("/bin/busybox", {"/bin/sh", "/x.sh"}), "/x.sh");
  EXPECT_EQ(file_of("/bin/busybox", {"-sh", "/x.sh"}), "/x.sh");
  EXPECT_EQ(file_of("/bin/busybox", {"busybox", "awk", "-f", "/x.awk"}), "/x.awk");
  EXPECT_EQ(file_of("/bin/busybox", {"cat", "/x.sh"}), "");
  EXPECT_EQ(file_of("/bin/busybox", {"busybox"}), "");
}

TEST(ScriptArgumentTest, OfPython) {
  EXPECT_EQ(file_of("/usr/bin/python3.11", {"python3", "x.py", "-c"}), "x.py");
  EXPECT_EQ(file_of("/usr/bin/python3.11", {"python3", "-uW", "ignore", "-Xdev", "x.py"}), "x.py");
  EXPECT_EQ(file_of("/usr/bin/python3.11", {"python3", "--check-hash-based-pycs", "never", "x.py"}), "x.py");
  EXPECT_EQ(file_of("/usr/bin/python3.11", {"python3", "-m", "http.server"}), "");
  EXPECT_EQ(file_of("/usr/bin/python3.11", {"python3", "-Bc", "x.py"}), "");
}

TEST(ScriptArgumentTest, OfOthers) {
  EXPECT_EQ(file_of("/usr/bin/perl5.36.0", {"perl", "-w", "-I", "lib", "-Mstrict", "-i.bak", "x.pl"}), "x.pl");
  EXPECT_EQ(file_of("/usr/bin/perl", {"perl", "-lne", "print", "x.pl"}), "");
  EXPECT_EQ(file_of("/usr/bin/ruby3.1", {"ruby", "-W0", "-rset", "x.rb"}), "x.rb");
  EXPECT_EQ(file_of("/usr/bin/node", {"node", "--require", "./y.js", "--inspect=9229", "x.js"}), "x.js");
  EXPECT_EQ(file_of("/usr/bin/node", {"node", "--eval=1", "x.js"}), "");
  EXPECT_EQ(file_of("/usr/bin/php8.2", {"php", "-d", "a=b", "-f", "x.php", "y"}), "x.php");
  EXPECT_EQ(file_of("/usr/bin/php8.2", {"php", "--file=x.php"}), "x.php");
  EXPECT_EQ(file_of("/usr/bin/php8.2", {"php", "-r", "x.php"}), "");
  EXPECT_EQ(file_of("/usr/bin/lua5.4", {"lua", "-e", "a=1", "x.lua"}), "x.lua");
  EXPECT_EQ(file_of("/usr/bin/mawk", {"awk", "-F:", "-f", "x.awk", "data"}), "x.awk");
  EXPECT_EQ(file_of("/usr/bin/gawk", {"awk", "--file=x.awk"}), "x.awk");
  EXPECT_EQ(file_of("/usr/bin/mawk", {"awk", "{ print }", "data"}), "");
  EXPECT_EQ(file_of("/usr/bin/tclsh8.6", {"tclsh", "x.tcl"}), "x.tcl");
  EXPECT_EQ(file_of("/usr/bin/expect", {"expect", "-f", "x.exp"}), "x.exp");
  EXPECT_EQ(file_of("/usr/lib/jvm/bin/java", {"java", "-Xmx1g", "-cp", "a.jar", "-jar", "x.jar"}), "x.jar");
  EXPECT_EQ(file_of("/usr/lib/jvm/bin/java", {"java", "Main", "-jar", "x.jar"}), "");
  EXPECT_EQ(file_of("/usr/bin/cat", {"cat", "x.sh"}), "");
}

TEST(ScriptArgumentTest, WhatIsCutOffNamesNothing) {
  EXPECT_EQ(parse_script_argument("/bin/sh", ""), "");
  EXPECT_EQ(parse_script_argument("/bin/sh", "sh"), "");
  EXPECT_EQ(parse_script_argument("/bin/bash", std::string_view("bash\0-o", 7)), "");
  EXPECT_EQ(parse_script_argument("/usr/bin/mawk", std::string_view("awk\0-f", 6)), "");
  EXPECT_EQ(parse_script_argument("", std::string_view("sh\0x", 4)), "");
}

}  // namespace
}  // namespace doorman::action
