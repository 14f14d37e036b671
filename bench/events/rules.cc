// SPDX-License-Identifier: Apache-2.0
#include "events/rules.h"

#include <fmt/format.h>

#include "policy/load/load.h"

namespace doorman::bench {
namespace {

/// As a YAML string that nothing in the text can end.
std::string quoted(std::string_view text) {
  std::string made = "\"";
  for (const char c : text) {
    if (c == '\n') made += "\\n";
    else if (c == '"' || c == '\\') made.append(1, '\\').append(1, c);
    else made += c;
  }
  return made + '"';
}

std::string own_constant(std::size_t number) {
  switch (number % 4) {
    case 0:
      return fmt::format("fd.name startswith /srv/team-{}/", number);
    case 1:
      return fmt::format("proc.name in (tool-{0}, helper-{0})", number);
    case 2:
      return fmt::format("proc.cmdline contains \"--profile=team-{}\"", number);
    default:
      return fmt::format("container.image.repository = registry.example/team/app-{}", number);
  }
}

base::Error first_error(const std::vector<policy::Diagnostic>& diagnostics,
                        const std::vector<policy::SourceText>& texts) {
  for (const policy::Diagnostic& each : diagnostics) {
    if (each.level == policy::Diagnostic::Level::error) {
      return {base::ErrorCode::invalid, policy::to_text(each, texts)};
    }
  }
  return {base::ErrorCode::invalid, "no reason given"};
}

}  // namespace

policy::SourceText one_rule() {
  return {.name = "one.yaml", .text = R"(
- rule: Sensitive file opened
  desc: By a program that has no business with it
  condition: >
    evt.type in (open, openat, openat2) and evt.is_open_read=true and fd.name in (/etc/shadow, /etc/sudoers)
    and container.id != host and not proc.name in (login, sshd, sudo, su)
  output: Sensitive file opened (file=%fd.name command=%proc.cmdline)
  priority: WARNING
)"};
}

base::Result<policy::SourceText> variations(const policy::SourceText& stable, std::size_t count) {
  const policy::Loaded loaded = policy::load_rules({stable});
  if (!loaded.ok() || loaded.rules.rules.empty()) return first_error(loaded.diagnostics, loaded.rules.texts);
  policy::SourceText made = {.name = fmt::format("{} rules", count), .text = stable.text};
  made.text += '\n';
  for (std::size_t number = loaded.rules.rules.size(); number < count; ++number) {
    const policy::Rule& rule = loaded.rules.rules[number % loaded.rules.rules.size()];
    const std::string condition = fmt::format("{} and ({})", own_constant(number), rule.written);
    made.text +=
        fmt::format("- rule: {}\n  desc: variation\n  condition: {}\n  output: {}\n  priority: NOTICE\n",
                    quoted(fmt::format("{} {}", rule.name, number)), quoted(condition), quoted(rule.output));
  }
  return made;
}

base::Result<std::shared_ptr<const policy::Engine>> compile(std::vector<policy::SourceText> texts) {
  policy::Loaded loaded = policy::load_rules(std::move(texts));
  if (!loaded.ok()) return first_error(loaded.diagnostics, loaded.rules.texts);
  std::vector<policy::Diagnostic> diagnostics;
  const std::vector<policy::SourceText> kept = loaded.rules.texts;
  auto engine = policy::Engine::compile(std::move(loaded.rules), diagnostics);
  if (engine == nullptr) return first_error(diagnostics, kept);
  return engine;
}

}  // namespace doorman::bench
