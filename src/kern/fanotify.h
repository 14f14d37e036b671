// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "base/fd.h"
#include "base/result.h"

namespace doorman::kern {

/// Asks before a program is opened for execution: fanotify(7), FAN_OPEN_EXEC_PERM. The process that executes waits
/// until it is answered, so whoever reads must answer, and soon. When the last descriptor of the group is closed,
/// all that wait go on.
///
/// Not asked for: files without a file system that can be marked (memfd), and what a dynamic loader maps.
/// The group may be used by several processes at once, as a fork shares its descriptor.
class ExecQuestions {
 public:
  struct Question {
    base::Fd file;           ///< what is to be executed, open for reading
    base::Fd process;        ///< pidfd of who executes; not valid if it could not be had
    std::uint32_t pid = 0;   ///< as our pid namespace counts
    std::int32_t name = -1;  ///< by which the question is answered
  };
  enum class Answer : std::uint8_t { allow, refuse };  ///< refuse: EPERM

  /// Needs CAP_SYS_ADMIN; `unsupported` where the kernel has no permission events.
  static base::Result<ExecQuestions> open();

  /// From now on asks for every file of the file system that `place` (O_PATH will do) is in, however it is mounted.
  base::Status watch_file_system(const base::Fd& place);
  /// From now on asks for every file that is reached through the mount that `place` is in; other mounts of the same
  /// file system are left alone.
  base::Status watch_mount(const base::Fd& place);

  /// Does not ask for this file again until it is modified or the kernel drops its inode.
  base::Status ignore(const Question& question);

  /// The next question that waits, if there is one: never blocks. One at a time, so that whoever reads holds no
  /// question that it does not know of. `not_found`: none waits.
  base::Result<Question> next();
  /// Each question is answered once. An answer to a question that is not there is no error.
  base::Status answer(std::int32_t name, Answer answer);

  /// Lets everything go on that another process of this group has read and not answered: a question's name is its
  /// descriptor's number there, and those are small.
  void release_all();

  [[nodiscard]] int descriptor() const { return group_.get(); }  ///< readable when a question waits

 private:
  explicit ExecQuestions(base::Fd group) : group_(std::move(group)) {}
  base::Fd group_;
};

}  // namespace doorman::kern
