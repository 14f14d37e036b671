// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/ip.h"
#include "model/event_type.h"

namespace doorman::model {

/// What a call is about: a file, or a connection.
struct EventObject {
  enum class Type : std::uint8_t {
    other,
    file,
    directory,
    ipv4,
    ipv6,
    unix_socket,
    pipe,
    event,
    signalfd,
    eventpoll,
    inotify,
    timerfd,
    netlink,
    bpf,
    userfaultfd,
    io_uring,
    memfd,
    pidfd,
  };

  /// Bits of `flags`, as records have them.
  static constexpr std::uint16_t connected = 1;
  static constexpr std::uint16_t named_here = 2;                      ///< the call itself names the other end
  static constexpr std::uint16_t server = 4;                          ///< the other end came to us
  static constexpr std::uint16_t listening = 8;                       ///< there is no other end
  static constexpr std::uint16_t created = 16;                        ///< the file was not there before
  static constexpr std::uint16_t upper_layer = 32, lower_layer = 64;  ///< of an overlay

  Type type = Type::other;
  std::uint8_t protocol = 0;  ///< IPPROTO_*; 0: not known
  std::uint16_t flags = 0;
  std::int32_t fd = -1;
  std::uint32_t device = 0;  ///< major << 20 | minor
  std::uint64_t inode = 0;
  std::uint16_t local_port = 0, remote_port = 0;
  base::IpAddress local, remote;  ///< only of ipv4 and ipv6; an IPv4 address in IPv6's clothes is ipv4 here

  [[nodiscard]] bool is(std::uint16_t flag) const { return (flags & flag) != 0; }
  [[nodiscard]] bool is_ip() const { return type == Type::ipv4 || type == Type::ipv6; }
  [[nodiscard]] bool is_file() const { return type == Type::file || type == Type::directory; }
};

/// One record, taken apart but not copied: the texts belong to the record's bytes. Meant to be used again and
/// again; of the slots only the first `slots` hold anything.
struct EventRecord {
  enum class Kind : std::uint8_t {
    call,
    exec,
    fork,
    exit,
    change,
    container,
    cgroup,  ///< a control group appeared or is gone
    flow,
    dns,
    drift,
    lost,
    alert,   ///< a rule matched
    mapped,  ///< a process was seen to have a file of the image mapped, to run it
  };
  static constexpr std::size_t max_slots = 42;
  static constexpr std::size_t first_parameter = 2;   ///< of a call: the slots before are paths
  static constexpr std::size_t clone_flags_slot = 8;  ///< of a fork

  Kind kind = Kind::call;
  EventType type = EventType::none;
  bool has_object = false;
  bool cut = false;   ///< something was too long for the record
  bool gone = false;  ///< of a container or control group: it is no more
  std::uint8_t slots = 0;
  std::uint16_t cpu = 0;
  std::uint32_t pid = 0, tid = 0, vtid = 0, uid = 0, gid = 0;
  std::uint32_t size = 0;  ///< of the record's bytes
  std::uint64_t time = 0;  ///< nanoseconds since boot
  std::uint64_t cgroup = 0, start = 0;
  std::int64_t result = 0;
  EventObject object;
  std::array<std::string_view, max_slots> slot;  ///< one without data() is absent

  /// Whether it says what a process has become: what process tables are made of.
  [[nodiscard]] bool tells_process() const { return kind >= Kind::exec && kind <= Kind::change; }

  [[nodiscard]] std::string_view at(std::size_t index) const {
    return index < slots ? slot[index] : std::string_view();
  }
  [[nodiscard]] bool has(std::size_t index) const { return index < slots && slot[index].data() != nullptr; }
  /// Whether its first two slots are paths.
  [[nodiscard]] bool has_paths() const {
    return kind <= Kind::change || kind == Kind::drift || kind == Kind::mapped;
  }
  [[nodiscard]] std::string_view path() const { return has_paths() ? at(0) : std::string_view(); }
  [[nodiscard]] std::string_view other_path() const { return has_paths() ? at(1) : std::string_view(); }
};

/// `exec`, `flow`, `alert` …
std::string_view to_text(EventRecord::Kind kind);

}  // namespace doorman::model
