// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <string>

#include "base/json.h"
#include "base/json_tree.h"

namespace doorman::test {

/// Whether both readers take the value as the same.
inline bool same_value(const base::JsonValue& value, const base::JsonTree& tree, std::size_t index) {
  using Kind = base::JsonTree::Kind;
  const auto& node = tree.node(index);
  switch (node.kind) {
    case Kind::null:
      return value.kind() == base::JsonValue::Kind::null;
    case Kind::boolean:
      return value.boolean() == (node.bits != 0);
    case Kind::integer:
      return value.integer() == static_cast<std::int64_t>(node.bits);
    case Kind::natural:
      return !value.integer() && value.real() == static_cast<double>(node.bits);
    case Kind::real:
      return !value.integer() && value.real() && std::bit_cast<std::uint64_t>(*value.real()) == node.bits;
    case Kind::string:
      return value.string() == tree.text(node);
    case Kind::array: {
      if (!value.is_array() || value.items().size() != node.size) return false;
      std::size_t at = index + 1;
      for (const base::JsonValue& item : value.items()) {
        if (!same_value(item, tree, at)) return false;
        at = tree.after(at);
      }
      return at == tree.after(index);
    }
    case Kind::object: {
      if (!value.is_object() || value.members().size() != node.size) return false;
      std::size_t at = index + 1;
      for (const auto& [key, member] : value.members()) {
        if (tree.text(tree.node(at)) != key || !same_value(member, tree, at + 1)) return false;
        at = tree.after(at + 1);
      }
      return at == tree.after(index);
    }
  }
  return false;
}

/// What simdjson's reader and ours make of a text differently; empty: nothing.
inline std::string difference(base::Bytes text) {
  const auto theirs = base::JsonDocument::parse(text);
  const auto ours = base::JsonTree::parse(text);
  if (theirs.ok() && ours.ok()) return same_value(theirs->root(), *ours, 0) ? "" : "another value";
  if (theirs.ok() != ours.ok()) return theirs.ok() ? "ours refuses it" : "ours takes it";
  return theirs.error().code() == ours.error().code() ? "" : "refused for another reason";
}

}  // namespace doorman::test
