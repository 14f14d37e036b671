// SPDX-License-Identifier: Apache-2.0
#include "derive/program_pool.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/hash.h"

namespace doorman::derive {

using model::ProcessChange;
using model::Program;

namespace {

std::size_t bytes_of(const Program& program) {
  return program.exe_path.size() + program.script_path.size() + program.filename.size() + program.arguments.size() +
         program.environment.size() + program.args.size() + program.command_line.size();
}

void join_arguments(Program& program) {
  bool is_name = true;
  model::for_each_text(program.arguments, [&](std::string_view text) {
    if (std::exchange(is_name, false)) {
      program.exe = text;
      return true;
    }
    if (!program.args.empty()) program.args += ' ';
    program.args += text;
    return true;
  });
  program.command_line = program.comm;
  if (!program.args.empty()) program.command_line.append(1, ' ').append(program.args);
}

}  // namespace

/// All that makes a program what it is.
struct ProgramPool::Texts {
  std::string_view exe_path, script_path, filename, comm, arguments, environment;
  bool knows_arguments, knows_environment;

  Texts(const ProcessChange& change, const Program& before, bool with_long_ones)
      : exe_path(told(change.exe_path, before.exe_path)),
        script_path(told(change.script_path, before.script_path)),
        filename(told(change.filename, before.filename)),
        comm(told(change.comm, before.comm)) {
    const bool new_arguments = with_long_ones && change.arguments.data() != nullptr;
    const bool new_environment = with_long_ones && change.environment.data() != nullptr;
    arguments = new_arguments ? change.arguments : std::string_view(before.arguments);
    environment = new_environment ? change.environment : std::string_view(before.environment);
    knows_arguments = new_arguments || before.knows_arguments;
    knows_environment = new_environment || before.knows_environment;
  }

  [[nodiscard]] std::uint64_t hash(std::uint64_t seed) const {
    std::uint64_t hash = seed ^ (knows_arguments ? 1U : 0U) ^ (knows_environment ? 2U : 0U);
    for (const std::string_view text : {exe_path, script_path, filename, comm, arguments, environment})
      hash = base::hash64(text, hash + text.size());
    return hash;
  }

  [[nodiscard]] bool are(const Program& program) const {
    return exe_path == program.exe_path && script_path == program.script_path && filename == program.filename &&
           comm == program.comm && arguments == program.arguments && environment == program.environment &&
           knows_arguments == program.knows_arguments && knows_environment == program.knows_environment;
  }

 private:
  static std::string_view told(std::string_view now, std::string_view before) {
    return now.data() != nullptr ? now : before;
  }
};

ProgramPool::ProgramPool(std::size_t text_bytes) : most_bytes_(text_bytes) {
  unknown_ = program_of(ProcessChange(), Program());
  hold(unknown_);
}

ProgramPool::Node* ProgramPool::find(const Texts& texts, std::uint64_t hash) const {
  return pool_.find(hash, [&](const Program& program) { return texts.are(program); });
}

ProgramPool::Node* ProgramPool::program_of(const ProcessChange& change, const Program& before) {
  Texts texts(change, before, true);
  std::uint64_t hash = texts.hash(pool_.seed());
  if (Node* known = find(texts, hash); known != nullptr) return known;
  if (bytes_ >= most_bytes_) {
    ++texts_not_kept_;
    texts = Texts(change, before, false);
    hash = texts.hash(pool_.seed());
    if (Node* known = find(texts, hash); known != nullptr) return known;
  }
  Program program;
  program.id = ++last_id_;
  program.exe_path = texts.exe_path;
  program.script_path = texts.script_path;
  program.filename = texts.filename;
  program.comm = texts.comm;
  program.arguments = texts.arguments;
  program.environment = texts.environment;
  program.knows_arguments = texts.knows_arguments;
  program.knows_environment = texts.knows_environment;
  join_arguments(program);
  bytes_ += bytes_of(program);
  return pool_.add(hash, std::move(program));
}

void ProgramPool::forget(Node* node) {
  bytes_ -= bytes_of(node->value);
  pool_.erase(node);
}

}  // namespace doorman::derive
