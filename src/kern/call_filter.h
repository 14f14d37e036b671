// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace doorman::kern {

/// Where a parameter of a record comes from.
struct CallArgument {
  enum class Form : std::uint8_t {
    none,      ///< the record does not hold it
    number,    ///< 64 bits
    integer,   ///< 32 bits with a sign
    natural,   ///< 32 bits without
    text,      ///< in the caller's memory
    far,       ///< 64 bits in the caller's memory, `offset` behind where the argument points
    far_half,  ///< 32 bits there
  };
  Form form = Form::none;
  std::uint8_t index = 0;  ///< of the call's arguments
  std::uint8_t offset = 0;
};

/// One way in which a call is wanted: all traits must be so, and the path be one of the filter's, if it has one.
struct CallClause {
  static constexpr std::uint32_t succeeded = 1, failed = 2, reads = 4, writes = 8, truncates = 16,
                                 in_container = 32, climbs = 64;
  std::uint32_t traits = 0;
  std::uint64_t filter = 0;  ///< one bit; 0: any path
};

/// A system call that is wanted. Places of arguments count from 1; 0: there is none.
struct CallForm {
  static constexpr std::uint16_t is_open = 1, is_accept = 2, names_other_end = 4, is_creat = 8, is_privileged = 16;
  static constexpr std::uint8_t object_is_result = 255;
  static constexpr std::int32_t no_number = -1;

  std::int32_t number = no_number;         ///< on this machine
  std::int32_t compat_number = no_number;  ///< of the call of 32 bits that takes the same arguments
  std::uint16_t type = 0;                  ///< of the event
  std::uint16_t flags = 0;
  std::uint8_t object = 0;  ///< the descriptor that it is about
  std::uint8_t path = 0, folder = 0, other_path = 0, other_folder = 0;
  std::uint8_t address = 0, message = 0;
  CallArgument open_flags;
  std::vector<CallClause> clauses;       ///< none: never wanted
  std::uint64_t named = 0;               ///< filters whose paths go to the ring of their own
  std::vector<CallArgument> parameters;  ///< in the order of the event's
};

struct PathFilter {
  std::string text;
  enum class Match : std::uint8_t { whole, beginning, inside, ending } match = Match::whole;
  std::uint64_t filters = 0;  ///< bits of those that it belongs to
};

/// Which filters a path may have, when only its last two names are known.
struct LeafFilters {
  std::uint64_t any = 0;                         ///< those that say nothing of them
  std::map<std::string, std::uint64_t> leaves;   ///< by the last name
  std::map<std::string, std::uint64_t> folders;  ///< by the name before it
};

/// Which system calls are told, and how.
struct CallFilter {
  static constexpr std::size_t most_clauses = 12;  ///< of one call
  static constexpr std::size_t most_filters = 64;
  std::vector<CallForm> forms;
  std::vector<PathFilter> paths;
};

}  // namespace doorman::kern
