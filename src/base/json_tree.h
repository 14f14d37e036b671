// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace doorman::base {

/// A parsed JSON text (RFC 8259) as one flat list of nodes. It takes what JsonDocument takes, with the same limits
/// and errors, without simdjson: for a program that cannot have it and reads small texts. json_by_tree.cc gives
/// such a program the interface of base/json.h.
class JsonTree {
 public:
  enum class Kind : std::uint8_t { null, boolean, integer, natural, real, string, array, object };

  /// Nodes lie in the order of the text: an array's elements follow it, an object's members as key and value.
  struct Node {
    Kind kind = Kind::null;
    std::uint32_t size = 0;  ///< a string's bytes; the elements of an array, the members of an object
    /// The boolean; the number: an integer's, or a natural's where it is beyond those, or the bits of a double;
    /// where a string begins among all strings; the index behind the last node of an array or object.
    std::uint64_t bits = 0;
  };

  static Result<JsonTree> parse(Bytes text);

  [[nodiscard]] const Node& node(std::size_t index) const { return nodes_[index]; }  ///< 0 is the root
  [[nodiscard]] std::string_view text(const Node& string) const {
    return std::string_view(texts_).substr(string.bits, string.size);
  }
  /// The index of what follows that value.
  [[nodiscard]] std::size_t after(std::size_t index) const {
    const Node& node = nodes_[index];
    return node.kind == Kind::array || node.kind == Kind::object ? node.bits : index + 1;
  }

 private:
  friend class JsonTreeParser;
  std::vector<Node> nodes_;
  std::string texts_;
};

}  // namespace doorman::base
