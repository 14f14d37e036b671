// SPDX-License-Identifier: Apache-2.0
#include "policy/exception.h"

#include <fmt/format.h>

#include "base/text.h"

namespace doorman::policy {

std::string_view to_text(SubjectKey key) {
  switch (key) {
    case SubjectKey::image:
      return "image";
    case SubjectKey::digest:
      return "digest";
    case SubjectKey::package:
      return "package";
    case SubjectKey::version:
      return "version";
    case SubjectKey::vulnerability:
      return "vulnerability";
    case SubjectKey::path:
      return "path";
    case SubjectKey::secret:
      return "secret";
  }
  return {};
}

bool is_pattern(std::string_view text) { return text.find_first_of("*?[\\") != std::string_view::npos; }

std::string subject_text(const Exception& exception) {
  if (exception.subject.empty()) return "any";
  std::string text;
  for (const Exception::Part& part : exception.subject) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", to_text(part.key), base::join(part.values, ","));
  }
  return text;
}

std::string rules_text(const Exception& exception) { return base::join(exception.rule_names, ", "); }

}  // namespace doorman::policy
