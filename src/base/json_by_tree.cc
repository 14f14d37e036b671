// SPDX-License-Identifier: Apache-2.0
// base/json.h over JsonTree. It stands in the place of json.cc in a program that is linked without simdjson, and is
// no part of the room's library.
#include <bit>

#include "base/json.h"
#include "base/json_tree.h"

namespace doorman::base {

struct JsonDocument::Impl {
  JsonTree tree;
};

struct JsonAccess {
  static const JsonTree& tree(const JsonValue& value) { return *static_cast<const JsonTree*>(value.document_); }
  static const JsonTree::Node& node(const JsonValue& value) { return tree(value).node(value.index_); }
  static JsonValue value(const JsonTree& tree, std::size_t index) {
    JsonValue value;
    value.document_ = &tree;
    value.index_ = index;
    return value;
  }
};

JsonValue::Kind JsonValue::kind() const {
  if (document_ == nullptr) return Kind::missing;
  switch (JsonAccess::node(*this).kind) {
    case JsonTree::Kind::null:
      return Kind::null;
    case JsonTree::Kind::boolean:
      return Kind::boolean;
    case JsonTree::Kind::integer:
    case JsonTree::Kind::natural:
    case JsonTree::Kind::real:
      return Kind::number;
    case JsonTree::Kind::string:
      return Kind::string;
    case JsonTree::Kind::array:
      return Kind::array;
    case JsonTree::Kind::object:
      return Kind::object;
  }
  return Kind::missing;
}

JsonValue JsonValue::operator[](std::string_view key) const {
  if (kind() != Kind::object) return {};
  const JsonTree& tree = JsonAccess::tree(*this);
  const std::size_t end = tree.after(index_);
  for (std::size_t at = index_ + 1; at < end; at = tree.after(at + 1)) {
    if (tree.text(tree.node(at)) == key) return JsonAccess::value(tree, at + 1);
  }
  return {};
}

std::optional<std::string_view> JsonValue::string() const {
  if (kind() != Kind::string) return std::nullopt;
  return JsonAccess::tree(*this).text(JsonAccess::node(*this));
}

std::optional<bool> JsonValue::boolean() const {
  if (kind() != Kind::boolean) return std::nullopt;
  return JsonAccess::node(*this).bits != 0;
}

std::optional<std::int64_t> JsonValue::integer() const {
  if (kind() != Kind::number || JsonAccess::node(*this).kind != JsonTree::Kind::integer) return std::nullopt;
  return static_cast<std::int64_t>(JsonAccess::node(*this).bits);
}

std::optional<double> JsonValue::real() const {
  if (kind() != Kind::number) return std::nullopt;
  const JsonTree::Node& node = JsonAccess::node(*this);
  if (node.kind == JsonTree::Kind::integer) return static_cast<double>(static_cast<std::int64_t>(node.bits));
  if (node.kind == JsonTree::Kind::natural) return static_cast<double>(node.bits);
  return std::bit_cast<double>(node.bits);
}

std::vector<JsonValue> JsonValue::items() const {
  std::vector<JsonValue> items;
  if (kind() != Kind::array) return items;
  const JsonTree& tree = JsonAccess::tree(*this);
  items.reserve(JsonAccess::node(*this).size);
  const std::size_t end = tree.after(index_);
  for (std::size_t at = index_ + 1; at < end; at = tree.after(at)) items.push_back(JsonAccess::value(tree, at));
  return items;
}

std::vector<JsonValue::Member> JsonValue::members() const {
  std::vector<Member> members;
  if (kind() != Kind::object) return members;
  const JsonTree& tree = JsonAccess::tree(*this);
  members.reserve(JsonAccess::node(*this).size);
  const std::size_t end = tree.after(index_);
  for (std::size_t at = index_ + 1; at < end; at = tree.after(at + 1)) {
    members.push_back({tree.text(tree.node(at)), JsonAccess::value(tree, at + 1)});
  }
  return members;
}

JsonDocument::JsonDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonValue JsonDocument::root() const { return JsonAccess::value(impl_->tree, 0); }

Result<JsonDocument> JsonDocument::parse(Bytes text) {
  DOORMAN_TRY(auto tree, JsonTree::parse(text));
  return JsonDocument(std::make_unique<Impl>(Impl{std::move(tree)}));
}

}  // namespace doorman::base
