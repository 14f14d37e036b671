// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.h"
#include "parse/package/all.h"
#include "parse/package/notes.h"

// Accounts that nobody meant: a password that is empty, and users beside root with its id. Sources: passwd(5),
// shadow(5).

namespace doorman::parse::package {
namespace {

using Reason = model::NotableFile::Reason;

constexpr std::uint64_t max_file_bytes = 16U << 20U;
constexpr std::size_t max_told = 100;
constexpr std::size_t max_name_bytes = 64;
constexpr std::string_view passwd_file = "etc/passwd";

constexpr std::array<Pattern, 2> wants = {{
    {Pattern::Kind::path, passwd_file},
    {Pattern::Kind::path, "etc/shadow"},
}};

void tell(const File& file, Reason reason, std::string_view user, model::FileFacts& facts) {
  model::NotableFile notable;
  notable.reason = reason;
  notable.path = file.path;
  notable.detail = base::printable(user.substr(0, max_name_bytes));
  notable.mode = file.mode;
  notable.size = file.content.size();
  facts.notable.push_back(std::move(notable));
}

base::Status parse_accounts(const File& file, model::FileFacts& facts) {
  base::Bytes rest = file.content;
  std::string_view line;
  while (base::next_line(rest, line)) {
    if (facts.notable.size() >= max_told) {
      return base::Error(base::ErrorCode::limit, "more than " + std::to_string(max_told) + " accounts to tell of");
    }
    // NIS's lines begin with a sign; a line without a second field is none of an account.
    if (line.empty() || line.front() == '#' || line.front() == '+' || line.front() == '-') continue;
    const auto fields = base::split(line, ':');
    if (fields.size() < 2 || fields[0].empty()) continue;
    if (fields[1].empty()) tell(file, Reason::empty_password, fields[0], facts);
    if (file.path == passwd_file && fields.size() > 2 && fields[0] != "root" && base::to_number(fields[2]) == 0U) {
      tell(file, Reason::second_root, fields[0], facts);
    }
  }
  return {};
}

}  // namespace

const Parser accounts_parser = {"accounts", wants, max_file_bytes, parse_accounts};

}  // namespace doorman::parse::package
