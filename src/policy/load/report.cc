// SPDX-License-Identifier: Apache-2.0
#include "policy/load/report.h"

#include <fmt/format.h>

#include "base/text.h"

namespace doorman::policy {

Places within(const Places& outer, Place inner) {
  Places chain = outer;
  chain.push_back(std::move(inner));
  return chain;
}

void Report::error(std::string_view code, std::string message, Places places, std::string hint) {
  ++errors_;
  add({std::string(code), Diagnostic::Level::error, std::move(message), std::move(places), std::move(hint)});
}

void Report::warning(std::string_view code, std::string message, Places places, std::string hint) {
  add({std::string(code), Diagnostic::Level::warning, std::move(message), std::move(places), std::move(hint)});
}

void Report::add(Diagnostic diagnostic) {
  if (full()) return;
  diagnostic.message = base::printable(diagnostic.message);
  if (diagnostic.places.empty()) diagnostic.places.push_back({"rules content", "", 0, {}});
  if (found_.size() == max_diagnostics) {
    diagnostic.code = code::limit;
    diagnostic.level = Diagnostic::Level::error;
    diagnostic.message = fmt::format("more than {} errors and warnings; the rest is not shown", max_diagnostics);
    diagnostic.hint.clear();
    ++errors_;
  }
  found_.push_back(std::move(diagnostic));
}

}  // namespace doorman::policy
