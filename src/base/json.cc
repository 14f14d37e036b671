// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <simdjson.h>

namespace doorman::base {
namespace dom = simdjson::dom;

// JsonValue keeps a simdjson element as two plain words, so that the header stays free of simdjson's 40,000 lines.
static_assert(sizeof(dom::element) == sizeof(const void*) + sizeof(std::size_t));
static_assert(std::is_trivially_copyable_v<dom::element>);

struct JsonAccess {
  static dom::element element(const JsonValue& value) {
    dom::element element;
    std::memcpy(static_cast<void*>(&element), static_cast<const void*>(&value.document_), sizeof(void*));
    std::memcpy(reinterpret_cast<char*>(&element) + sizeof(void*), &value.index_, sizeof(std::size_t));
    return element;
  }
  static JsonValue value(const dom::element& element) {
    JsonValue value;
    std::memcpy(static_cast<void*>(&value.document_), static_cast<const void*>(&element), sizeof(void*));
    std::memcpy(&value.index_, reinterpret_cast<const char*>(&element) + sizeof(void*), sizeof(std::size_t));
    return value;
  }
};

JsonValue::Kind JsonValue::kind() const {
  if (document_ == nullptr) return Kind::missing;
  switch (JsonAccess::element(*this).type()) {
    case dom::element_type::ARRAY:
      return Kind::array;
    case dom::element_type::OBJECT:
      return Kind::object;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
      return Kind::number;
    case dom::element_type::STRING:
      return Kind::string;
    case dom::element_type::BOOL:
      return Kind::boolean;
    case dom::element_type::NULL_VALUE:
      return Kind::null;
  }
  return Kind::missing;
}

JsonValue JsonValue::operator[](std::string_view key) const {
  if (kind() != Kind::object) return {};
  dom::element found;
  if (JsonAccess::element(*this).at_key(key).get(found) != simdjson::SUCCESS) return {};
  return JsonAccess::value(found);
}

std::optional<std::string_view> JsonValue::string() const {
  if (kind() != Kind::string) return std::nullopt;
  return JsonAccess::element(*this).get_string().value_unsafe();
}

std::optional<bool> JsonValue::boolean() const {
  if (kind() != Kind::boolean) return std::nullopt;
  return JsonAccess::element(*this).get_bool().value_unsafe();
}

std::optional<std::int64_t> JsonValue::integer() const {
  if (kind() != Kind::number) return std::nullopt;
  std::int64_t number = 0;
  if (JsonAccess::element(*this).get_int64().get(number) != simdjson::SUCCESS) return std::nullopt;
  return number;
}

std::optional<double> JsonValue::real() const {
  if (kind() != Kind::number) return std::nullopt;
  double number = 0;
  if (JsonAccess::element(*this).get_double().get(number) != simdjson::SUCCESS) return std::nullopt;
  return number;
}

std::vector<JsonValue> JsonValue::items() const {
  std::vector<JsonValue> items;
  dom::array array;
  if (kind() != Kind::array || JsonAccess::element(*this).get(array) != simdjson::SUCCESS) return items;
  items.reserve(array.size());
  for (const dom::element element : array) {
    items.push_back(JsonAccess::value(element));
  }
  return items;
}

std::vector<JsonValue::Member> JsonValue::members() const {
  std::vector<Member> members;
  dom::object object;
  if (kind() != Kind::object || JsonAccess::element(*this).get(object) != simdjson::SUCCESS) return members;
  members.reserve(object.size());
  for (const dom::key_value_pair member : object) {
    members.push_back({member.key, JsonAccess::value(member.value)});
  }
  return members;
}

struct JsonDocument::Impl {
  dom::parser parser{max_bytes};
  dom::element root;
};

JsonDocument::JsonDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonValue JsonDocument::root() const { return JsonAccess::value(impl_->root); }

Result<JsonDocument> JsonDocument::parse(Bytes text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.empty()) return Error(ErrorCode::invalid, "JSON: empty");
  if (text.size() > max_bytes) return Error(ErrorCode::limit, "JSON text over the limit of 512 MiB");
  auto impl = std::make_unique<Impl>();
  // simdjson 3.0 rejects an allocation of depth 0 and takes the capacity from the text itself.
  if (impl->parser.allocate(text.size(), max_depth) != simdjson::SUCCESS) {
    return Error(ErrorCode::limit, "JSON text: out of memory");
  }
  const auto error = impl->parser.parse(text.data(), text.size()).get(impl->root);
  if (error == simdjson::DEPTH_ERROR) {
    return Error(ErrorCode::limit, "JSON nested deeper than " + std::to_string(max_depth) + " levels");
  }
  if (error != simdjson::SUCCESS)
    return Error(ErrorCode::invalid, std::string("JSON: ") + simdjson::error_message(error));
  return JsonDocument(std::move(impl));
}

}  // namespace doorman::base
