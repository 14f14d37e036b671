// SPDX-License-Identifier: Apache-2.0
#include "action/drift/script_argument.h"

#include <array>
#include <optional>
#include <span>

#include "action/drift/words.h"

namespace doorman::action {
namespace {

using Words = std::span<const std::string_view>;

/// How an interpreter reads its arguments. Letters may stand together behind one dash.
struct Interpreter {
  Words names;
  std::string_view no_file = {};  ///< letters: the code is in the argument, or comes from elsewhere
  std::string_view file = {};     ///< letters whose value is the file
  std::string_view value = {};    ///< letters whose value is the rest of the word, else the next word
  std::string_view rest = {};     ///< letters whose value is the rest of the word, which may be empty
  std::string_view next = {};     ///< letters whose value is the next word, whatever stands behind them
  Words long_no_file = {};        ///< the same of words behind two dashes
  Words long_file = {};
  Words long_value = {};
  bool plain_is_file = true;  ///< the first argument that is no option
};

constexpr std::array<std::string_view, 10> shells{"sh",   "bash", "rbash", "dash", "ash",
                                                  "hush", "ksh",  "mksh",  "zsh",  "fish"};
constexpr std::array<std::string_view, 2> shell_values{"rcfile", "init-file"};
constexpr std::array<std::string_view, 3> pythons{"python", "pypy", "micropython"};
constexpr std::array<std::string_view, 1> python_values{"check-hash-based-pycs"};
constexpr std::array<std::string_view, 1> perls{"perl"}, rubies{"ruby"}, expects{"expect"}, rscripts{"Rscript"},
    javas{"java"};
constexpr std::array<std::string_view, 2> nodes{"node", "nodejs"};
constexpr std::array<std::string_view, 2> node_code{"eval", "print"};
constexpr std::array<std::string_view, 6> node_values{"require",    "import", "loader", "experimental-loader",
                                                      "conditions", "title"};
constexpr std::array<std::string_view, 3> phps{"php", "php-cli", "php-cgi"};
constexpr std::array<std::string_view, 1> php_code{"run"}, file_words{"file"};
constexpr std::array<std::string_view, 4> php_values{"define", "php-ini", "docroot", "zend-extension"};
constexpr std::array<std::string_view, 2> luas{"lua", "luajit"};
constexpr std::array<std::string_view, 4> awks{"awk", "gawk", "mawk", "nawk"};
constexpr std::array<std::string_view, 2> awk_values{"field-separator", "assign"};
constexpr std::array<std::string_view, 2> tcls{"tclsh", "wish"};
constexpr std::array<std::string_view, 1> r_values{"default-packages"};

constexpr std::array<Interpreter, 10> interpreters{{
    {.names = shells, .no_file = "cs", .next = "oO", .long_value = shell_values},
    {.names = pythons, .no_file = "cm", .value = "WXQ", .long_value = python_values},
    {.names = perls, .no_file = "eE", .value = "I", .rest = "MmFiCDxV"},
    {.names = rubies, .no_file = "e", .value = "IrCEF", .rest = "iKTWx"},
    {.names = nodes, .no_file = "ep", .value = "rC", .long_no_file = node_code, .long_value = node_values},
    {.names = phps,
     .no_file = "rBRE",
     .file = "fF",
     .value = "cdtzgS",
     .long_no_file = php_code,
     .long_file = file_words,
     .long_value = php_values},
    {.names = luas, .value = "elW"},
    {.names = awks,
     .file = "f",
     .value = "Fv",
     .long_file = file_words,
     .long_value = awk_values,
     .plain_is_file = false},
    {.names = expects, .no_file = "c", .file = "f"},
    {.names = rscripts, .no_file = "e", .long_value = r_values},
}};

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view without_version(std::string_view name) {
  const std::size_t end = name.find_last_not_of("0123456789.");
  name = name.substr(0, end + 1);
  return name.ends_with('-') ? name.substr(0, name.size() - 1) : name;
}

/// Nothing: go on; else the answer.
using Answer = std::optional<std::string_view>;

Answer long_option(const Interpreter& interpreter, std::string_view option, std::string_view& rest) {
  const std::size_t sign = option.find('=');
  const std::string_view name = option.substr(0, sign);
  if (is_one_of(interpreter.long_no_file, name)) return "";
  if (is_one_of(interpreter.long_file, name)) {
    return sign == std::string_view::npos ? take_word(rest).value_or("") : option.substr(sign + 1);
  }
  if (sign == std::string_view::npos && is_one_of(interpreter.long_value, name)) take_word(rest);
  return {};
}

Answer letters(const Interpreter& interpreter, std::string_view together, std::string_view& rest) {
  while (!together.empty()) {
    const char letter = together.front();
    together.remove_prefix(1);
    if (interpreter.no_file.find(letter) != std::string_view::npos) return "";
    if (interpreter.file.find(letter) != std::string_view::npos) {
      return together.empty() ? take_word(rest).value_or("") : together;
    }
    if (interpreter.rest.find(letter) != std::string_view::npos) return {};
    if (interpreter.next.find(letter) != std::string_view::npos) take_word(rest);
    if (interpreter.value.find(letter) == std::string_view::npos) continue;
    if (together.empty()) take_word(rest);
    return {};
  }
  return {};
}

std::string_view file_of(const Interpreter& interpreter, std::string_view rest) {
  while (const auto word = take_word(rest)) {
    Answer answer;
    if (*word == "-" || *word == "--")
      return *word == "-" || !interpreter.plain_is_file ? "" : take_word(rest).value_or("");
    if (word->starts_with("--")) answer = long_option(interpreter, word->substr(2), rest);
    else if (word->starts_with('-') || word->starts_with('+')) answer = letters(interpreter, word->substr(1), rest);
    else return interpreter.plain_is_file ? *word : "";
    if (answer) return *answer;
  }
  return {};
}

std::string_view jar_of(std::string_view rest) {
  constexpr std::array<std::string_view, 6> values{"-cp", "-classpath",    "--class-path",
                                                   "-p",  "--module-path", "--add-modules"};
  while (const auto word = take_word(rest)) {
    if (*word == "-jar") return take_word(rest).value_or("");
    if (!word->starts_with('-')) return {};
    if (is_one_of(values, *word)) take_word(rest);
  }
  return {};
}

}  // namespace

std::string_view parse_script_argument(std::string_view program, std::string_view arguments) {
  std::string_view name = last_part(program);
  const std::string_view own_name = take_word(arguments).value_or("");
  if (name == "busybox" || name == "toybox") {
    name = last_part(own_name);
    if (name == "busybox" || name == "toybox") name = take_word(arguments).value_or("");
    if (name.starts_with('-')) name.remove_prefix(1);  // of a login
  }
  name = without_version(name);
  if (is_one_of(javas, name)) return jar_of(arguments);
  if (is_one_of(tcls, name)) {
    const std::string_view first = take_word(arguments).value_or("");
    return first.starts_with('-') ? "" : first;
  }
  for (const Interpreter& each : interpreters) {
    if (is_one_of(each.names, name)) return file_of(each, arguments);
  }
  return {};
}

}  // namespace doorman::action
