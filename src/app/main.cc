// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "app/cli/completion.h"
#include "app/cli/help.h"
#include "app/cli/man.h"
#include "app/cli/parse.h"
#include "app/db.h"
#include "app/guard/guard.h"
#include "app/policy/verbs.h"
#include "app/runtime/door.h"
#include "app/runtime/verbs.h"
#include "app/scan/scan.h"
#include "app/show/isolation.h"
#include "app/show/ls.h"
#include "app/show/show.h"
#include "app/show/status.h"
#include "app/state.h"
#include "app/terminal.h"
#include "app/up/up.h"
#include "app/watch/events.h"
#include "app/watch/flows.h"
#include "app/watch/ps.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/time.h"
#include "store/layer_cache.h"

namespace {

using namespace doorman;
using app::cli::VerbId;

int fail(const base::Error& error) {
  base::log(base::LogLevel::error, error.message());
  return 2;
}

int print(const std::string& text) {
  const bool written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  return written ? 0 : fail(base::system_error("standard output"));
}

std::size_t help_width(const app::cli::ParsedCommand& command, const app::cli::Environment& environment) {
  if (const auto width = command.get(app::cli::options::width)) return static_cast<std::size_t>(*width);
  return app::terminal_width(environment);
}

int help(const app::cli::ParsedCommand& command, const app::cli::Environment& environment) {
  if (command.get(app::cli::options::man)) return print(app::cli::man_page());
  const auto text = app::cli::help_text(command.operands(), help_width(command, environment));
  return text.ok() ? print(*text) : fail(text.error());
}

int build_db(const app::cli::ParsedCommand& command, const app::cli::Environment& environment) {
  const auto output = command.get(app::cli::options::db_output).value_or("");
  std::string state_path;
  if (output.empty()) {
    const auto state = app::open_state(command.get(app::cli::options::state_dir), environment);
    if (!state.ok()) return fail(state.error());
    state_path = state->path();
  }
  const auto build = app::build_database(command.operands().front(), output, state_path);
  if (!build.ok()) return fail(build.error());
  return command.get(app::cli::options::quiet) ? 0 : print(app::describe(*build));
}

int tell_db(const app::cli::ParsedCommand& command, const app::cli::Environment& environment) {
  const auto state = app::open_state(command.get(app::cli::options::state_dir), environment);
  const auto database =
      app::Database::choose(command.get(app::cli::options::db).value_or(""), state.ok() ? state->path() : "");
  return database.ok() ? print(app::describe(*database)) : fail(database.error());
}

int tell_cache(const app::cli::ParsedCommand& command, const app::cli::Environment& environment) {
  const auto state = app::open_state(command.get(app::cli::options::state_dir), environment);
  if (!state.ok()) return fail(state.error());
  const auto size = store::LayerCache(state->path()).size();
  if (!size.ok()) return fail(size.error());
  return print(fmt::format("{}/layers: {} layers, {:.1f} MB\n", state->path(), size->files,
                           static_cast<double>(size->bytes) / 1e6));
}

int clear_cache(const app::cli::ParsedCommand& command, const app::cli::Environment& environment) {
  const auto state = app::open_state(command.get(app::cli::options::state_dir), environment);
  if (!state.ok()) return fail(state.error());
  const auto removed = store::LayerCache(state->path()).prune({0, std::chrono::hours(0)}, base::now());
  return removed.ok() ? 0 : fail(removed.error());
}

/// What is freed goes back to the system, but for a part that is worth keeping: the peak is that of the largest
/// file, not of all of them. That part is asked for at once and in large pages: page by page it would cost a third
/// of a scan whose layers are known.
void prepare_heap() {
  constexpr int megabyte = 1 << 20;
  constexpr std::uintptr_t large_page = 2U << 20U;
  ::mallopt(M_MMAP_THRESHOLD, megabyte);
  ::mallopt(M_TRIM_THRESHOLD, megabyte);
  ::mallopt(M_TOP_PAD, 16 * megabyte);
  char* const heap = static_cast<char*>(::sbrk(0));
  char* const begin = heap + (large_page - reinterpret_cast<std::uintptr_t>(heap) % large_page) % large_page;
  void* volatile more_than_there_is = std::malloc(megabyte / 2);
  std::free(more_than_there_is);
  const char* const end = static_cast<char*>(::sbrk(0));
  if (begin < end) ::madvise(begin, static_cast<std::size_t>(end - begin), MADV_HUGEPAGE);
}

int run(const app::cli::ParsedCommand& command, const app::cli::Environment& environment) {
  switch (command.verb().id) {
    case VerbId::scan:
      return app::scan(command, environment);
    case VerbId::ls:
      return app::ls(command, environment);
    case VerbId::show:
      return app::show(command, environment);
    case VerbId::report_isolation:
      return app::report_isolation(command, environment);
    case VerbId::status:
      return app::status(command, environment);
    case VerbId::guard:
      return app::guard(command, environment);
    case VerbId::up:
      return app::up(command, environment);
    case VerbId::events:
      return app::events(command, environment);
    case VerbId::ps:
      return app::ps(command, environment);
    case VerbId::flows:
      return app::flows(command, environment);
    case VerbId::runtime_check:
      return app::runtime_check(command, environment);
    case VerbId::runtime_install:
      return app::runtime_install(command);
    case VerbId::runtime_remove:
      return app::runtime_remove(command);
    case VerbId::policy_check:
      return app::policy_check(command);
    case VerbId::policy_parse:
      return app::policy_parse(command);
    case VerbId::policy_test:
      return app::policy_test(command);
    case VerbId::policy_explain:
      return app::policy_explain(command);
    case VerbId::policy_fields:
      return app::policy_fields(command);
    case VerbId::db_build:
      return build_db(command, environment);
    case VerbId::db_info:
      return tell_db(command, environment);
    case VerbId::cache_info:
      return tell_cache(command, environment);
    case VerbId::cache_clear:
      return clear_cache(command, environment);
    case VerbId::completion: {
      const auto shell = app::cli::parse_shell(command.operands().front());
      return shell.ok() ? print(app::cli::completion_script(*shell)) : fail(shell.error());
    }
    case VerbId::help:
      return help(command, environment);
    case VerbId::version:
      return print("doorman " DOORMAN_VERSION "\n");
  }
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 0 && app::is_runtime_name(argv[0])) return app::runtime_door(argc, argv, "/proc/self/exe");
  prepare_heap();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto environment = app::cli::environment_from(environ);
  const auto command = app::cli::parse_command(arguments, environment, [](const std::string& path) {
    return base::read_file(path, app::cli::max_config_bytes);
  });
  if (!command.ok()) return fail(command.error());
  for (const std::string& warning : command->warnings()) base::log(base::LogLevel::warning, warning);
  return run(*command, environment);
}
