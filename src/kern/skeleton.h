// SPDX-License-Identifier: Apache-2.0
// For src/kern/*.cc alone: what libbpf has is not told to others.
#pragma once

#include <bpf/libbpf.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kern/pins.h"

namespace doorman::kern {

/// While it lives, what libbpf has to say on this thread is kept; elsewhere it goes nowhere.
class LibbpfMessages {
 public:
  LibbpfMessages();
  ~LibbpfMessages();
  LibbpfMessages(const LibbpfMessages&) = delete;
  LibbpfMessages& operator=(const LibbpfMessages&) = delete;

  /// `what: strerror(number): the last lines`, the last being the verifier's, if it had something to say.
  [[nodiscard]] base::Error error(std::string_view what, int number) const;
  void add(std::string_view text);

 private:
  static constexpr std::size_t most_bytes = 4096;
  std::string text_;
  LibbpfMessages* outer_;
};

/// One entry for each processor there may be: the map is an array that programs index by their processor. Before
/// loading.
base::Status size_by_processors(bpf_map* map);

/// Programs that run: until this goes, and beyond where they are pinned.
class Links {
 public:
  Links() = default;
  Links(Links&& other) noexcept : links_(std::exchange(other.links_, {})) {}
  Links& operator=(Links&& other) noexcept {
    std::swap(links_, other.links_);
    return *this;
  }
  ~Links();

  /// Attaches the program where its section says, and pins it in place of an earlier one of that name, which goes
  /// only when this one runs. `pins` null: not pinned.
  base::Status attach(bpf_program* program, const Pins* pins, std::string_view family);
  /// The same for a program of control groups; `group` is the descriptor of its folder.
  base::Status attach_to_cgroup(bpf_program* program, int group, const Pins* pins, std::string_view family);

  /// At once, pins or not; when this only goes, the kernel takes its time. For programs of control groups.
  void detach();

  [[nodiscard]] bool empty() const { return links_.empty(); }

 private:
  base::Status keep(bpf_link* link, bpf_program* program, const Pins* pins, std::string_view family);
  std::vector<bpf_link*> links_;
};

/// The programs of one bpf/NAME.bpf.c with their maps; `Skel` is the struct of its skeleton. Between open and load
/// constants are set and programs left out.
template <typename Skel>
class Skeleton {
 public:
  /// Maps that are pinned by name are found there, or put there by load.
  static base::Result<Skeleton> open(std::string_view name, const Pins& pins) {
    const LibbpfMessages messages;
    bpf_object_open_opts options{};
    options.sz = sizeof options;
    options.pin_root_path = pins.folder().c_str();
    Skel* const opened = Skel::open(&options);
    if (opened == nullptr) return messages.error(std::string("open kernel programs ").append(name), errno);
    return Skeleton(name, opened);
  }

  base::Status load() {
    const LibbpfMessages messages;
    const int result = Skel::load(skel_.get());
    if (result != 0) return messages.error(std::string("load kernel programs ").append(name_), -result);
    return {};
  }

  Skel* operator->() const { return skel_.get(); }

 private:
  struct Destroy {
    void operator()(Skel* skel) const { Skel::destroy(skel); }
  };
  Skeleton(std::string_view name, Skel* skel) : name_(name), skel_(skel) {}
  std::string name_;
  std::unique_ptr<Skel, Destroy> skel_;
};

}  // namespace doorman::kern
